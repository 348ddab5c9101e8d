package kmskey

import "github.com/xacct/xacct/policy"

// ViaS3 returns a condition that limits a statement to the use of the key by S3 on behalf of the caller, for objects of buckets in the
// Region of the key. The domain of S3 is the same in every partition. That DataSync itself never calls KMS is not documented.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
func ViaS3(region string) policy.Condition {
	return policy.StringEquals("kms:ViaService", "s3."+region+".amazonaws.com")
}
