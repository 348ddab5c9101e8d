package iamrole

import (
	"encoding/json"
	"fmt"
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

// The presets below are the documents of AWS's tutorial, edition of April 2025, without its syntax errors: in the order of their members and actions, and
// with lists of one element where the tutorial has them. Use them to reproduce the tutorial. The defaults of this module are narrower.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
//
// For buckets with server-side encryption under customer managed keys the tutorial points to the AWS Storage Blog. Here Endpoint.KMSKeys adds what
// the role and the key's policy need.
// https://aws.amazon.com/blogs/storage/transfer-customer-managed-sse-kms-encrypted-objects-across-aws-accounts-and-regions-using-aws-datasync/

// printed returns the document of the text, in which each %s is replaced by a string as JSON.
func printed(text string, values ...string) policy.Document {
	quoted := make([]any, len(values))
	for i, v := range values {
		b, _ := json.Marshal(v)
		quoted[i] = string(b)
	}
	d, err := policy.Parse(fmt.Appendf(nil, text, quoted...))
	if err != nil {
		return policy.Document{} // unreachable: the texts are the constants below
	}
	return d
}

// TutorialTrust returns the trust policy of step 1, which the tutorial does not print: the one that the IAM console makes for the use case
// DataSync. It has no condition, so that any account could make DataSync use the role. [DataSyncTrust] prevents that.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func TutorialTrust() policy.Document {
	return policy.New(policy.Allow("sts:AssumeRole").By(policy.Service(region.DataSync("aws"))))
}

// TutorialPolicy returns the inline policy of step 1: DataSync may write to the destination bucket while the account owns the bucket. The
// tutorial's text is not valid JSON, because a comma is missing before each of the two Condition elements.
func TutorialPolicy(bucketARN, bucketAccount string) policy.Document {
	return printed(`{"Version":"2012-10-17","Statement":[
		{"Action":["s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"],"Effect":"Allow",
			"Resource":%s,"Condition":{"StringEquals":{"aws:ResourceAccount":%s}}},
		{"Action":["s3:AbortMultipartUpload","s3:DeleteObject","s3:GetObject","s3:GetObjectTagging","s3:GetObjectVersion","s3:GetObjectVersionTagging",
			"s3:ListMultipartUploadParts","s3:PutObject","s3:PutObjectTagging"],"Effect":"Allow",
			"Resource":%s,"Condition":{"StringEquals":{"aws:ResourceAccount":%s}}}]}`,
		bucketARN, bucketAccount, bucketARN+"/*", bucketAccount)
}

// consolePolicy is what DataSync's console gives a role of its own, and what the tutorial's prerequisites list; %s are the bucket, the order of the last
// three actions, and the objects.
const consolePolicy = `{"Version":"2012-10-17","Statement":[
	{"Action":["s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"],"Effect":"Allow","Resource":%s},
	{"Action":["s3:AbortMultipartUpload","s3:DeleteObject","s3:GetObject","s3:ListMultipartUploadParts",%s,%s,%s],"Effect":"Allow","Resource":%s}]}`

// TutorialServicePolicy returns the policy that the tutorial's prerequisites list as the permissions of the DataSync service. It differs from
// the policy of step 1: it lacks the two version actions and the condition on the bucket's owner, and has another order of actions.
func TutorialServicePolicy(bucketARN string) policy.Document {
	return printed(consolePolicy, bucketARN, "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging", bucketARN+"/*")
}

// TutorialSourceTrust returns the trust policy of the role for the source location, which step 4 leaves to DataSync's console ("Autogenerate"): the
// console makes role service-role/AWSDataSyncS3BucketAccess-BUCKET. AWS does not print it; this is what was seen in an account in November 2023, and
// that the console still makes it is assumed. It covers the location's Region alone, so that a task in another Region may not be able to use the role.
// Source: https://github.com/younggwon1/service-monitoring
func TutorialSourceTrust(account, reg string) policy.Document {
	return printed(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},"Action":"sts:AssumeRole",
		"Condition":{"StringEquals":{"aws:SourceAccount":%s},"ArnLike":{"aws:SourceArn":%s}}}]}`,
		account, "arn:aws:datasync:"+reg+":"+account+":*")
}

// TutorialSourcePolicy returns the policy of the role that [TutorialSourceTrust] is about, with the same source. It is the same for sources and
// destinations: the role may write and delete at the source. The console attaches it as a customer managed policy of the role's name.
func TutorialSourcePolicy(bucketARN string) policy.Document {
	return printed(consolePolicy, bucketARN, "s3:PutObjectTagging", "s3:GetObjectTagging", "s3:PutObject", bucketARN+"/*")
}
