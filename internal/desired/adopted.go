package desired

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/policy"
)

// tutorialListSid is the Sid of the statement by which editions of AWS's tutorial until 2023 let whoever makes the location list the bucket.
const tutorialListSid = "DataSyncCreateS3Location"

// replaces reports whether a statement of others is of the set-up that is adopted and grants its principals no more than ours do: an adopted role some of the
// actions of DataSync, and nobody else anything. An operator may be in it too, and may be alone in that of the tutorial: any other statement by which an operator
// may list the bucket can be for another purpose. ids maps the unique IDs of existing roles to their ARNs.
func (w SharedPolicy) replaces(st policy.Statement, ids map[string]string) bool {
	principals, notPrincipal := st.Principals()
	actions, notAction := st.Actions()
	_, notResource := st.Resources()
	if w.Adopted.Unproved || st.Effect() != "Allow" || notPrincipal || notAction || notResource || len(principals) == 0 || len(st.Conditions()) > 0 {
		return false
	}
	roles := false
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
			roles = true
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
	return roles || st.Sid() == tutorialListSid
}

// ReleaseLine is the line of a change by which a tear-down leaves what was adopted.
const ReleaseLine = "was adopted: it stays, without our tags"
