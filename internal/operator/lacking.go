package operator

import (
	"slices"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// covers reports whether the policy allows what the change calls: whoever applies the plan makes it, or would if the policy were theirs.
func (p Planned) covers(c *plan.Change) bool {
	if c.Op == plan.NoOp {
		return false
	}
	return c.Hold != plan.Blocked || slices.ContainsFunc(p.Transfers, func(t *transfer.Transfer) bool {
		return slices.Contains(c.Transfers, t.Name) && p.lacksPermissions(t)
	})
}

// lacksPermissions reports whether the transfer is blocked and nothing blocks it but that its operators or its caller lack permissions, which is when
// people ask what these need: they may not do something, not read it, or an operator does not exist yet.
func (p Planned) lacksPermissions(t *transfer.Transfer) bool {
	lacks := false
	for _, f := range p.Findings {
		if f.Transfer != t.Name || f.Severity != plan.Blocking {
			continue
		}
		switch f.Code {
		case plan.CodeNoOperator, plan.CodeUnread:
		case plan.CodeDenied, plan.CodeNoRole:
			if !slices.Contains(t.Operators, f.Subject) {
				return false
			}
		default:
			return false
		}
		lacks = true
	}
	return lacks
}
