// Package excess finds what roles allow beyond their presets, because their Trust or Policies were given: another account or service may assume
// them, or they allow actions or resources that the transfer does not need. It decides with package authz and makes no call.
package excess

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Users are the transfers of a plan by the roles that we make for them.
type Users map[string][]user

// user is a transfer that uses a role, on the side; "" is both.
type user struct {
	transfer *transfer.Transfer
	side     plan.Side
}

// Add adds a transfer of the plan, which uses the roles of its resources.
func (u Users) Add(r *transfer.Resources) {
	for _, role := range r.Roles {
		u[keyOf(role)] = append(u[keyOf(role)], user{r.Transfer, role.Side})
	}
}

// keyOf is the account and name of the role. IAM's names of roles differ in more than case.
func keyOf(role transfer.AccountRole) string { return role.Account + "/" + strings.ToLower(role.Name) }

// Findings returns what the roles that we make for the transfer of r allow beyond the presets. users are of all transfers of the plan, which may use the
// same roles. What is narrower than the preset is not reported here: the verdicts on access tell what the transfer lacks. A statement whose comparison
// is not decided is reported as such. Once stop reports true the findings are wanted no more, and nothing is compared.
func Findings(r *transfer.Resources, users Users, stop func() bool) []plan.Finding {
	var out []plan.Finding
	for _, role := range r.Roles {
		if given := r.Transfer.End(cmp.Or(role.Side, plan.SourceSide)).Role; given.Trust.IsZero() && len(given.Policies) == 0 {
			continue // it is the preset
		}
		trust, policies := presets(r.Transfer, users[keyOf(role)])
		if !slices.ContainsFunc(trust, role.Trust.Equal) {
			o := &opened{stop: stop, t: r.Transfer, role: role, presets: statementsOf(trust, "Allow"), denies: statementsOf([]policy.Document{role.Trust}, "Deny")}
			out = append(out, o.findings("the trust policy", "trust policy", "Trust", role.Trust, o.trust)...)
		}
		o := &opened{stop: stop, t: r.Transfer, role: role, presets: statementsOf(policies, "Allow"),
			denies: statementsOf(sorted(role.Policies), "Deny")}
		for _, name := range slices.Sorted(maps.Keys(role.Policies)) {
			if d := role.Policies[name]; !slices.ContainsFunc(policies, d.Equal) {
				out = append(out, o.findings("policy "+name, "inline policy", "Policies", d, o.identity)...)
			}
		}
	}
	return out
}

// presets returns the trust policies and the inline policies that the role would have of its own for each of its users.
func presets(t *transfer.Transfer, users []user) (trust, policies []policy.Document) {
	for _, u := range users {
		d, ps := u.transfer.Preset(u.side)
		trust = append(trust, d)
		policies = append(policies, sorted(ps)...)
	}
	if len(trust) > 1 && slices.ContainsFunc(trust[1:], func(d policy.Document) bool { return !d.Equal(trust[0]) }) {
		trust = append(trust, t.PresetTrustOfMany()) // which a role of several transfers gets
	}
	return trust, policies
}

// sorted are the documents in the order of their names, so that the same policies always make the same words.
func sorted(policies map[string]policy.Document) []policy.Document {
	var out []policy.Document
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		out = append(out, policies[name])
	}
	return out
}

// opened compares the statements of one role with its presets.
type opened struct {
	stop    func() bool
	t       *transfer.Transfer
	role    transfer.AccountRole
	presets policy.Statements
	denies  policy.Statements // of the same layer: what they deny is not opened
}

// more is what a statement allows beyond the presets, in words.
type more struct {
	principals, actions, resources, conditions []string

	hidden  []string // patterns of which all that was tried is denied, and perhaps not all that they stand for
	settled bool     // some of it is more for certain
	why     string   // why it was not compared; "" if it was
	keys    []string // the condition keys that the rest depends on
}

func (m *more) any() bool {
	return len(m.principals)+len(m.actions)+len(m.resources)+len(m.conditions)+len(m.hidden) > 0 || m.why != ""
}

// findings returns one finding for each statement of the document that opens more. what names the document, kind its kind, field the field of the role.
func (o *opened) findings(what, kind, field string, d policy.Document, compare func(policy.Statement, *more)) []plan.Finding {
	var out []plan.Finding
	n := 0
	for st := range d.All() {
		n++
		if st.Effect() != "Allow" {
			continue
		}
		m := &more{}
		if m.why = o.tooLarge(st); m.why == "" {
			compare(st, m)
		}
		if m.any() {
			out = append(out, o.finding(what, field, cmp.Or(st.Sid(), fmt.Sprintf("statement %d of the %s", n, kind)), m))
		}
	}
	return out
}

func (o *opened) finding(what, field, statement string, m *more) plan.Finding {
	f := plan.Finding{Severity: plan.Warning, Code: plan.CodeRoleOpensMore, Transfer: o.t.Name, Side: o.role.Side, Account: o.role.Account,
		Subject: o.role.ARN(o.t.Partition, o.role.Account), Statement: statement, Actions: m.actions,
		Remedy: "narrow the statement in Role." + field + " to what the transfer needs, or leave Role." + field + " empty for the preset"}
	subject := what + " of role " + o.role.Name
	rest := ""
	if len(m.hidden) > 0 {
		rest = "all that was tried of " + listed(m.hidden) + " is denied, and whether the rest is too is not known"
	}
	if m.words() == "" {
		m.why = cmp.Or(m.why, rest)
	}
	switch {
	case m.why != "":
		f.Detail = fmt.Sprintf("whether %s opens more than the preset is not decided, in %s: %s", subject, text.Statement(statement), m.why)
	case !m.settled:
		f.DependsOn = m.keys
		f.Detail = fmt.Sprintf("%s may open more than the preset, in %s: %s; not decided, because it depends on %s", subject, text.Statement(statement), m.words(),
			strings.Join(m.keys, ", "))
	default:
		f.Detail = fmt.Sprintf("%s opens more than the preset, in %s: %s", subject, text.Statement(statement), m.words())
	}
	if rest != "" && m.why == "" {
		f.Detail += "; " + rest
	}
	f.Detail = text.Printable(f.Detail)
	return f
}

// words lists what is more, as the clauses of one sentence.
func (m *more) words() string {
	var out []string
	for _, part := range []struct {
		lead  string
		names []string
	}{{"it may be assumed by ", m.principals}, {"it allows ", m.actions}, {"it covers ", m.resources}, {"it does not ask that ", m.conditions}} {
		if len(part.names) > 0 {
			out = append(out, part.lead+listed(part.names))
		}
	}
	return strings.Join(out, "; ")
}

// listed names up to twelve and counts the rest.
func listed(names []string) string {
	if len(names) > 12 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:12], ", "), len(names)-12)
	}
	return strings.Join(names, ", ")
}

// The largest statements that are compared, and the most requests. A decision tries the values of all condition keys together, and takes longer with each.
const (
	maxOpenedKeys  = 12
	maxOpenedTerms = 200
	maxOpenedCalls = 10_000
)

// tooLarge says why a statement is not compared; "" if it is.
func (o *opened) tooLarge(st policy.Statement) string {
	keys, terms := map[string]bool{}, 0
	for _, s := range append(policy.Statements{st}, o.denies...) {
		for _, c := range s.Conditions() {
			keys[strings.ToLower(c.Key())] = true
			terms += len(c.Values())
		}
		actions, _ := s.Actions()
		resources, _ := s.Resources()
		terms += len(actions) + len(resources)
	}
	switch {
	case len(keys) > maxOpenedKeys:
		return fmt.Sprintf("it depends on %d condition keys, and more than %d are not compared", len(keys), maxOpenedKeys)
	case terms > maxOpenedTerms:
		return fmt.Sprintf("it has %d actions, resources and values with its Deny statements, and more than %d are not compared", terms, maxOpenedTerms)
	}
	return ""
}

// note takes over whether a request that is more is settled. One that is allowed for some values of the condition keys is, unless a policy variable is
// among what it depends on: authz does not try the values of two keys that are compared with each other.
func (o *opened) note(m *more, st policy.Statement, d authz.Decision) {
	variable := func(s policy.Statement) bool { return strings.Contains(string(s.Bytes()), "${") }
	if d.Effect == authz.Allowed || !variable(st) && !slices.ContainsFunc(o.denies, variable) {
		m.settled = true
		return
	}
	for _, k := range d.DependsOn {
		m.keys = appendNew(m.keys, k)
	}
}

// statementsOf returns the statements with the effect.
func statementsOf(docs []policy.Document, effect string) policy.Statements {
	var out policy.Statements
	for _, d := range docs {
		for st := range d.All() {
			if st.Effect() == effect {
				out = append(out, st)
			}
		}
	}
	return out
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// isDataSync reports whether the principal is DataSync in the partition of the transfer.
func (o *opened) isDataSync(p policy.Principal) bool {
	return p.Type() == "Service" && strings.EqualFold(p.Value(), region.DataSync(o.t.Partition))
}
