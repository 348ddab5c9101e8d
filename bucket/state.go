package bucket

import (
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/policy"
)

// Parts of a State that may be unread.
const (
	PartBucket    = "bucket" // HeadBucket: Exists may be unknown, OwnerProved is false
	PartPolicy    = "policy"
	PartOwnership = "ownership"
	PartGrants    = "grants"
)

// State is what a bucket is, as far as a transfer is concerned.
type State struct {
	Exists      bool                    // false is proof of absence only if PartBucket is not in Unread
	Region      string                  // known even if the caller may not read the bucket; "" is unknown
	OwnerProved bool                    // S3 confirmed that the bucket belongs to the account of the spec
	Policy      policy.Document         // zero is no policy, unless PartPolicy is in Unread
	Ownership   s3types.ObjectOwnership // "" was never set, unless PartOwnership is in Unread; ACLs are then in force
	Grants      []string                // what the bucket's ACL grants to others than the owner, in words, sorted: "READ to group http://acs.amazonaws.com/groups/s3/LogDelivery"; nil if nothing
	Unread      map[string]error        // by part: what could not be read, and why; nil if all was read
}
