package authz

import (
	"maps"
	"slices"
	"strings"
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

// facts is what a request says about condition keys. Few of them are asked for, so they are looked up as they stand.
type facts struct {
	request *Request
	context []contextKey
	follows [4]follow
	choices []string // the possible values of aws:PrincipalArn, if more than one
	role    string   // the form of aws:PrincipalArn that follows from the caller; "" is none
}

type contextKey struct {
	key    string
	values []string
}

// follow is a key whose value follows from the request's fields.
type follow struct {
	key   string // lower case
	value [1]string
	state state // unknown: nothing follows
}

// newFacts collects what the request gives and what follows from it. The owner of the resource follows later.
func newFacts(r *Request, w *who) *facts {
	f := &facts{request: r, context: make([]contextKey, 0, len(r.Context))}
	for key, values := range r.Context {
		f.context = append(f.context, contextKey{key, values})
	}
	f.infer(0, keyPrincipalARN, w.roleOrSelf())
	f.infer(1, keyPrincipalAccount, w.accountKey())
	f.infer(2, keyPrincipalType, w.kind.principalType())
	if !r.Complete && !f.misses(keyPrincipalARN) {
		f.role = w.roleForm
	}
	if w.kind == anonymous {
		f.follows[0] = follow{key: keyPrincipalARN, state: absent}
	}
	return f
}

func (f *facts) infer(at int, key, value string) {
	if value != "" {
		f.follows[at] = follow{key: key, value: [1]string{value}, state: present}
	}
}

// key gives the values of a key, which is in lower case.
func (f *facts) key(key string) ([]string, state) {
	switch values, n := f.given(key); {
	case n > 0 && len(values) > 0:
		return values, present
	case n > 0:
		return nil, absent
	}
	if f.among(key) != nil {
		return nil, unknown
	}
	if _, ok := f.form(key); ok {
		return nil, unknown
	}
	if f.misses(key) {
		return nil, absent
	}
	for i := range f.follows {
		if f.follows[i].key == key && f.follows[i].state != unknown {
			return f.follows[i].values(), f.follows[i].state
		}
	}
	if f.request.Complete {
		return nil, absent
	}
	return nil, unknown
}

func (f *follow) values() []string {
	if f.state == absent {
		return nil
	}
	return f.value[:]
}

// given looks into the context and counts the spellings in which the key is there: the values of all of them count, in a fixed order.
func (f *facts) given(key string) (values []string, spellings int) {
	for i := range f.context {
		if sameKey(f.context[i].key, key) {
			spellings++
			values = f.context[i].values
		}
	}
	if spellings > 1 {
		values = nil
		for _, k := range slices.Sorted(maps.Keys(f.request.Context)) {
			if sameKey(k, key) {
				values = append(values, f.request.Context[k]...)
			}
		}
	}
	return values, spellings
}

// form gives what is known of the value of a key that Like holds, or of the ARN of a role whose path is not known.
func (f *facts) form(key string) (string, bool) {
	spelling, found := "", false
	for k := range f.request.Like {
		if sameKey(k, key) && (!found || k < spelling) { // of several spellings always the same one
			spelling, found = k, true
		}
	}
	if !found && key == keyPrincipalARN && f.role != "" {
		return f.role, true
	}
	return f.request.Like[spelling], found
}

// among gives the values of which the key has one, "" if it may be absent; nil if nothing is said about it.
func (f *facts) among(key string) []string {
	var out []string
	for k, values := range f.request.Among {
		if sameKey(k, key) {
			out = append(out, values...)
		}
	}
	return out
}

// mayBeRole reports whether the unknown aws:PrincipalArn of a session can be the role's ARN.
func (f *facts) mayBeRole(arn string) bool {
	if form, formed := f.form(keyPrincipalARN); formed {
		g := parsePattern(form, style{wild: true}).glob
		return g.match(arn)
	}
	return slices.Contains(f.choices, arn)
}

// misses reports whether the key is said to be absent.
func (f *facts) misses(key string) bool {
	for _, k := range f.request.Absent {
		if prefix, ok := strings.CutSuffix(k, "*"); sameKey(k, key) || ok && len(key) >= len(prefix) && strings.EqualFold(key[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

// sameKey compares keys, which are plain ASCII, without regard to case.
func sameKey(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
