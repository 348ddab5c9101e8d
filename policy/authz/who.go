package authz

import (
	"strings"

	"github.com/xacct/xacct/internal/region"
)

// who is the caller of a request.
type who struct {
	kind      whoKind
	arn       string // as given
	partition string
	account   string
	role      string // the name of the role, or of a session's role
	session   string // name of the session; "" if it is not known
	roleARN   string // ARN of the role; for a session with the path "/" or that of IAM Identity Center
	roleForm  string // for a session of IAM Identity Center: a pattern of its role's ARN
	service   string
}

// identityCenter is the path of the roles of IAM Identity Center. The Region of the instance follows it, except for us-east-1.
//
// Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
const identityCenter = "/aws-reserved/sso.amazonaws.com/"

type whoKind uint8

const (
	anonymous whoKind = iota
	roleSession
	anySession // some session of a role
	user
	rootUser
	federatedUser
	awsService
	unreadable // the ARN is not that of a possible caller
)

// principalType returns the value of aws:PrincipalType, "" if there is none.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (values for each type of caller)
func (k whoKind) principalType() string {
	return [...]string{"Anonymous", "AssumedRole", "AssumedRole", "User", "Account", "FederatedUser", "", ""}[k]
}

// newWho finds out who makes the request. If the ARN is not that of a possible caller, only "*" and the account name the caller.
func newWho(r *Request) who {
	switch {
	case r.Principal == "" && r.Service != "":
		return who{kind: awsService, service: r.Service}
	case r.Principal == "" || r.Principal == "*":
		return who{kind: anonymous}
	}
	w := who{kind: unreadable, arn: r.Principal}
	a, ok := region.ParseARN(r.Principal)
	if !ok {
		return w
	}
	w.partition, w.account = a.Partition, a.Account
	kind, rest, _ := strings.Cut(a.Resource, "/")
	switch a.Service + " " + kind {
	case "sts assumed-role":
		name, session, found := strings.Cut(rest, "/")
		if found && name != "" && session != "" {
			w.kind, w.role, w.session = roleSession, name, session
			w.roleARN = region.Role(a.Partition, a.Account, "", name)
			if strings.HasPrefix(name, "AWSReservedSSO_") {
				w.roleARN = region.Role(a.Partition, a.Account, identityCenter, name)
				w.roleForm = region.Role(a.Partition, a.Account, identityCenter, "*"+name)
			}
		}
	case "sts federated-user":
		w.kind = federatedUser
	case "iam role":
		w.kind, w.role, w.roleARN = anySession, rest[strings.LastIndexByte(rest, '/')+1:], r.Principal
	case "iam user":
		w.kind = user
	case "iam root":
		w.kind = rootUser
	}
	return w
}

// roleOrSelf returns the value of aws:PrincipalArn.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (for roles the role, not the session)
func (w *who) roleOrSelf() string {
	if w.roleARN != "" {
		return w.roleARN
	}
	return w.arn
}

// accountKey returns the value of aws:PrincipalAccount, which for anonymous callers is "anonymous".
func (w *who) accountKey() string {
	if w.kind == anonymous {
		return "anonymous"
	}
	return w.account
}

// isRole reports whether the caller is a session of a role.
func (w *who) isRole() bool { return w.kind == roleSession || w.kind == anySession }

// serviceLinked reports whether the caller is a service-linked role, which neither SCPs nor RCPs limit.
//
// Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
func (w *who) serviceLinked(f *facts) bool {
	if !w.isRole() {
		return false
	}
	arn, _ := f.key(keyPrincipalARN)
	return len(arn) == 1 && strings.Contains(arn[0], ":role/aws-service-role/")
}

// hasIdentity reports whether identity policies apply to the caller.
func (w *who) hasIdentity() bool { return w.kind != anonymous && w.kind != awsService }
