package planner

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/plan"
)

// dropFormerKeyStatements plans that our statements leave the keys that the transfers have left.
func (b *Builder) dropFormerKeyStatements(w desired.Set) {
	for _, k := range w.Keys {
		if k.Former {
			b.dropKeyStatements(k, nil)
		}
	}
}

// keyDrops are the IDs of the changes of the policies of left keys that the role names: it names them until these are made.
func (b *Builder) keyDrops(w desired.Role) []string {
	var out []string
	for _, k := range b.Desired.Keys {
		if k.Former && slices.Contains(k.NamedBy, w.Arn) && b.CanRead(k.Spec.Account()) && slices.ContainsFunc(b.Changes, func(c plan.Change) bool { return c.ID == k.ID() }) {
			out = append(out, k.ID())
		}
	}
	return out
}
