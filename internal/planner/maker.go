package planner

import (
	"iter"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/operator"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// makers says for each transfer which of its locations and whether its task are to be made, and by whom. A task account whose changes are handed over
// has its own caller.
func (b *Builder) makers() map[string]plan.Maker {
	out := map[string]plan.Maker{}
	planned, changes := map[string]bool{}, map[string][]plan.Change{} // by ID, and by transfer
	for _, c := range b.Changes {
		planned[c.ID] = true
		for _, name := range c.Transfers {
			changes[name] = append(changes[name], c)
		}
	}
	for _, t := range b.transfers {
		if !b.handedOver(t.TaskAccount) {
			m := plan.Maker{Name: b.callers[t.TaskAccount]}
			m.ARN, m.Unknown = b.Snap.CallerARN(t.TaskAccount, m.Name)
			if wholly(t, planned) {
				m.Calls = operator.CallsOf(t, operator.Planned{Mode: b.mode, Transfers: b.transfers, Changes: changes[t.Name]})
			}
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

// wholly reports whether all that the task account holds for the transfer is among the changes with these IDs, so that nothing else will be called there.
// What could not be read has no change.
func wholly(t *transfer.Transfer, ids map[string]bool) bool {
	for _, side := range transfer.Sides {
		e := t.End(side)
		if e.OwnsRole && !ids[transfer.ChangeID(t.TaskAccount, "", plan.IAMRole, e.RoleName)] || e.LocationARN == "" && !ids[locationID(t, side)] {
			return false
		}
	}
	return ids[transfer.ChangeID(t.TaskAccount, t.Destination.Region, plan.DataSyncTask, t.Name)]
}

// writers returns the changes of policies of buckets and keys and of Object Ownership that are not handed over, each with the ARN of the account's
// caller, who will write it; "" is not known.
func (b *Builder) writers() iter.Seq2[plan.Change, string] {
	return func(yield func(plan.Change, string) bool) {
		for _, c := range b.Changes {
			if len(c.Calls) == 0 || b.handedOver(c.Account) || c.Kind != plan.BucketPolicy && c.Kind != plan.BucketOwnership && c.Kind != plan.KeyPolicy {
				continue
			}
			if arn, _ := b.Snap.CallerARN(c.Account, b.callers[c.Account]); !yield(c, arn) {
				return
			}
		}
	}
}

// writes says for each transfer which of those calls will be made, by callers that are known.
func (b *Builder) writes() map[string][]plan.Write {
	out := map[string][]plan.Write{}
	partitions := map[string]string{} // by transfer
	for _, t := range b.transfers {
		partitions[t.Name] = t.Partition
	}
	for c, arn := range b.writers() {
		for _, name := range c.Transfers {
			if arn == "" {
				continue
			}
			w := plan.Write{Caller: arn, Account: c.Account, Region: c.Region, Kind: c.Kind, Resource: c.ARN, Name: c.Name}
			if c.Kind != plan.KeyPolicy {
				w.Resource = region.Bucket(partitions[name], c.Name)
			}
			for _, w.Action = range c.Calls {
				out[name] = append(out[name], w)
			}
		}
	}
	return out
}

// readMakers reads who will make and write what is to be changed, with the function, in the accounts where that is not known yet. A caller that may not
// read its own role stays unknown.
func (b *Builder) readMakers(read func(accounts []string)) {
	accounts := map[string]bool{}
	makers := b.makers()
	for _, t := range b.transfers {
		if m, ok := makers[t.Name]; ok && m.ARN == "" && (len(m.Sides) > 0 || m.Task) {
			accounts[t.TaskAccount] = true
		}
	}
	for c, arn := range b.writers() {
		if arn == "" && b.Snap.CallersUnread[c.Account] == nil {
			accounts[c.Account] = true
		}
	}
	if b.mode == plan.SetUp && read != nil && len(accounts) > 0 {
		read(slices.Sorted(maps.Keys(accounts)))
		b.Ids = b.Snap.RoleIDs()
	}
}
