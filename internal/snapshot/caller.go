package snapshot

import (
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
)

// CallerARN returns the ARN of a role or user as IAM policies name it, given the one that STS names for the credentials of the account; "" and the
// reason if it is not known. STS names the role of a session without its path, so that the role has to have been read.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func (s *Snapshot) CallerARN(account, called string) (arn, unknown string) {
	a, ok := region.ParseARN(called)
	switch {
	case !ok:
		return "", "STS did not name it"
	case a.Service == "iam" && (strings.HasPrefix(a.Resource, "user/") || strings.HasPrefix(a.Resource, "role/")):
		return called, ""
	}
	name, ok := SessionRole(called)
	if !ok {
		return "", called + " is neither a role nor a user"
	}
	if arn := s.index().rolesByName[accountName{account, strings.ToLower(name)}]; arn != "" {
		return arn, ""
	}
	if err := s.CallersUnread[account]; err != nil {
		return "", "its role could not be read: " + text.OneLine(err)
	}
	return "", "its role " + name + " was not read"
}

// SessionRole returns the name of the role in the ARN of a session: arn:aws:sts::111122223333:assumed-role/name/session.
func SessionRole(arn string) (name string, ok bool) {
	a, _ := region.ParseARN(arn)
	kind, rest, _ := strings.Cut(a.Resource, "/")
	name, _, ok = strings.Cut(rest, "/")
	return name, ok && a.Service == "sts" && kind == "assumed-role"
}
