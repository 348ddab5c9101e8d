package kmskey

import (
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct/policy"
)

// Parts of a State that may be unread.
const (
	PartKey    = "key" // DescribeKey: Exists may be unknown
	PartPolicy = "policy"
)

// State is what a key is, as far as a transfer is concerned.
type State struct {
	Exists  bool                    // false is proof of absence only if PartKey is not in Unread
	ARN     string                  // as KMS tells it; "" if PartKey is in Unread
	Manager kmstypes.KeyManagerType // CUSTOMER or AWS; "" if PartKey is in Unread
	Status  kmstypes.KeyState       // Enabled, or why the key cannot be used; "" if PartKey is in Unread
	Usage   kmstypes.KeyUsageType   // ENCRYPT_DECRYPT for keys of objects; "" if PartKey is in Unread
	KeySpec kmstypes.KeySpec        // SYMMETRIC_DEFAULT for keys of objects; "" if PartKey is in Unread
	Policy  policy.Document         // zero if PartPolicy is in Unread, or if there is no key: every key has a policy
	Unread  map[string]error        // by part: what could not be read, and why; nil if all was read
}

// Usable says why S3 cannot encrypt objects under the key; "" if it can, or if that was not read.
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
