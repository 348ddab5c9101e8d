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
	session   string // "" if it is not known
	roleARN   string // of a session: with the path "/", or that of IAM Identity Center
	roleForm  string // of a session of IAM Identity Center: what its role's ARN is like
	service   string
}

// identityCenter is the path of the roles of IAM Identity Center. But for instances in us-east-1 their Region follows it.
//
// Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
const identityCenter = "/aws-reserved/sso.amazonaws.com/"

type whoKind uint8

const (
	anonymous whoKind = iota
	roleSession
	anySession // of a role
	user
	rootUser
	federatedUser
	awsService
	unreadable // not an ARN of a kind that can call
)

// principalType is the value of aws:PrincipalType, "" if there is none.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (values for each type of caller)
func (k whoKind) principalType() string {
	return [...]string{"Anonymous", "AssumedRole", "AssumedRole", "User", "Account", "FederatedUser", "", ""}[k]
}

// newWho reads the caller. What is not an ARN that can call is somebody whom only "*" and their account can mean.
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

// roleOrSelf is aws:PrincipalArn.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (for roles the role, not the session)
func (w *who) roleOrSelf() string {
	if w.roleARN != "" {
		return w.roleARN
	}
	return w.arn
}

// accountKey is aws:PrincipalAccount. Anonymous callers have the value "anonymous".
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

// hasIdentity reports whether the caller is one that identity policies are attached to.
func (w *who) hasIdentity() bool { return w.kind != anonymous && w.kind != awsService }
