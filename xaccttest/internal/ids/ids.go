// Package ids makes ids in the forms that AWS uses.
package ids

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// Digest is a hash of the parts in n lower-case hexadecimal digits. Ids are made from it and not from a counter, so that they do not depend on
// the order of concurrent calls.
func Digest(n int, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])[:n]
}

// Serial counts how often each combination of names was used: 0 the first time, then 1, 2 and so on.
type Serial map[string]int

// Next is the number of this use, and counts it.
func (s Serial) Next(parts ...string) string {
	key := strings.Join(parts, "\x00")
	n := s[key]
	s[key]++
	return strconv.Itoa(n)
}

// Unique is the id of a role or user: the prefix and 17 capital letters and digits.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func Unique(prefix string, parts ...string) string {
	return prefix + strings.ToUpper(Digest(17, parts...))
}

// CanonicalUser is the canonical user id of an account.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html
func CanonicalUser(account string) string { return Digest(64, "canonical", account) }

// Request is a request id in the form that AWS uses.
func Request(service, operation, n string) string {
	d := Digest(32, "request", service, operation, n)
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:]
}
