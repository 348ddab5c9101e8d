package region

import "regexp"

// keyID matches the resource part of a KMS key's ARN. The id of a multi-Region key begins with mrk-.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
var keyID = regexp.MustCompile(`^key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

// ValidKey reports whether arn is the full ARN of a KMS key. A key id or an alias is not.
func ValidKey(arn string) bool {
	a, _ := ParseARN(arn)
	return a.Service == "kms" && Valid(a.Region) && a.Partition == Partition(a.Region) && ValidAccount(a.Account) && keyID.MatchString(a.Resource)
}
