package authz

import (
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
)

// The condition keys that follow from a request's fields, lower case.
const (
	keyPrincipalARN     = "aws:principalarn"
	keyPrincipalAccount = "aws:principalaccount"
	keyPrincipalType    = "aws:principaltype"
	keyResourceAccount  = "aws:resourceaccount"
	keyUserID           = "aws:userid"
	keyCanonicalUser    = "canonicaluser"
)

// CanonicalUser is not a condition key of AWS. In a Request's Context it gives the canonical user id of the principal's account,
// by which bucket policies may name an account; in DependsOn it says that such a statement decides.
const CanonicalUser = "CanonicalUser"

// shownKeys are the keys that this package itself brings up, as AWS writes them.
var shownKeys = map[string]string{
	keyPrincipalARN: "aws:PrincipalArn", keyPrincipalAccount: "aws:PrincipalAccount", keyPrincipalType: "aws:PrincipalType",
	keyResourceAccount: "aws:ResourceAccount", keyUserID: "aws:userid", keyCanonicalUser: CanonicalUser,
}

// state says what is known of a condition key.
type state uint8

const (
	unknown state = iota
	absent
	present
)

// facts is what a request says about condition keys.
type facts struct {
	values   map[string][]string // by lower-case key
	missing  map[string]bool     // named in Absent
	prefixes []string            // the same, of entries that end in a star
	like     map[string]glob     // present, with a value that matches
	complete bool
	choices  []string // the possible values of aws:PrincipalArn, if more than one
}

// key gives the values of a key, which is in lower case.
func (f *facts) key(key string) ([]string, state) {
	if v, ok := f.values[key]; ok {
		return v, present
	}
	if _, ok := f.like[key]; ok {
		return nil, unknown
	}
	if f.complete || f.misses(key) {
		return nil, absent
	}
	return nil, unknown
}

// newFacts collects what the request gives and what follows from it. The owner of the resource follows later.
func newFacts(r *Request, w *who) *facts {
	f := &facts{values: make(map[string][]string, len(r.Context)+4), complete: r.Complete}
	if len(r.Absent) > 0 {
		f.missing = make(map[string]bool, len(r.Absent))
		for _, key := range r.Absent {
			key = strings.ToLower(key)
			if prefix, ok := strings.CutSuffix(key, "*"); ok {
				f.prefixes = append(f.prefixes, prefix)
			} else {
				f.missing[key] = true
			}
		}
	}
	for key, form := range r.Like {
		if f.like == nil {
			f.like = make(map[string]glob, len(r.Like))
		}
		f.like[strings.ToLower(key)] = parsePattern(form, style{wild: true}).glob
	}
	if w.kind == anonymous {
		f.miss(keyPrincipalARN)
	}
	f.infer(keyPrincipalARN, w.roleOrSelf())
	f.infer(keyPrincipalAccount, w.accountKey())
	f.infer(keyPrincipalType, w.kind.principalType())
	clash := false
	for key, values := range r.Context {
		key = strings.ToLower(key)
		delete(f.missing, key)
		if len(values) == 0 {
			delete(f.values, key)
			delete(f.like, key)
			f.miss(key)
			continue
		}
		if _, ok := f.values[key]; ok && !implied(key) {
			clash = true
		}
		f.values[key] = values
	}
	if clash { // one key in several spellings: all their values, in a fixed order
		for key := range f.values {
			if !implied(key) {
				delete(f.values, key)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(r.Context)) {
			at := strings.ToLower(key)
			if len(r.Context[key]) > 0 && !implied(at) {
				f.values[at] = append(slices.Clip(f.values[at]), r.Context[key]...)
			}
		}
	}
	return f
}

// infer notes a key that follows from another field, unless it is said to be absent.
func (f *facts) infer(key, value string) {
	if _, other := f.like[key]; value != "" && !other && !f.misses(key) {
		f.values[key] = []string{value}
	}
}

// misses reports whether the key is said to be absent.
func (f *facts) misses(key string) bool {
	if f.missing[key] {
		return true
	}
	for _, prefix := range f.prefixes {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

func (f *facts) miss(key string) {
	if f.missing == nil {
		f.missing = map[string]bool{}
	}
	f.missing[key] = true
}

func implied(key string) bool {
	switch key {
	case keyPrincipalARN, keyPrincipalAccount, keyPrincipalType, keyResourceAccount:
		return true
	}
	return false
}

// who is the caller of a request.
type who struct {
	kind      whoKind
	arn       string // as given
	partition string
	account   string
	role      string // the name of the role, or of a session's role
	session   string // "" if it is not known
	roleARN   string // of a session: with the path "/"
	service   string
}

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
