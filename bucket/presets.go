package bucket

import "github.com/xacct/xacct/policy"

// TutorialSid is the Sid of [TutorialStatement], which is the same whatever the role and the transfer.
const TutorialSid = "DataSyncCreateS3LocationAndTaskAccess"

// TutorialStatement returns the statement that step 2 of AWS's tutorial on transfers between accounts (edition of April 2025) adds to the
// policy of the destination bucket. It lacks s3:GetObjectVersion and s3:GetObjectVersionTagging, which the role's policy of step 1 has.
// DataSync gets neither, because between accounts both sides must allow an action. [Write] has both. It is about the whole bucket, whatever the prefix.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func TutorialStatement(bucketARN, roleARN string) policy.Statement {
	return policy.Allow("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:AbortMultipartUpload", "s3:DeleteObject",
		"s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging").
		WithSid(TutorialSid).By(policy.AWS(roleARN)).On(bucketARN, bucketARN+"/*")
}

// TutorialPolicy returns the policy of step 2 for a bucket without a policy: TutorialStatement in a document of Version 2008-10-17, as that
// edition prints it. Later editions print 2012-10-17.
func TutorialPolicy(bucketARN, roleARN string) policy.Document {
	document, err := policy.Parse([]byte(`{"Version":"2008-10-17","Statement":[` + string(TutorialStatement(bucketARN, roleARN).Bytes()) + `]}`))
	if err != nil {
		return policy.Document{} // unreachable: a statement prints as JSON
	}
	return document
}
