package bucket

import "github.com/xacct/xacct/policy"

// Spec is what a transfer wants of a bucket that exists. Nothing else of the bucket is touched.
type Spec struct {
	Name        string            // name of a general purpose bucket; required
	Account     string            // 12-digit id of the bucket's owner, sent as ExpectedBucketOwner with every call; required
	Region      string            // the bucket's Region; required
	Statements  policy.Statements // each with a Sid; nil is none
	DisableACLs bool              // sets BucketOwnerEnforced; false leaves the ownership alone
}
