package excess

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// What a statement opens is found by decisions about requests whose condition keys are all unknown. The presets are added as Deny statements: what
// is then not denied for every value of the keys is more than the presets.

// anything allows everything: the layers of a decision that are not compared.
var anything = policy.New(policy.Allow("*").On("*"))

// trust compares a statement of the trust policy. Where a Deny hits what is tried, it tries other calls and other callers.
func (o *opened) trust(st policy.Statement, m *more) {
	patterns, notAction := st.Actions()
	principals, not := st.Principals()
	if not {
		m.principals = append(m.principals, "everyone but those that it names")
		return
	}
	actions := instances(append(slices.Clone(patterns), stsCalls...), "sts:Zzqqxz")
	for _, p := range principals {
		var denied []string // patterns of actions
		for _, action := range actions {
			if !allows(st, action) {
				continue
			}
			if o.isDataSync(p) && strings.EqualFold(action, "sts:AssumeRole") {
				o.trustConditions(st, p, m)
				continue
			}
			if !o.tryCall(st, p, action, word, m) && !o.assumeUnder(nil, word, st, p, action).Effect.Denied() {
				pattern := "*"
				if !notAction {
					pattern = named(patterns, action)
				}
				denied = appendNew(denied, pattern)
			}
		}
		for _, pattern := range denied {
			if o.shows(st, p, pattern, m) || o.deniesCalls(st, p, pattern) || o.tryOtherCalls(st, p, pattern, m) {
				continue
			}
			m.hidden = appendNew(m.hidden, excepted(notAction, patterns, pattern, "every action")+" by "+principalName(p))
		}
	}
}

// stsCalls are the calls that a trust policy can allow.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
var stsCalls = []string{"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:SetContext", "sts:SetSourceIdentity", "sts:TagSession"}

// tryCall notes what is more about a call by a principal, and reports whether it is allowed.
func (o *opened) tryCall(st policy.Statement, p policy.Principal, action, name string, m *more) bool {
	d := o.assumeUnder(o.denies, name, st, p, action)
	if d.Effect.Denied() {
		return false
	}
	o.note(m, st, d)
	if o.isDataSync(p) {
		patterns, notAction := st.Actions()
		m.actions = appendNew(m.actions, excepted(notAction, patterns, named(patterns, action), "every action"))
	} else {
		m.principals = appendNew(m.principals, principalName(p))
	}
	return true
}

// shows reports whether it is noted already that the principal may make calls of the pattern that are more.
func (o *opened) shows(st policy.Statement, p policy.Principal, pattern string, m *more) bool {
	if !o.isDataSync(p) {
		return slices.Contains(m.principals, principalName(p))
	}
	patterns, notAction := st.Actions()
	return slices.Contains(m.actions, excepted(notAction, patterns, pattern, "every action"))
}

// deniesCalls reports whether the Deny statements deny the principal all calls of the pattern, whatever the condition keys.
func (o *opened) deniesCalls(st policy.Statement, p policy.Principal, pattern string) bool {
	patterns, notAction := st.Actions()
	c := &cover{
		fine: func(action, _ string) bool {
			return o.isDataSync(p) && strings.EqualFold(action, "sts:AssumeRole") ||
				notAction && slices.ContainsFunc(patterns, func(not string) bool { return actionHas(not, action) })
		},
		denied: func(all policy.Statements, action, _ string) bool {
			all = slices.DeleteFunc(slices.Clone(all), func(d policy.Statement) bool { return !o.deniesAll(d, p) })
			return o.assumeUnder(all, word, st, p, actionOf(action, word)).Effect.Denied()
		},
		sure: func(d policy.Statement, action, _ string) bool {
			call := actionOf(action, word)
			return o.deniesAll(d, p) && o.assumeUnder(policy.Statements{d}, word, policy.Allow(call).By(p), p, call).Effect == authz.ExplicitlyDenied
		},
	}
	return c.whole(o.denies, pattern, "")
}

// deniesAll reports whether the Deny is about everybody whom the principal stands for.
func (o *opened) deniesAll(d policy.Statement, p policy.Principal) bool {
	account, many := accountOf(p)
	if !many {
		return true // it is one caller, whom a decision is about
	}
	named, not := d.Principals()
	return !not && slices.ContainsFunc(named, func(n policy.Principal) bool {
		other, all := accountOf(n)
		return all && (other == "" || other == account)
	})
}

// tryOtherCalls tries calls of the pattern with other words in place of wildcards and by other callers, until one is allowed.
func (o *opened) tryOtherCalls(st policy.Statement, p policy.Principal, pattern string, m *more) bool {
	var actions []string
	for _, w := range words {
		actions = appendNew(actions, actionOf(pattern, w))
	}
	for _, action := range append(actions, stsCalls...) {
		if !allows(st, action) || !like(strings.ToLower(pattern), strings.ToLower(action)) || o.isDataSync(p) && strings.EqualFold(action, "sts:AssumeRole") {
			continue
		}
		if slices.ContainsFunc(words[1:], func(w string) bool { return o.tryCall(st, p, action, w, m) }) {
			return true
		}
	}
	return false
}

// trustConditions finds the conditions of the preset that the statement does not set for DataSync.
func (o *opened) trustConditions(st policy.Statement, p policy.Principal, m *more) {
	deny := func(conditions ...policy.Condition) policy.Statement {
		return policy.Deny("sts:AssumeRole").By(p).When(conditions...)
	}
	var whole policy.Statements
	byKey, order := map[string]policy.Statements{}, []string(nil)
	for _, preset := range o.presets {
		whole = append(whole, deny(preset.Conditions()...))
		for _, cond := range preset.Conditions() {
			byKey[cond.Key()], order = append(byKey[cond.Key()], deny(cond)), appendNew(order, cond.Key())
		}
	}
	d := o.assume(st, p, "sts:AssumeRole", whole...)
	if d.Effect.Denied() {
		return
	}
	o.note(m, st, d)
	for _, key := range order {
		if !o.assume(st, p, "sts:AssumeRole", byKey[key]...).Effect.Denied() {
			m.conditions = appendNew(m.conditions, wanted(o.presets, key))
		}
	}
	if len(m.conditions) == 0 { // none is open alone, but together they are
		m.conditions = append(m.conditions, wanted(o.presets, order...))
	}
}

// assume decides whether the statement lets the principal make the call on the role, whatever the condition keys, beside what guards deny.
func (o *opened) assume(st policy.Statement, p policy.Principal, action string, guards ...policy.Statement) authz.Decision {
	return o.assumeUnder(o.denies, word, st, p, action, guards...)
}

// assumeUnder is assume under some of the Deny statements. The name is that of the caller, if the principal stands for many.
func (o *opened) assumeUnder(denies policy.Statements, name string, st policy.Statement, p policy.Principal, action string, guards ...policy.Statement) authz.Decision {
	if o.stop() {
		return authz.Decision{Effect: authz.ExplicitlyDenied}
	}
	req := authz.Request{Action: action, Resource: o.role.ARN(o.t.Partition, o.role.Account), ResourceAccount: o.role.Account}
	account, many := accountOf(p)
	switch {
	case many: // one stands for all, so that only what is said of all of them counts
		req.Principal = region.Role(o.t.Partition, cmp.Or(account, someAccount(name)), "", name)
		st, denies = policy.Allow(action).By(p), slices.DeleteFunc(slices.Clone(denies), func(d policy.Statement) bool {
			_, not := d.Principals()
			return not || len(d.Conditions()) > 0
		})
	case p.Type() == "Service":
		req.Service = p.Value()
	case p.Type() == "AWS" && strings.HasPrefix(p.Value(), "arn:"):
		req.Principal = p.Value()
	default: // federated, the unique id of a deleted principal, or what is no principal: authz has no such caller, and a Deny that names it is not compared
		return authz.Decision{Effect: authz.Allowed}
	}
	return authz.Decide(req, authz.Policies{Identity: []policy.Document{anything}, Resource: policy.New(policy.Statements{st}, denies, policy.Statements(guards))})
}

// accountOf returns the account that the principal stands for, "" for all accounts, and whether it stands for many callers.
func accountOf(p policy.Principal) (string, bool) {
	switch {
	case p.Type() != "AWS" && p.Type() != "*":
		return "", false
	case region.ValidAccount(p.Value()):
		return p.Value(), true
	case strings.HasSuffix(p.Value(), ":root"):
		a, _ := region.ParseARN(p.Value())
		return a.Account, true
	}
	return "", p.Value() == "*"
}

// someAccount is an account for the caller of that name, where the principal is everybody.
func someAccount(name string) string {
	return fmt.Sprintf("%012d", 987_654_321_987*max(0, slices.Index(words, name)-1)%1_000_000_000_000)
}

// principalName is a principal as a finding names it.
func principalName(p policy.Principal) string {
	switch {
	case p.Value() == "*":
		return "everyone"
	case p.Type() == "Service":
		return "service " + p.Value()
	case p.Type() == "AWS" && region.ValidAccount(p.Value()):
		return "account " + p.Value()
	case p.Type() == "AWS":
		return p.Value()
	}
	return p.Type() + " " + p.Value()
}

// wanted is what the presets ask of the keys, in words.
func wanted(presets policy.Statements, keys ...string) string {
	var out []string
	for _, preset := range presets {
		for _, c := range preset.Conditions() {
			if slices.Contains(keys, c.Key()) {
				out = appendNew(out, c.String())
			}
		}
	}
	return strings.Join(out, " or ")
}
