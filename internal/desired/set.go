package desired

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Set is what a set of transfers asks for, resource by resource: a role or bucket used by several transfers stands in it once.
// NewPlan and Apply both start from it, so what is written is what was planned.
type Set struct {
	Roles     []Role
	Buckets   []Bucket
	Keys      []Key
	Logs      []LogPolicy
	Locations []Location
	Tasks     []Task
}

// Of gathers what the transfers, all of them valid, ask for. The order of the result does not depend on theirs.
func Of(transfers []*transfer.Transfer) Set {
	transfers = slices.SortedFunc(slices.Values(transfers), func(a, b *transfer.Transfer) int { return cmp.Compare(a.Name, b.Name) })
	var w Set
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
	}
	slices.SortFunc(w.Roles, func(a, b Role) int { return cmp.Compare(a.ID(), b.ID()) })
	slices.SortFunc(w.Buckets, func(a, b Bucket) int { return cmp.Compare(a.ID(), b.ID()) })
	slices.SortFunc(w.Keys, func(a, b Key) int { return cmp.Compare(a.ID(), b.ID()) })
	return w
}

// LogsIn reports whether a log policy is wanted in the place.
func (w Set) LogsIn(pl transfer.Place) bool {
	return slices.ContainsFunc(w.Logs, func(l LogPolicy) bool { return l.Account == pl.Account && l.Region == pl.Region })
}

// Statements are ours in the policy that the change is about.
func (w Set) Statements(id string) policy.Statements {
	for _, b := range w.Buckets {
		if b.ID() == id {
			return b.Spec.Statements
		}
	}
	for _, k := range w.Keys {
		if k.ID() == id {
			return k.Spec.Statements
		}
	}
	for _, l := range w.Logs {
		if l.ID() == id {
			return l.wanted()
		}
	}
	return nil
}

func Names(transfers []*transfer.Transfer) []string {
	var out []string
	for _, t := range transfers {
		if !slices.Contains(out, t.Name) {
			out = append(out, t.Name)
		}
	}
	slices.Sort(out)
	return out
}

// IsIn reports whether a DataSync ARN is of the account and Region.
func IsIn(arn, account, reg string) bool {
	a, ok := region.ParseARN(arn)
	return ok && a.Account == account && a.Region == reg
}
