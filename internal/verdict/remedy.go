package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Explain says in words what the first Deny that decides is about; "" if none does.
func (j *Case) Explain(d authz.Decision) string {
	for _, m := range d.Deciding {
		if st, ok := statementOf(j.Policies, m); ok && st.Effect() == "Deny" {
			return PatternOf(st).explain(j, st)
		}
	}
	return ""
}

// remedy is the smallest change that would let the principal in, and the statements as they would read. Nobody applies it but their owner.
func (j *Case) remedy(vs []Verdict) (string, []string) {
	if vs[0].Effect == authz.ExplicitlyDenied {
		if text, proposal := j.exemption(vs); text != "" {
			return text, proposal
		}
		return fmt.Sprintf("let the owner of %s exempt %s", cmp.Or(Deciding(vs[0].Decision), "the denying policy"), j.Principal), nil
	}
	var texts, proposal []string
	var rest []Verdict
	for _, v := range vs {
		unmet := j.unmet(v)
		if len(unmet) == 0 {
			rest = append(rest, v)
		}
		for _, what := range unmet {
			if text := "set " + what + " as the policies of " + j.Principal + " ask"; !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	if len(rest) > 0 {
		var text string
		text, proposal = j.grant(rest)
		texts = append(texts, text)
	}
	return strings.Join(texts, "; and "), proposal
}

// keeper is who can change a policy of the layer.
func (j *Case) keeper(l authz.Layer) string {
	switch l {
	case authz.SCP:
		return "the organisation of account " + j.Transfer.TaskAccount
	case authz.RCP:
		return "the organisation of account " + j.Owner
	case authz.Resource:
		if j.Bucket != "" {
			return "the owner of bucket " + j.Bucket
		}
		return "account " + j.Owner
	}
	return "account " + j.Transfer.TaskAccount
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
