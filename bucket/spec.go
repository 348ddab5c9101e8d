package bucket

import (
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// Spec is what a transfer needs of an existing bucket. Nothing else of the bucket is changed.
type Spec struct {
	Name        string            // name of a general purpose bucket; required
	Account     string            // 12-digit id of the bucket's owner, sent as ExpectedBucketOwner with every call; required
	Region      string            // the bucket's Region; required
	Statements  policy.Statements `json:",omitempty"` // statements of the bucket's policy, each with a Sid; nil is none
	DisableACLs bool              `json:",omitempty"` // true sets Object Ownership to BucketOwnerEnforced; false leaves it as it is
}

// ARN returns the ARN of the bucket, in the partition of its Region.
func (s Spec) ARN() string { return region.Bucket(region.Partition(s.Region), s.Name) }
