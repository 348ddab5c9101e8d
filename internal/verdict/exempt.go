package verdict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// exemption proposes to exempt the principal from each statement that denies, or may deny: the remedy in words and the new statements. It
// proposes nothing if the policies would still deny with these statements.
func (c *Case) exemption(vs []Verdict) (string, []string) {
	changed := c.Policies
	var texts, proposal []string
	var denials []policy.Statement
	var layers []authz.Layer
	for _, m := range decidingAll(vs) {
		st, ok := statementOf(c.Policies, m)
		if !ok || st.Effect() != "Deny" {
			continue
		}
		next, ok := c.exempt(st)
		if !ok {
			return "", nil
		}
		changed = replaced(changed, m, next)
		if ask := c.asks(st, m.Layer, vs); ask != "" { // a statement that is met does not deny either, so that next can stand for it
			texts = append(texts, ask)
			continue
		}
		texts = append(texts, fmt.Sprintf("let %s exempt %s: %s", c.keeper(m.Layer), c.exempted(), conditionText(st, next)))
		proposal = append(proposal, string(next.Bytes()))
		denials, layers = append(denials, st), append(layers, m.Layer)
	}
	stillDenied := func(v Verdict) bool {
		d := c.decide(v.request, changed)
		return d.Effect == authz.ExplicitlyDenied || v.Effect == authz.Undetermined && len(v.DependsOn) > 0 && len(d.DependsOn) > 0
	}
	if len(texts) == 0 || slices.ContainsFunc(vs, stillDenied) {
		return "", nil
	}
	for i, st := range denials {
		c.Shared.add(c, c.document(layers[i], vs[0].request.Resource), st, &proposal[i])
	}
	const most = 10 // statements of others can be many
	if n := len(texts) - most + 1; n > 1 {
		texts = append(texts[:most-1], fmt.Sprintf("let the same be changed in %d more statements", n))
	}
	return strings.Join(texts, "; and "), proposal
}

// decidingAll returns the statements that decided any of the verdicts, each once.
func decidingAll(vs []Verdict) []authz.Match {
	var out []authz.Match
	for _, v := range vs {
		for _, m := range v.Deciding {
			if m.Outcome != authz.NotApplies && !slices.ContainsFunc(out, func(o authz.Match) bool {
				return o.Layer == m.Layer && o.Level == m.Level && o.Document == m.Document && o.Statement == m.Statement
			}) {
				out = append(out, m)
			}
		}
	}
	return out
}

// exempted names who is to be exempt.
func (c *Case) exempted() string {
	if c.Trust {
		return "what DataSync does for account " + c.Transfer.TaskAccount
	}
	return c.Principal
}

// exempt returns the Deny with the principal exempt; false if no condition can exempt it.
func (c *Case) exempt(st policy.Statement) (policy.Statement, bool) {
	principals, notPrincipal := st.Principals()
	if notPrincipal {
		everyone, ok := insteadOfNotPrincipal(st, principals)
		return addTo(everyone, "ArnNotLikeIfExists", "aws:PrincipalArn", c.Principal), ok
	}
	key, value, operator := "aws:PrincipalArn", c.Principal, "ArnNotLikeIfExists"
	if c.Trust { // the caller is a service, and has no ARN
		key, value, operator = "aws:SourceAccount", c.Transfer.TaskAccount, "StringNotEqualsIfExists"
	}
	for _, have := range st.Conditions() { // the principal joins a list of exempt principals
		if strings.EqualFold(have.Key(), key) && strings.Contains(have.Operator(), "Not") && !strings.Contains(have.Operator(), ":") {
			return addTo(st, have.Operator(), have.Key(), value), true
		}
	}
	return st.When(policy.Where(operator, key, value)), true
}

// named names the statement by its Sid, if it has one.
func named(st policy.Statement) string {
	if st.Sid() == "" {
		return "the statement"
	}
	return "statement " + strconv.Quote(st.Sid())
}

// conditionText tells in words what changes in the statement.
func conditionText(before, after policy.Statement) string {
	name := named(before)
	if _, not := before.Principals(); not {
		return "replace NotPrincipal in " + name + " by Principal * and a condition"
	}
	had := before.Conditions()
	for _, c := range after.Conditions() {
		same := func(o policy.Condition) bool { return strings.EqualFold(o.Key(), c.Key()) && o.Equal(c) }
		if slices.ContainsFunc(had, same) {
			continue
		}
		return fmt.Sprintf("%s with %s %s %s in its Condition", name, c.Operator(), c.Key(), text.List(c.Values(), " "))
	}
	return name
}
