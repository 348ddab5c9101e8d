package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// exemption proposes for each statement that denies, or may deny, the same statement with the principal exempt. It is offered only if the
// policies with it no longer deny.
func (j *Case) exemption(vs []Verdict) (string, []string) {
	changed := j.Policies
	var texts, proposal []string
	var denials []policy.Statement
	var layers []authz.Layer
	for _, m := range decidingAll(vs) {
		st, ok := statementOf(j.Policies, m)
		if !ok || st.Effect() != "Deny" {
			continue
		}
		next, ok := j.exempt(st)
		if !ok {
			return "", nil
		}
		changed = replaced(changed, m, next)
		if ask := j.asks(st, m.Layer, vs); ask != "" { // next is then as good as a statement that is met
			texts = append(texts, ask)
			continue
		}
		texts = append(texts, fmt.Sprintf("let %s exempt %s: %s", j.keeper(m.Layer), j.exempted(), conditionText(st, next)))
		proposal = append(proposal, string(next.Bytes()))
		denials, layers = append(denials, st), append(layers, m.Layer)
	}
	if len(texts) == 0 || slices.ContainsFunc(vs, func(v Verdict) bool {
		d := authz.Decide(v.request, changed)
		return d.Effect == authz.ExplicitlyDenied || v.Effect == authz.Undetermined && len(v.DependsOn) > 0 && len(d.DependsOn) > 0
	}) {
		return "", nil
	}
	for i, st := range denials {
		j.Shared.add(j, j.document(layers[i], vs[0].request.Resource), st, &proposal[i])
	}
	return strings.Join(texts, "; and "), proposal
}

// decidingAll are the statements by which any of the verdicts came about.
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

// exempted is who is to be exempt.
func (j *Case) exempted() string {
	if j.Trust {
		return "account " + j.Transfer.TaskAccount
	}
	return j.Principal
}

// exempt is the Deny with the principal exempt.
func (j *Case) exempt(st policy.Statement) (policy.Statement, bool) {
	principals, notPrincipal := st.Principals()
	if notPrincipal {
		everyone, ok := insteadOfNotPrincipal(st, principals)
		return addTo(everyone, "ArnNotLikeIfExists", "aws:PrincipalArn", j.Principal), ok
	}
	key, value, operator := "aws:PrincipalArn", j.Principal, "ArnNotLikeIfExists"
	if j.Trust { // the caller is a service, and has no ARN
		key, value, operator = "aws:SourceAccount", j.Transfer.TaskAccount, "StringNotEqualsIfExists"
	}
	for _, c := range st.Conditions() { // a list of exempt principals is there already: the principal joins it
		if strings.EqualFold(c.Key(), key) && strings.Contains(c.Operator(), "Not") && !strings.Contains(c.Operator(), ":") {
			return addTo(st, c.Operator(), c.Key(), value), true
		}
	}
	return st.When(policy.Where(operator, key, value)), true
}

// conditionText says what changes in the statement.
func conditionText(before, after policy.Statement) string {
	name := cmp.Or(before.Sid(), "the statement")
	if _, not := before.Principals(); not {
		return "replace NotPrincipal in " + name + " by Principal * and a condition"
	}
	for _, c := range after.Conditions() {
		if slices.ContainsFunc(before.Conditions(), func(o policy.Condition) bool { return o.Equal(c) }) {
			continue
		}
		return fmt.Sprintf("%s with %s %s %s in its Condition", name, c.Operator(), c.Key(), strings.Join(c.Values(), " "))
	}
	return name
}
