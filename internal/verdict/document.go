package verdict

import (
	"slices"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// documentOf returns the document of the policies that a match is in; nil if it is in none.
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

// statementOf returns the statement that matched; false if the match is about none.
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

// replaced returns the policies with next in place of the statement that matched. It leaves p and its documents as they are.
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

// cloneLevels copies the documents of each level of an organisation.
func cloneLevels(levels [][]policy.Document) [][]policy.Document {
	out := slices.Clone(levels)
	for i := range out {
		out[i] = slices.Clone(out[i])
	}
	return out
}
