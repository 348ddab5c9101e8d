package planner

import (
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// check judges every transfer with what was read.
func (b *Builder) check() {
	if b.mode == plan.TearDown {
		return
	}
	sets := make([]*transfer.Resources, len(b.transfers))
	for i, t := range b.transfers {
		sets[i] = t.Resources()
	}
	b.Findings = append(b.Findings, check.All(sets, b.Facts())...)
}
