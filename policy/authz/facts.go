package authz

import (
	"maps"
	"slices"
	"strings"
)

// Condition keys that this package uses itself, in lower case. The values of the first four follow from the fields of a request.
const (
	keyPrincipalARN     = "aws:principalarn"
	keyPrincipalAccount = "aws:principalaccount"
	keyPrincipalType    = "aws:principaltype"
	keyResourceAccount  = "aws:resourceaccount"
	keyUserID           = "aws:userid"
	keyCanonicalUser    = "canonicaluser"
)

// CanonicalUser is a key of this package, not a condition key of AWS. In [Request.Context] it gives the canonical user id of the
// principal's account, by which a bucket policy may name the account. In [Decision.DependsOn] it says that the answer depends on that id.
const CanonicalUser = "CanonicalUser"

// shownKeys gives the keys that this package uses itself as AWS writes them.
var shownKeys = map[string]string{
	keyPrincipalARN: "aws:PrincipalArn", keyPrincipalAccount: "aws:PrincipalAccount", keyPrincipalType: "aws:PrincipalType",
	keyResourceAccount: "aws:ResourceAccount", keyUserID: "aws:userid", keyCanonicalUser: CanonicalUser,
}

// state says what is known of a condition key: nothing, that it is absent, or its values.
type state uint8

const (
	unknown state = iota
	absent
	present
)

// facts holds what a request says about condition keys. Of few keys it keeps what was given and searches it linearly, because few keys are looked up.
type facts struct {
	request *Request
	context []contextKey
	index   *factIndex // of many keys; nil if there are few
	follows [4]follow
	choices map[string]bool // the possible values of aws:PrincipalArn, if more than one

	considered *keySet // that were asked for; nil if that is not noted
	role       string  // the form of aws:PrincipalArn if the caller's ARN gives only a form; else ""
}

// ownerFollows is the number of the key that findOwner adds.
const ownerFollows = 3

// keySet is a set of keys in lower case. Few are searched linearly.
type keySet struct {
	list  []string
	in    map[string]bool // of many; nil if there are few
	first [8]string       // room for the list
}

func newKeySet(keys ...string) *keySet {
	s := &keySet{}
	s.list = append(s.first[:0], keys...)
	return s
}

func (s *keySet) add(key string) {
	if s.in == nil && slices.Contains(s.list, key) || s.in[key] {
		return
	}
	s.list = append(s.list, key)
	switch {
	case s.in != nil:
		s.in[key] = true
	case len(s.list) > 2*len(s.first):
		s.in = make(map[string]bool, 2*len(s.list))
		for _, k := range s.list {
			s.in[k] = true
		}
	}
}

type contextKey struct {
	key    string
	values []string
}

// follow is a key whose value follows from the fields of the request.
type follow struct {
	key   string // lower case
	value [1]string
	state state // unknown if nothing follows
}

// newFacts collects what the request says and what follows from it. findOwner adds the owner of the resource later.
func newFacts(r *Request, w *who) facts {
	f := facts{request: r}
	if len(r.Context) > 0 {
		f.context = make([]contextKey, 0, len(r.Context))
	}
	if len(r.Context)+len(r.Like)+len(r.Among)+len(r.Absent) > manyKeys {
		f.index = newFactIndex(r)
	}
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

// key returns the values and the state of a key. The key must be in lower case.
func (f *facts) key(key string) ([]string, state) {
	if f.considered != nil {
		f.considered.add(key)
	}
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

// given returns the values of the key in the context, and the number of spellings in which the key occurs there. The values of all
// spellings count, in a fixed order.
func (f *facts) given(key string) (values []string, spellings int) {
	if f.index != nil {
		of := f.index.context[key]
		return of.values, of.spellings
	}
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

// form returns the form of the key's value: that in Like, or for aws:PrincipalArn the form of a role's ARN whose path is not known.
func (f *facts) form(key string) (string, bool) {
	spelling, found := "", false
	if f.index != nil {
		spelling, found = f.index.like[key]
	} else {
		for k := range f.request.Like {
			if sameKey(k, key) && (!found || k < spelling) { // if several spellings match, always choose the same one
				spelling, found = k, true
			}
		}
	}
	if !found && key == keyPrincipalARN && f.role != "" {
		return f.role, true
	}
	return f.request.Like[spelling], found
}

// among returns the possible values of the key that the request lists, where "" means that it may be absent; nil if it lists none.
func (f *facts) among(key string) []string {
	if f.index != nil {
		return f.index.among[key]
	}
	var out []string
	for k, values := range f.request.Among {
		if sameKey(k, key) {
			out = append(out, values...)
		}
	}
	return out
}

// mayBeRole reports whether arn is a possible value of the unknown aws:PrincipalArn of a session.
func (f *facts) mayBeRole(arn string) bool {
	if form, formed := f.form(keyPrincipalARN); formed {
		g := parsePattern(form, style{wild: true}).glob
		return g.match(arn)
	}
	return f.choices[arn]
}

// misses reports whether the request lists the key as absent.
func (f *facts) misses(key string) bool {
	if f.index != nil {
		return f.index.misses(key)
	}
	for _, k := range f.request.Absent {
		if prefix, ok := strings.CutSuffix(k, "*"); sameKey(k, key) || ok && len(key) >= len(prefix) && strings.EqualFold(key[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

// sameKey compares keys without regard to letter case. Keys are ASCII.
func sameKey(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
