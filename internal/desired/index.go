package desired

import "github.com/xacct/xacct/policy"

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
}

// NewIndex indexes the set.
func NewIndex(w Set) Index {
	x := Index{Roles: by(w.Roles, Role.ID), Buckets: by(w.Buckets, Bucket.ID), Ownerships: by(w.Buckets, Bucket.OwnershipID), Keys: by(w.Keys, Key.ID),
		Logs: by(w.Logs, LogPolicy.ID), LogGroups: by(w.LogGroups, LogGroup.ID), Locations: by(w.Locations, Location.ID), Tasks: by(w.Tasks, Task.ID)}
	return x
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
