package kmskey

import "github.com/xacct/xacct/policy"

// ViaS3 limits a statement to what S3 does with the key on behalf of the caller, for objects of buckets in the Region of the key. The domain
// is the same in every partition. That DataSync itself never calls KMS is not documented.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
func ViaS3(region string) policy.Condition {
	return policy.StringEquals("kms:ViaService", "s3."+region+".amazonaws.com")
}
