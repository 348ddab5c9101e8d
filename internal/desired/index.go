package desired

import (
	"slices"

	"github.com/xacct/xacct/policy"
)

// Index is a Set by the IDs of its changes.
type Index struct {
	Roles      map[string]Role
	Buckets    map[string]Bucket // by the ID of the policy's change
	Ownerships map[string]Bucket // by the ID of the Object Ownership's change
	Keys       map[string]Key
	Logs       map[string]LogPolicy
	LogGroups  map[string]LogGroup
	Locations  map[string]Location
	Tasks      map[string]Task

	set           Set
	buckets, keys map[string][]int // by the name of a transfer: where they stand in the set
}

// NewIndex indexes the set.
func NewIndex(w Set) Index {
	x := Index{Roles: by(w.Roles, Role.ID), Buckets: by(w.Buckets, Bucket.ID), Ownerships: by(w.Buckets, Bucket.OwnershipID), Keys: by(w.Keys, Key.ID),
		Logs: by(w.Logs, LogPolicy.ID), LogGroups: by(w.LogGroups, LogGroup.ID), Locations: by(w.Locations, Location.ID), Tasks: by(w.Tasks, Task.ID)}
	x.set, x.buckets, x.keys = w, map[string][]int{}, map[string][]int{}
	for i, b := range w.Buckets {
		for _, t := range b.Transfers {
			x.buckets[t.Name] = append(x.buckets[t.Name], i)
		}
	}
	for i, k := range w.Keys {
		for _, t := range k.Transfers {
			x.keys[t.Name] = append(x.keys[t.Name], i)
		}
	}
	return x
}

// BucketsOf are the buckets of whose policies a transfer of the role wants something, in the set's order. They are those that the role serves.
func (x Index) BucketsOf(w Role) []Bucket { return servedBy(w, x.buckets, x.set.Buckets) }

// KeysOf are the keys of whose policies a transfer of the role wants something, in the set's order.
func (x Index) KeysOf(w Role) []Key { return servedBy(w, x.keys, x.set.Keys) }

func servedBy[R any](w Role, places map[string][]int, all []R) []R {
	var at []int
	for _, t := range w.Transfers {
		at = append(at, places[t.Name]...)
	}
	slices.Sort(at)
	var out []R
	for _, i := range slices.Compact(at) {
		out = append(out, all[i])
	}
	return out
}

// by maps the resources by their IDs. Of several with one ID it keeps the first.
func by[R any](all []R, id func(R) string) map[string]R {
	out := make(map[string]R, len(all))
	for _, r := range all {
		if _, have := out[id(r)]; !have {
			out[id(r)] = r
		}
	}
	return out
}

// Statements are those that we want in the policy that the change with this ID is about; nil if it is about no policy of the set.
func (x Index) Statements(id string) policy.Statements {
	if b, ok := x.Buckets[id]; ok {
		return b.Spec.Statements
	}
	if k, ok := x.Keys[id]; ok {
		return k.Spec.Statements
	}
	if l, ok := x.Logs[id]; ok {
		return l.wanted()
	}
	return nil
}
