package kmskey

import (
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct/policy"
)

// Names of the parts of a State that Observe may fail to read, as the keys of State.Unread.
const (
	PartKey    = "key" // DescribeKey; if unread, Exists may be unknown
	PartPolicy = "policy"
)

// State is the observed state of a key, as far as it matters to a transfer.
type State struct {
	Exists  bool                    // false proves absence only if PartKey is not in Unread
	ARN     string                  // as KMS returns it; "" if PartKey is in Unread
	Manager kmstypes.KeyManagerType // CUSTOMER or AWS; "" if PartKey is in Unread
	Status  kmstypes.KeyState       // Enabled, or the state because of which the key cannot be used; "" if PartKey is in Unread
	Usage   kmstypes.KeyUsageType   // ENCRYPT_DECRYPT for keys that encrypt objects; "" if PartKey is in Unread
	KeySpec kmstypes.KeySpec        // SYMMETRIC_DEFAULT for keys that encrypt objects; "" if PartKey is in Unread
	Policy  policy.Document         // zero only if PartPolicy is in Unread or the key does not exist: every key has a policy
	Unread  map[string]error        // the error by part for each part that could not be read; nil if all were read
}

// Usable returns the reason why S3 cannot encrypt objects under the key; "" if it can, or if PartKey was not read.
// Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
// https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
func (s State) Usable() string {
	switch {
	case s.Status != "" && s.Status != kmstypes.KeyStateEnabled:
		return "the key is in state " + string(s.Status)
	case s.Usage != "" && s.Usage != kmstypes.KeyUsageTypeEncryptDecrypt:
		return "the key is for " + string(s.Usage)
	case s.KeySpec != "" && s.KeySpec != kmstypes.KeySpecSymmetricDefault:
		return "the key is of spec " + string(s.KeySpec) + ", and S3 takes symmetric keys only"
	}
	return ""
}

// Grantable reports whether a statement in the key's policy can let a role use the key: the key exists, or that was not read, S3 can encrypt
// under it, and its policy can be changed. In another account than the role's (remote), nobody can use a key that AWS manages.
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
func (s State) Grantable(remote bool) bool {
	switch {
	case s.Unread[PartKey] == nil && !s.Exists, s.Manager == kmstypes.KeyManagerTypeAws && remote:
		return false
	}
	return s.Usable() == ""
}
