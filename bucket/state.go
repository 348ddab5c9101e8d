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

	PartPublicAccessBlock = "public access block"
	PartPolicyStatus      = "policy status"
	PartEncryption        = "default encryption"
	PartVersioning        = "versioning"
	PartObjectLock        = "object lock"
	PartPayer             = "request payment"
)

// State is what a bucket is, as far as a transfer is concerned.
type State struct {
	Exists      bool                    // false is proof of absence only if PartBucket is not in Unread
	Region      string                  // known even if the caller may not read the bucket; "" is unknown
	OwnerProved bool                    // S3 confirmed that the bucket belongs to the account of the spec
	Policy      policy.Document         // zero is no policy, unless PartPolicy is in Unread
	Ownership   s3types.ObjectOwnership // "" was never set, unless PartOwnership is in Unread; ACLs are then in force
	Grants      []string                // what the bucket's ACL grants to others than the owner, in words, sorted: "READ to group http://acs.amazonaws.com/groups/s3/LogDelivery"; nil if nothing

	PublicAccessBlock PublicAccessBlock              // of this bucket alone: those of its account and organisation count as well and are not read
	Public            bool                           // S3 calls the policy as it is public; false if there is none
	Encryption        Encryption                     // zero is none, which only buckets from before January 2023 can answer; S3 then uses SSE-S3
	Versioning        s3types.BucketVersioningStatus // "" was never enabled
	ObjectLock        ObjectLock                     // zero is none
	Payer             s3types.Payer                  // "" and BucketOwner are the same

	Unread map[string]error // by part: what could not be read, and why; nil if all was read
}

// PublicAccessBlock is a bucket's own Block Public Access setting. The zero value blocks nothing.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
type PublicAccessBlock struct {
	BlockPublicACLs, IgnorePublicACLs bool
	BlockPublicPolicy                 bool // PutBucketPolicy with a public document is refused
	RestrictPublicBuckets             bool // while the policy is public, no other account gets in, whatever it says
}

// Encryption is how S3 encrypts new objects that ask for nothing else.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
type Encryption struct {
	Algorithm s3types.ServerSideEncryption // AES256, aws:kms or aws:kms:dsse; "" is none
	KMSKey    string                       // as it was set: an ARN, an id or an alias; with aws:kms, "" is the managed key aws/s3
	BucketKey bool                         // one data key for many objects
}

// ObjectLock is a bucket's Object Lock and the retention that it gives to new objects.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
type ObjectLock struct {
	Enabled bool
	Mode    s3types.ObjectLockRetentionMode // of the default retention; "" is none
}
