package region

import "regexp"

// keyID is the last part of a KMS key's ARN; that of a multi-Region key begins with mrk-.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
var keyID = regexp.MustCompile(`^key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

// ValidKey reports whether the ARN is that of a KMS key, neither its id alone nor an alias.
func ValidKey(arn string) bool {
	a, _ := ParseARN(arn)
	return a.Service == "kms" && Valid(a.Region) && a.Partition == Partition(a.Region) && ValidAccount(a.Account) && keyID.MatchString(a.Resource)
}
