package desired

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/policy"
)

// replaces reports whether a statement of others grants adopted principals no more than ours do: a role some of the actions of DataSync, an operator to
// list the bucket, and nobody else anything. ids maps the unique IDs of existing roles to their ARNs.
func (w SharedPolicy) replaces(st policy.Statement, ids map[string]string) bool {
	principals, notPrincipal := st.Principals()
	actions, notAction := st.Actions()
	_, notResource := st.Resources()
	if w.Adopted.Unproved || st.Effect() != "Allow" || notPrincipal || notAction || notResource || len(principals) == 0 || len(st.Conditions()) > 0 {
		return false
	}
	for _, p := range principals {
		arn := p.Value()
		if known := ids[arn]; known != "" {
			arn = known
		}
		allowed := ourActions
		switch {
		case p.Type() != "AWS":
			return false
		case slices.Contains(w.Adopted.Roles, arn):
		case slices.Contains(w.Adopted.Operators, arn):
			allowed, _ = bucket.List("b").Actions()
		default:
			return false
		}
		for _, a := range actions {
			if !slices.ContainsFunc(allowed, func(b string) bool { return strings.EqualFold(a, b) }) {
				return false
			}
		}
	}
	return true
}

// ReleaseLine is the line of a change by which a tear-down leaves what was adopted.
const ReleaseLine = "was adopted: it stays, without our tags"
