package snapshot

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
)

// withAdopted returns the set with the principals whose grants, made by others, leave the policies of buckets for ours: roles that are adopted, unless
// another location of the bucket has them too, and the operators of such ends. Without a client of the task account nobody knows that.
func (s *Snapshot) withAdopted(w desired.Set) desired.Set {
	w.Buckets = slices.Clone(w.Buckets)
	for i := range w.Buckets {
		b, elsewhere := &w.Buckets[i], map[string]bool{} // by role
		for _, t := range b.Transfers {
			for _, side := range transfer.Sides {
				e := t.End(side)
				role := e.Adopt.Role
				if _, ok := transfer.RoleNameOf(role); !ok || !e.Remote || e.Bucket != b.Spec.Name || b.Former {
					continue
				}
				used, known := elsewhere[role]
				if !known {
					used = s.usedElsewhere(b.Transfers, role, e.Bucket)
					elsewhere[role] = used
				}
				if !used {
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
		for _, arn := range s.ownedLocations(t) {
			if l := s.Locations[arn]; l.Exists && t.Marks(l.Tags, "") {
				leaving = append(leaving, l)
			}
		}
		if setUp {
			leaving = s.OrphanLocations(t)
		}
		for _, l := range leaving {
			if !t.WasAdopted(l.Tags) {
				continue
			}
			for _, pl := range s.usersPlaces(t) {
				out[Lookup{pl, l.ARN}] = true
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

// OthersLocations are the locations, by ARN and sorted, that have the role and are tagged as none of the transfers', of those that were read. ours reports
// whether one of them is tagged as that of another transfer.
func (s *Snapshot) OthersLocations(ts []*transfer.Transfer, role string) (arns []string, ours bool) {
	for _, arn := range s.index().roleLocations[role] {
		tags := s.Locations[arn].Tags
		if !slices.ContainsFunc(ts, func(t *transfer.Transfer) bool { return t.Marks(tags, "") }) {
			arns = append(arns, arn)
			ours = ours || slices.ContainsFunc(ts, func(t *transfer.Transfer) bool { return tags[t.TagKey(transfer.TagManagedBy)] == transfer.ManagedBy })
		}
	}
	return arns, ours
}

// usedElsewhere reports whether a location of the bucket that is none of the transfers' has the role. Transfers that are planned together write their
// statements in one PUT.
func (s *Snapshot) usedElsewhere(ts []*transfer.Transfer, role, bucket string) bool {
	for _, arn := range s.index().roleLocations[role] {
		l := s.Locations[arn]
		owned := func(t *transfer.Transfer) bool { return t.Owns(arn, l.Tags, "") && t.AdoptsRole(role) }
		if name, _, ok := location.ParseURI(l.URI); ok && name == bucket && !slices.ContainsFunc(ts, owned) {
			return true
		}
	}
	return false
}

// withOthers returns the set with roles that note what others have that needs them.
func (s *Snapshot) withOthers(w desired.Set) desired.Set {
	w.Roles = slices.Clone(w.Roles)
	for i, r := range w.Roles {
		w.Roles[i].Others, w.Roles[i].Another = s.othersOf(w, r)
	}
	return w
}

// othersOf are, in words, the locations of others that have the role, and the statements that are not ours and name it, of the policies that serve its
// transfers: AWS takes no policy that names a role which is gone. another reports whether one of the locations is another transfer's.
func (s *Snapshot) othersOf(w desired.Set, r desired.Role) (out []string, another bool) {
	if !r.Transfers[0].WasAdopted(s.Roles[r.Arn].Tags) {
		return nil, false // it goes by what names it alone
	}
	locations, another := s.OthersLocations(r.Transfers, r.Arn)
	for _, arn := range locations {
		out = append(out, "location "+arn)
	}
	id, ids := s.Roles[r.Arn].ID, s.index().roleIDs()
	for _, b := range w.Buckets {
		if d := s.Buckets[b.Spec.Name].Policy; !r.Serves(b.SharedPolicy) {
			continue
		} else if sid := desired.StatementNaming(d, b.OursIn(d, ids), r.Arn, id); sid != "" {
			out = append(out, text.Statement(sid)+" in the policy of bucket "+b.Spec.Name)
		}
	}
	for _, k := range w.Keys {
		if sid := desired.StatementNaming(s.Keys[k.Spec.ARN].Policy, k.Ours, r.Arn, id); sid != "" && r.Serves(k.SharedPolicy) {
			out = append(out, text.Statement(sid)+" in the policy of key "+transfer.KeyName(k.Spec.ARN))
		}
	}
	return out, another
}
