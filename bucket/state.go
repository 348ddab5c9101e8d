package bucket

import (
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/policy"
)

// Names of the parts of a State that Observe may fail to read, as the keys of State.Unread.
const (
	PartBucket    = "bucket" // HeadBucket; if unread, Exists may be unknown
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

var allParts = []string{PartBucket, PartPolicy, PartOwnership, PartGrants, PartPublicAccessBlock, PartPolicyStatus, PartEncryption, PartVersioning,
	PartObjectLock, PartPayer}

// State is the observed state of a bucket, as far as it matters to a transfer.
type State struct {
	Exists      bool                    // false proves absence only if PartBucket is not in Unread
	Region      string                  // also known if the caller may not read the bucket; "" is unknown
	OwnerProved bool                    // S3 confirmed that the bucket belongs to the account of the spec, by answering any call that names it as the expected owner
	Policy      policy.Document         // zero if the bucket has no policy or PartPolicy is in Unread
	Ownership   s3types.ObjectOwnership // "" if it was never set, so that ACLs are in force, or if PartOwnership is in Unread
	Grants      []string                // ACL grants to others than the owner: "READ to group http://…/s3/LogDelivery"; sorted, nil if none

	PublicAccessBlock PublicAccessBlock              // the bucket's own setting; those of its account and organisation also apply and are not read
	Public            bool                           // S3 treats the current policy as public; false if there is none
	Encryption        Encryption                     // zero if none is set, as in buckets from before January 2023; S3 then uses SSE-S3
	Versioning        s3types.BucketVersioningStatus // "" if it was never enabled
	ObjectLock        ObjectLock                     // zero is none
	Payer             s3types.Payer                  // "" and BucketOwner mean the same

	Unread map[string]error // the error by part for each part that could not be read; nil if all were read
}

// PublicAccessBlock is the Block Public Access setting of the bucket itself. The zero value blocks nothing.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
type PublicAccessBlock struct {
	BlockPublicACLs, IgnorePublicACLs bool
	BlockPublicPolicy                 bool // S3 refuses PutBucketPolicy with a public document
	RestrictPublicBuckets             bool // while the policy is public, S3 refuses every other account, whatever the policy says
}

// Encryption is the bucket's default encryption: how S3 encrypts new objects whose request does not say.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
type Encryption struct {
	Algorithm s3types.ServerSideEncryption // AES256, aws:kms or aws:kms:dsse; "" is none
	KMSKey    string                       // as it was set: an ARN, an id or an alias; "" with aws:kms is the managed key aws/s3
	BucketKey bool                         // S3 Bucket Key: one data key for many objects
}

// ObjectLock is the bucket's Object Lock and the default retention of new objects.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
type ObjectLock struct {
	Enabled bool
	Mode    s3types.ObjectLockRetentionMode // mode of the default retention; "" is none
}
