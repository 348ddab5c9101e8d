package verdict

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// conditional names the statement of the layer that would allow the verdicts' actions but for a condition, and that condition: to allow them once more as it
// does would not help. It is "" if there is none.
func (c *Case) conditional(layer authz.Layer, vs []Verdict) string {
	documents := []policy.Document{c.Policies.Resource}
	if layer == authz.Identity {
		documents = c.Policies.Identity
	} else if layer != authz.Resource {
		return ""
	}
	const most = 20 // conditions tried: policies of others can hold thousands
	tried := 0
	for i, d := range documents {
		n := -1
		for st := range d.All() {
			n++
			if st.Effect() != "Allow" || len(st.Conditions()) == 0 || !mayName(st, vs[0].action) {
				continue
			}
			for _, cond := range decidingConditions(st) {
				if tried++; tried > most || c.stopped() {
					return ""
				}
				next, ok := withoutConditions(st, cond...)
				if ok && c.allowsBy(replaced(c.Policies, authz.Match{Layer: layer, Document: i, Statement: n}, next), layer, vs) {
					name := "a statement"
					if st.Sid() != "" {
						name = named(st)
					}
					return fmt.Sprintf("%s allows it only with %s", name, conditionList(cond))
				}
			}
		}
	}
	return ""
}

// allowsBy reports whether with the policies p no verdict lacks the layer, or depends on a condition key.
func (c *Case) allowsBy(p authz.Policies, layer authz.Layer, vs []Verdict) bool {
	return !slices.ContainsFunc(vs, func(v Verdict) bool {
		d := c.decide(v.request, p)
		lacks := slices.ContainsFunc(d.Deciding, func(m authz.Match) bool { return m.Layer == layer && m.Outcome != authz.Applies })
		return d.Effect.Denied() && lacks || d.Effect == authz.ExplicitlyDenied || d.Effect == authz.Undetermined && len(d.DependsOn) > 0
	})
}

// mayName reports whether an action pattern of the statement can be about the service of the action.
func mayName(st policy.Statement, action string) bool {
	service, _, _ := strings.Cut(action, ":")
	patterns, not := st.Actions()
	return not || slices.ContainsFunc(patterns, func(p string) bool {
		return strings.HasPrefix(p, "*") || len(p) > len(service) && strings.EqualFold(p[:len(service)], service)
	})
}

// decidingConditions returns the sets of conditions to try without: each alone, then all.
func decidingConditions(st policy.Statement) [][]policy.Condition {
	var out [][]policy.Condition
	for _, cond := range st.Conditions() {
		out = append(out, []policy.Condition{cond})
	}
	if len(out) > 1 {
		out = append(out, st.Conditions())
	}
	return out
}

func conditionList(conditions []policy.Condition) string {
	out := make([]string, len(conditions))
	for i, cond := range conditions {
		out[i] = fmt.Sprintf("%s %s %s", cond.Operator(), cond.Key(), text.List(cond.Values(), " "))
	}
	return strings.Join(out, " and ")
}

// withoutConditions returns the statement without the conditions; false if it cannot be written so.
func withoutConditions(st policy.Statement, conditions ...policy.Condition) (policy.Statement, bool) {
	var elements map[string]json.RawMessage
	var have map[string]map[string]json.RawMessage
	if json.Unmarshal(st.Bytes(), &elements) != nil || json.Unmarshal(elements["Condition"], &have) != nil {
		return st, false
	}
	for _, cond := range conditions {
		delete(have[cond.Operator()], cond.Key())
		if len(have[cond.Operator()]) == 0 {
			delete(have, cond.Operator())
		}
	}
	if delete(elements, "Condition"); len(have) > 0 {
		elements["Condition"], _ = json.Marshal(have) // of what was JSON
	}
	statement, err := json.Marshal(elements)
	if err != nil {
		return st, false
	}
	d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + string(statement) + `]}`))
	if err != nil {
		return st, false
	}
	for next := range d.All() {
		return next, true
	}
	return st, false
}
