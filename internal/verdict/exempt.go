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

// mostRounds bounds how often an exemption looks for further statements that deny.
const mostRounds = 5

// exemption proposes to exempt the principal from each statement that denies, or may deny: the remedy in words and the new statements. A decision names
// the statements that deny in any case, so that further ones may show once the principal is exempt from these. It proposes nothing if the policies would
// still deny with the new statements.
func (c *Case) exemption(vs []Verdict) (string, []string) {
	changed := c.Policies
	var texts, proposal []string
	var denials []policy.Statement
	var layers []authz.Layer
	var done []authz.Match
	left := vs
	for round := 0; len(left) > 0; round++ {
		before := len(done)
		for _, m := range decidingAll(left) {
			st, ok := statementOf(c.Policies, m)
			if !ok || st.Effect() != "Deny" || slices.ContainsFunc(done, func(o authz.Match) bool { return samePlace(o, m) }) {
				continue
			}
			next, ok := c.exempt(st)
			if !ok {
				return "", nil
			}
			done, changed = append(done, m), replaced(changed, m, next)
			if ask := c.asks(st, m.Layer, vs); ask != "" { // a statement that is met does not deny either, so that next can stand for it
				texts = append(texts, ask)
				continue
			}
			texts = append(texts, fmt.Sprintf("let %s exempt %s: %s", c.keeper(m.Layer), c.exempted(), conditionText(st, next)))
			proposal = append(proposal, string(next.Bytes()))
			denials, layers = append(denials, st), append(layers, m.Layer)
		}
		if len(done) == before || round == mostRounds {
			return "", nil
		}
		left = c.stillDenied(vs, changed)
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

// stillDenied returns those of the verdicts that the policies p would still deny, or leave open although the verdict depends on a condition key, with the
// decisions by p.
func (c *Case) stillDenied(vs []Verdict, p authz.Policies) []Verdict {
	var out []Verdict
	for _, v := range vs {
		d := c.decide(v.request, p)
		if d.Effect == authz.ExplicitlyDenied || v.Effect == authz.Undetermined && len(v.DependsOn) > 0 && len(d.DependsOn) > 0 {
			v.Decision = d
			out = append(out, v)
		}
	}
	return out
}

// samePlace reports whether both matches are about the same statement.
func samePlace(a, b authz.Match) bool {
	return a.Layer == b.Layer && a.Level == b.Level && a.Document == b.Document && a.Statement == b.Statement
}

// decidingAll returns the statements that decided any of the verdicts, each once.
func decidingAll(vs []Verdict) []authz.Match {
	var out []authz.Match
	for _, v := range vs {
		for _, m := range v.Deciding {
			if m.Outcome != authz.NotApplies && !slices.ContainsFunc(out, func(o authz.Match) bool { return samePlace(o, m) }) {
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
