package apply

import "github.com/xacct/xacct/plan"

// findings are those of the current plan, by what they are asked for: each change asks, and a fleet has many of both.
type findings struct {
	of    map[string][]*plan.Finding // by the name of the transfer
	about map[string][]*plan.Finding // by subject
}

func newFindings(list []plan.Finding) findings {
	out := findings{of: map[string][]*plan.Finding{}, about: map[string][]*plan.Finding{}}
	for i := range list {
		f := &list[i]
		out.of[f.Transfer] = append(out.of[f.Transfer], f)
		out.about[f.Subject] = append(out.about[f.Subject], f)
	}
	return out
}
