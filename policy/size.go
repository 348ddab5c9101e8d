package policy

import (
	"unicode"
	"unicode/utf8"
)

// Kind is what a document is attached to: it decides which elements it may have and how its size is counted.
type Kind int

// The kinds. The zero Kind is none of them.
const (
	Identity Kind = iota + 1 // an inline policy of a role
	Trust                    // who may assume a role
	Bucket                   // a bucket policy of S3
	Key                      // a key policy of KMS
)

// String is the kind in words.
func (k Kind) String() string {
	switch k {
	case Identity:
		return "identity policy"
	case Trust:
		return "trust policy"
	case Bucket:
		return "bucket policy"
	case Key:
		return "key policy"
	}
	return "policy of no kind"
}

// The quotas, in the unit of the kind.
const (
	identityQuota = 10240
	trustQuota    = 2048
	bucketQuota   = 20480
	keyQuota      = 32768
)

// Size is how much of its quota the document uses, as the service counts: for [Identity] and [Trust] characters without white space
// (the quota of Identity is that of all inline policies of a role together; that of Trust can be raised), for [Bucket] bytes without
// white space between the elements (assumed: S3 does not publish what it takes out), for [Key] bytes as they are sent (assumed).
// The zero Document uses nothing. A kind that is none has no quota.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html,
// https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
func (d Document) Size(kind Kind) (used, quota int) {
	var text []byte
	if d.d != nil {
		text = d.d.text
	}
	switch kind {
	case Identity:
		return visible(text), identityQuota
	case Trust:
		return visible(text), trustQuota
	case Bucket:
		return len(compact(text)), bucketQuota
	case Key:
		return len(text), keyQuota
	}
	return 0, 0
}

// visible counts the characters that are not white space.
func visible(text []byte) int {
	n := 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if !unicode.IsSpace(r) {
			n++
		}
		text = text[size:]
	}
	return n
}
