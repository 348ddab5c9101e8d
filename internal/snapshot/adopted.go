package snapshot

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
)

// withAdopted returns the set with the principals whose grants, made by others, leave the policies of buckets for ours: roles that are adopted, unless
// another location of the bucket has them too, and the operators of such ends. Without a client of the task account nobody knows that.
// Roles note the locations of others that have them.
func (s *Snapshot) withAdopted(w desired.Set) desired.Set {
	w.Roles = slices.Clone(w.Roles)
	for i, r := range w.Roles {
		w.Roles[i].Others = s.OthersLocations(r.Transfers[0], r.Arn)
	}
	w.Buckets = slices.Clone(w.Buckets)
	for i := range w.Buckets {
		b := &w.Buckets[i]
		for _, t := range b.Transfers {
			for _, side := range transfer.Sides {
				e := t.End(side)
				if role := e.Adopt.Role; transferRole(role) && e.Remote && e.Bucket == b.Spec.Name && !b.Former && !s.usedElsewhere(t, role, e.Bucket) {
					b.Adopted.Roles = append(slices.Clone(b.Adopted.Roles), role)
					b.Adopted.Operators = append(slices.Clone(b.Adopted.Operators), t.Operators...)
					b.Adopted.Unproved = b.Adopted.Unproved || !s.Readable[t.TaskAccount]
				}
			}
		}
	}
	return w
}

// AdoptedToLeave are the lists of the tasks that use adopted locations which their transfers leave: in a set-up those that are no longer wanted, in a
// tear-down all. Tasks of others may use them.
func (s *Snapshot) AdoptedToLeave(w desired.Set, setUp bool) map[Lookup]bool {
	out := map[Lookup]bool{}
	for _, want := range w.Tasks {
		t := want.Transfer
		if !s.Readable[t.TaskAccount] {
			continue
		}
		var leaving []location.State
		for _, l := range s.Locations {
			if l.Exists && t.Marks(l.Tags, "") {
				leaving = append(leaving, l)
			}
		}
		if setUp {
			leaving = s.OrphanLocations(t)
		}
		for _, l := range leaving {
			for _, pl := range s.usersPlaces(t) {
				if t.WasAdopted(l.Tags) {
					out[Lookup{pl, l.ARN}] = true
				}
			}
		}
	}
	return out
}

// OthersTasks are the tasks, by ARN and sorted, that use the location and are not the transfer's, of those that were read.
func (s *Snapshot) OthersTasks(t *transfer.Transfer, location string) []string {
	var out []string
	for _, arn := range s.usersRead(location) {
		if other := s.Tasks[arn]; other.Exists && !t.Owns(arn, other.Tags, "") {
			out = append(out, arn)
		}
	}
	return out
}

// OthersLocations are the locations, by ARN and sorted, that have the role and no tags of ours, of those that were read.
func (s *Snapshot) OthersLocations(t *transfer.Transfer, role string) []string {
	var out []string
	for _, arn := range s.index().roleLocations[role] {
		if s.Locations[arn].Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy {
			out = append(out, arn)
		}
	}
	return out
}

// transferRole reports whether the text is the ARN of a role.
func transferRole(arn string) bool {
	_, ok := transfer.RoleNameOf(arn)
	return ok
}

// usedElsewhere reports whether a location of the bucket that is not the transfer's has the role.
func (s *Snapshot) usedElsewhere(t *transfer.Transfer, role, bucket string) bool {
	for _, arn := range s.index().roleLocations[role] {
		l := s.Locations[arn]
		if name, _, ok := location.ParseURI(l.URI); ok && name == bucket && !t.Owns(arn, l.Tags, "") {
			return true
		}
	}
	return false
}
