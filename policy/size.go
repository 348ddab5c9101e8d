package policy

import (
	"unicode"
	"unicode/utf8"
)

// Kind is the kind of a policy document. It decides which elements the document may have and how its size is counted. The zero Kind is
// none of the kinds.
type Kind int

// The kinds of documents.
const (
	Identity Kind = iota + 1 // an inline policy of a role
	Trust                    // the trust policy of a role: who may assume it
	Bucket                   // a bucket policy of S3
	Key                      // a key policy of KMS
)

// String returns the kind in words.
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

// The quotas, in the unit that [Document.Size] counts for the kind.
const (
	identityQuota = 10240
	trustQuota    = 2048
	bucketQuota   = 20480
	keyQuota      = 32768
)

// Size returns how much of its quota the document uses, in the unit that the service counts:
//   - [Identity]: characters without white space. The quota is for all inline policies of a role together.
//   - [Trust]: characters without white space. The quota can be raised.
//   - [Bucket]: bytes without white space between the elements (assumed: S3 does not publish what it leaves out).
//   - [Key]: bytes as they are sent (assumed).
//
// used is 0 for the zero Document. Both are 0 for a kind that is none of these.
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

// visible counts the characters of text that are not white space.
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
