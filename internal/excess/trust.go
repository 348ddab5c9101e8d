package excess

import (
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

// trust compares a statement of the trust policy.
func (o *opened) trust(st policy.Statement, m *more) {
	patterns, notAction := st.Actions()
	principals, not := st.Principals()
	if not {
		m.principals = append(m.principals, "everyone but those that it names")
		return
	}
	actions := instances(append(slices.Clone(patterns), "sts:AssumeRole", "sts:Zzqqxz"), "sts:Zzqqxz")
	for _, p := range principals {
		for _, action := range actions {
			if !allows(st, action) {
				continue
			}
			if o.isDataSync(p) && strings.EqualFold(action, "sts:AssumeRole") {
				o.trustConditions(st, p, m)
				continue
			}
			if d := o.assume(st, p, action); !d.Effect.Denied() {
				o.note(m, st, d)
				if o.isDataSync(p) {
					m.actions = appendNew(m.actions, excepted(notAction, patterns, named(patterns, action), "every action"))
				} else {
					m.principals = appendNew(m.principals, principalName(p))
				}
			}
		}
	}
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
	if o.stop() {
		return authz.Decision{Effect: authz.ExplicitlyDenied}
	}
	denies := o.denies
	req := authz.Request{Action: action, Resource: o.role.ARN(o.t.Partition, o.role.Account), ResourceAccount: o.role.Account}
	anybody := func(account string) { // of many principals one stands for all, so that only what is said of all of them counts
		req.Principal = region.Role(o.t.Partition, account, "", "zzqqxz")
		st, denies = policy.Allow(action).By(p), slices.DeleteFunc(slices.Clone(o.denies), func(d policy.Statement) bool {
			_, not := d.Principals()
			return not || len(d.Conditions()) > 0
		})
	}
	switch {
	case p.Type() == "Service":
		req.Service = p.Value()
	case p.Type() != "AWS": // federated: authz has no such caller, and a Deny that names it is not compared
		return authz.Decision{Effect: authz.Allowed}
	case region.ValidAccount(p.Value()):
		anybody(p.Value())
	case strings.HasSuffix(p.Value(), ":root"):
		a, _ := region.ParseARN(p.Value())
		anybody(a.Account)
	case strings.HasPrefix(p.Value(), "arn:"):
		req.Principal = p.Value()
	case p.Value() == "*":
		anybody("000000000000")
	default: // the unique id of a deleted principal, or what is no principal
		return authz.Decision{Effect: authz.Allowed}
	}
	return authz.Decide(req, authz.Policies{Identity: []policy.Document{anything}, Resource: policy.New(policy.Statements{st}, denies, policy.Statements(guards))})
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
