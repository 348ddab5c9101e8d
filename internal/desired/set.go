// Package desired says what a set of transfers asks of AWS, resource by resource, and how what was observed differs from it. Of makes a Set from
// valid transfers; a role, bucket, key or log policy that several of them use stands in it once. Each resource has an ID, which is that of its
// change in a plan, a Diff from an observed state, and where a plan shows text, a Before and an After. NewPlan and Apply both start from the Set,
// so that what is written is what was planned. Nothing here reads AWS or depends on the order of the transfers.
package desired

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Set is what a set of transfers asks for. Roles, buckets and keys are sorted by their IDs, the rest by the names of the transfers.
type Set struct {
	Roles     []Role
	Buckets   []Bucket
	Keys      []Key
	Logs      []LogPolicy
	LogGroups []LogGroup // those that are made for a transfer
	Locations []Location // two a transfer, the source's first
	Tasks     []Task     // one a transfer
}

// Of gathers what the transfers ask for, all of which must be valid. The order of the result does not depend on theirs.
func Of(transfers []*transfer.Transfer) Set {
	transfers = slices.SortedFunc(slices.Values(transfers), func(a, b *transfer.Transfer) int { return cmp.Compare(a.Name, b.Name) })
	w := gathering{at: map[what]int{}}
	for _, t := range transfers {
		r := t.Resources()
		for _, role := range r.Roles {
			w.addRole(r.Transfer, role)
		}
		for _, side := range transfer.Sides {
			w.addBucket(r, side)
			spec := r.Source
			if side == plan.DestinationSide {
				spec = r.Destination
			}
			w.Locations = append(w.Locations, Location{Transfer: r.Transfer, Side: side, Spec: spec, Given: t.End(side).LocationARN != ""})
		}
		w.Tasks = append(w.Tasks, Task{Transfer: r.Transfer, Spec: r.Task})
		w.addKeys(r.Transfer)
		w.addLogs(r.Transfer)
		w.addLogGroup(r.Transfer)
	}
	w.Roles, w.Buckets, w.Keys = byID(w.Roles), byID(w.Buckets), byID(w.Keys)
	return w.Set
}

// gathering is a set to which transfers are added.
type gathering struct {
	Set
	at map[what]int // positions of roles, buckets, keys and log policies in their lists
}

// what is something that several transfers may share.
type what struct {
	kind          plan.Kind
	account, name string
}

// find returns where it stands in its list. What is not there yet is to be appended to the list, which is so long.
func (w *gathering) find(kind plan.Kind, account, name string, end int) (i int, found bool) {
	key := what{kind, account, name}
	if i, found = w.at[key]; !found {
		i, w.at[key] = end, end
	}
	return i, found
}

// byID returns the list in the order of the IDs, each of which is made once.
func byID[T interface{ ID() string }](list []T) []T {
	if len(list) < 2 {
		return list
	}
	type at struct {
		id string
		i  int
	}
	order := make([]at, len(list))
	for i := range list {
		order[i] = at{list[i].ID(), i}
	}
	slices.SortFunc(order, func(a, b at) int { return cmp.Compare(a.id, b.id) })
	sorted := make([]T, 0, len(list))
	for _, o := range order {
		sorted = append(sorted, list[o.i])
	}
	return sorted
}

// LogsIn reports whether the set has a log policy for the account and Region.
func (w Set) LogsIn(pl transfer.Place) bool {
	return slices.ContainsFunc(w.Logs, func(l LogPolicy) bool { return l.Account == pl.Account && l.Region == pl.Region })
}

// Names are the names of the transfers, sorted, each once.
func Names(transfers []*transfer.Transfer) []string {
	var out []string
	for _, t := range transfers {
		out = append(out, t.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// IsIn reports whether the ARN is of the account and Region.
func IsIn(arn, account, reg string) bool {
	a, ok := region.ParseARN(arn)
	return ok && a.Account == account && a.Region == reg
}
