package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// grant proposes what to allow in each layer that has to allow the verdicts' actions and does not: the remedy in words and the new statements.
func (c *Case) grant(vs []Verdict) (string, []string) {
	actions := actionsOf(vs)
	var texts, proposal []string
	for _, m := range vs[0].Deciding {
		unlike := ""
		if why := c.conditional(m.Layer, vs); why != "" {
			unlike = ": " + why
		}
		switch {
		case m.Layer == authz.Resource && !c.Trust && c.local():
			continue // within one account the principal's own policies suffice
		case m.Layer == authz.Resource && c.Trust:
			texts = append(texts, "let the trust policy of "+c.Principal+" allow sts:AssumeRole to "+vs[0].request.Service+unlike)
		case m.Layer == authz.Resource:
			texts = append(texts, fmt.Sprintf("let %s allow %s to %s%s", c.keeper(m.Layer), ListActions(actions), c.Principal, unlike))
			for _, st := range allowing(vs) {
				proposal = append(proposal, string(st.By(policy.AWS(c.Principal)).Bytes()))
			}
		case m.Layer == authz.Identity:
			texts = append(texts, fmt.Sprintf("allow %s to %s%s", ListActions(actions), c.Principal, unlike))
			for _, st := range allowing(vs) {
				proposal = append(proposal, string(st.Bytes()))
			}
		default:
			texts = append(texts, fmt.Sprintf("let %s allow %s in the %s", c.keeper(m.Layer), ListActions(actions), m.Layer))
		}
	}
	return cmp.Or(strings.Join(texts, "; and "), fmt.Sprintf("allow %s to %s", ListActions(actions), c.Principal)), proposal
}

// allowing returns statements that allow each verdict's action on its resources and under its conditions, and nothing else. Actions share a
// statement only if they have the same resources and conditions.
func allowing(vs []Verdict) policy.Statements {
	type row struct {
		actions, resources []string
		when               []policy.Condition
	}
	same := func(a, b []policy.Condition) bool { return slices.EqualFunc(a, b, policy.Condition.Equal) }
	var rows []row
	for _, v := range vs {
		resource := v.request.Resource
		if below, ok := strings.CutSuffix(resource, "/"+Probe); ok {
			resource = below + "/*"
		}
		i := slices.IndexFunc(rows, func(r row) bool { return r.actions[0] == v.action && same(r.when, v.When) })
		if i < 0 {
			i, rows = len(rows), append(rows, row{actions: []string{v.action}, when: v.When})
		}
		if !slices.Contains(rows[i].resources, resource) {
			rows[i].resources = append(rows[i].resources, resource)
		}
	}
	var joined []row
	for _, r := range rows {
		alike := func(o row) bool { return slices.Equal(o.resources, r.resources) && same(o.when, r.when) }
		if i := slices.IndexFunc(joined, alike); i >= 0 {
			joined[i].actions = append(joined[i].actions, r.actions...)
		} else {
			joined = append(joined, r)
		}
	}
	var out policy.Statements
	for _, r := range joined {
		out = append(out, policy.Allow(r.actions...).On(r.resources...).When(r.when...))
	}
	return out
}

// local reports whether the principal is in the account of the bucket, whose policy then need not allow as well. The policy of a key always has to.
func (c *Case) local() bool {
	a, ok := region.ParseARN(c.Principal)
	return ok && a.Account == c.Owner && c.Resource == ""
}
