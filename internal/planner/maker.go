package planner

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/plan"
)

// makers says for each transfer which of its locations and whether its task are to be made, and by whom. A task account whose changes are handed over
// has its own caller.
func (b *Builder) makers() map[string]plan.Maker {
	out := map[string]plan.Maker{}
	for _, t := range b.transfers {
		if !b.handedOver(t.TaskAccount) {
			m := plan.Maker{Name: b.callers[t.TaskAccount]}
			m.ARN, m.Unknown = b.Snap.CallerARN(t.TaskAccount, m.Name)
			out[t.Name] = m
		}
	}
	for _, c := range b.Changes {
		if c.Op != plan.Create && c.Op != plan.Replace || c.Kind != plan.DataSyncLocation && c.Kind != plan.DataSyncTask {
			continue
		}
		for _, name := range c.Transfers {
			m, ok := out[name]
			switch {
			case !ok:
				continue
			case c.Kind == plan.DataSyncTask:
				m.Task = true
			default:
				m.Sides = append(m.Sides, c.Side)
			}
			out[name] = m
		}
	}
	return out
}

// readMakers reads who will make what is to be made, with the function, in the accounts where that is not known yet.
func (b *Builder) readMakers(read func(accounts []string)) {
	accounts := map[string]bool{}
	makers := b.makers()
	for _, t := range b.transfers {
		if m, ok := makers[t.Name]; ok && m.ARN == "" && (len(m.Sides) > 0 || m.Task) {
			accounts[t.TaskAccount] = true
		}
	}
	if b.mode == plan.SetUp && read != nil && len(accounts) > 0 {
		read(slices.Sorted(maps.Keys(accounts)))
		b.Ids = b.Snap.RoleIDs()
	}
}
