package xacct

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// explain says in words what the first Deny that decides is about; "" if none does.
func (j *judged) explain(d authz.Decision) string {
	for _, m := range d.Deciding {
		if st, ok := statementOf(j.policies, m); ok && st.Effect() == "Deny" {
			return patternOf(st).explain(j, st)
		}
	}
	return ""
}

// remedy is the smallest change that would let the principal in, and the statements as they would read. Nobody applies it but their owner.
func (j *judged) remedy(vs []verdict) (string, []string) {
	if vs[0].Effect == authz.ExplicitlyDenied {
		if text, proposal := j.exemption(vs); text != "" {
			return text, proposal
		}
		return fmt.Sprintf("let the owner of %s exempt %s", or(deciding(vs[0].Decision), "the denying policy"), j.principal), nil
	}
	return j.grant(vs)
}

// exemption proposes for each statement that denies, or may deny, the same statement with the principal exempt. It is offered only if the
// policies with it no longer deny.
func (j *judged) exemption(vs []verdict) (string, []string) {
	changed := j.policies
	var texts, proposal []string
	for _, m := range vs[0].Deciding {
		st, ok := statementOf(j.policies, m)
		if !ok || st.Effect() != "Deny" || m.Outcome == authz.NotApplies {
			continue
		}
		next, ok := j.exempt(st)
		if !ok {
			return "", nil
		}
		changed = replaced(changed, m, next)
		texts = append(texts, fmt.Sprintf("let %s exempt %s: %s", j.keeper(m.Layer), j.exempted(), conditionText(st, next)))
		proposal = append(proposal, string(next.Bytes()))
	}
	if len(texts) == 0 || slices.ContainsFunc(vs, func(v verdict) bool {
		d := authz.Decide(v.request, changed)
		return d.Effect == authz.ExplicitlyDenied || v.Effect == authz.Undetermined && len(v.DependsOn) > 0 && len(d.DependsOn) > 0
	}) {
		return "", nil
	}
	return strings.Join(texts, "; and "), proposal
}

// exempted is who is to be exempt.
func (j *judged) exempted() string {
	if j.trust {
		return "account " + j.transfer.TaskAccount
	}
	return j.principal
}

// exempt is the Deny with the principal exempt.
func (j *judged) exempt(st policy.Statement) (policy.Statement, bool) {
	principals, notPrincipal := st.Principals()
	if notPrincipal {
		var listed []string
		for _, p := range principals {
			if p.Type() != "AWS" {
				return st, false
			}
			listed = append(listed, p.Value())
		}
		actions, notAction := st.Actions()
		resources, notResource := st.Resources()
		if notAction || notResource {
			return st, false
		}
		everyone := policy.Deny(actions...).WithSid(st.Sid())
		return everyone.By(policy.Everyone()).On(resources...).When(st.Conditions()...).
			When(policy.Where("ArnNotLikeIfExists", "aws:PrincipalArn", append(listed, j.principal)...)), true
	}
	key, value, operator := "aws:PrincipalArn", j.principal, "ArnNotLikeIfExists"
	if j.trust { // the caller is a service, and has no ARN
		key, value, operator = "aws:SourceAccount", j.transfer.TaskAccount, "StringNotEqualsIfExists"
	}
	for _, c := range st.Conditions() { // a list of exempt principals is there already: the principal joins it
		if strings.EqualFold(c.Key(), key) && strings.Contains(c.Operator(), "Not") && !strings.Contains(c.Operator(), ":") {
			return st.When(policy.Where(c.Operator(), c.Key(), append(slices.Clone(c.Values()), value)...)), true
		}
	}
	return st.When(policy.Where(operator, key, value)), true
}

// conditionText says what changes in the statement.
func conditionText(before, after policy.Statement) string {
	name := or(before.Sid(), "the statement")
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

// keeper is who can change a policy of the layer.
func (j *judged) keeper(l authz.Layer) string {
	switch l {
	case authz.SCP:
		return "the organisation of account " + j.transfer.TaskAccount
	case authz.RCP:
		return "the organisation of account " + j.owner
	case authz.Resource:
		if j.bucket != "" {
			return "the owner of bucket " + j.bucket
		}
		return "account " + j.owner
	}
	return "account " + j.transfer.TaskAccount
}

// documentOf is where the document of a match stands in the policies; nil if the match is no document.
func documentOf(p *authz.Policies, m authz.Match) *policy.Document {
	level := func(l [][]policy.Document) *policy.Document {
		if m.Level < 0 || m.Level >= len(l) || m.Document < 0 || m.Document >= len(l[m.Level]) {
			return nil
		}
		return &l[m.Level][m.Document]
	}
	switch m.Layer {
	case authz.SCP:
		return level(p.SCPs)
	case authz.RCP:
		return level(p.RCPs)
	case authz.Resource:
		return &p.Resource
	case authz.Boundary:
		return &p.Boundary
	case authz.Session:
		return &p.Session
	case authz.Identity:
		if m.Document >= 0 && m.Document < len(p.Identity) {
			return &p.Identity[m.Document]
		}
	}
	return nil
}

func statementOf(p authz.Policies, m authz.Match) (policy.Statement, bool) {
	d := documentOf(&p, m)
	if d == nil || m.Statement < 0 {
		return policy.Statement{}, false
	}
	i := 0
	for st := range d.All() {
		if i == m.Statement {
			return st, true
		}
		i++
	}
	return policy.Statement{}, false
}

// replaced are the policies with another statement in place of the one that matched.
func replaced(p authz.Policies, m authz.Match, next policy.Statement) authz.Policies {
	p.Identity, p.SCPs, p.RCPs = slices.Clone(p.Identity), cloneLevels(p.SCPs), cloneLevels(p.RCPs)
	d := documentOf(&p, m)
	if d == nil {
		return p
	}
	var all policy.Statements
	i := 0
	for st := range d.All() {
		if i == m.Statement {
			st = next
		}
		all = append(all, st)
		i++
	}
	*d = policy.New(all)
	return p
}

func cloneLevels(levels [][]policy.Document) [][]policy.Document {
	out := slices.Clone(levels)
	for i := range out {
		out[i] = slices.Clone(out[i])
	}
	return out
}
