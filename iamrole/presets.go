package iamrole

import (
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// DataSyncTrust returns a trust policy that allows DataSync to assume the role for locations and tasks of the account in the given Regions,
// and for no other account (which prevents a confused deputy). Give the Regions of the role's location and of the task; none means any
// Region.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/cross-service-confused-deputy-prevention.html
func DataSyncTrust(partition, account string, regions ...string) policy.Document {
	if len(regions) == 0 {
		regions = []string{"*"}
	}
	var arns []string
	for _, r := range slices.Compact(slices.Sorted(slices.Values(regions))) {
		arns = append(arns, region.ARN{Partition: partition, Service: "datasync", Region: r, Account: account, Resource: "*"}.String())
	}
	return policy.New(policy.Allow("sts:AssumeRole").WithSid("DataSync").By(policy.Service(region.DataSync(partition))).
		When(policy.StringEquals("aws:SourceAccount", account), policy.ArnLike("aws:SourceArn", arns...)))
}

// The presets below are the documents of AWS's tutorial, edition of April 2025, without its syntax errors. Use them to reproduce the tutorial.
// The defaults of this module are narrower.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html

// TutorialTrust returns the trust policy of step 1, which the tutorial does not print: the one that the IAM console makes for the use case
// DataSync. It has no condition, so that any account could make DataSync use the role. [DataSyncTrust] prevents that.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func TutorialTrust() policy.Document {
	return policy.New(policy.Allow("sts:AssumeRole").By(policy.Service(region.DataSync("aws"))))
}

// TutorialPolicy returns the inline policy of step 1: DataSync may write to the destination bucket while the account owns the bucket. The
// tutorial's text is not valid JSON, because a comma is missing before each of the two Condition elements.
func TutorialPolicy(bucketARN, bucketAccount string) policy.Document {
	owned := policy.StringEquals("aws:ResourceAccount", bucketAccount)
	return policy.New(
		policy.Allow("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads").On(bucketARN).When(owned),
		policy.Allow("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging",
			"s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging").On(bucketARN+"/*").When(owned),
	)
}

// TutorialServicePolicy returns the policy that the tutorial's prerequisites list as the permissions of the DataSync service. It differs from
// the policy of step 1: it lacks the two version actions and the condition on the bucket's owner, and has another order of actions.
func TutorialServicePolicy(bucketARN string) policy.Document {
	return policy.New(
		policy.Allow("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads").On(bucketARN),
		policy.Allow("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject",
			"s3:GetObjectTagging", "s3:PutObjectTagging").On(bucketARN+"/*"),
	)
}
