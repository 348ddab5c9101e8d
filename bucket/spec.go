package bucket

import (
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// Spec is what a transfer wants of a bucket that exists. Nothing else of the bucket is touched.
type Spec struct {
	Name        string            // name of a general purpose bucket; required
	Account     string            // 12-digit id of the bucket's owner, sent as ExpectedBucketOwner with every call; required
	Region      string            // the bucket's Region; required
	Statements  policy.Statements // each with a Sid; nil is none
	DisableACLs bool              // sets BucketOwnerEnforced; false leaves the ownership alone
}

// ARN is the ARN of the bucket, in the partition of its Region.
func (s Spec) ARN() string { return region.Bucket(region.Partition(s.Region), s.Name) }
