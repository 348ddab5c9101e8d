package snapshot

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// Orphans are tagged as ours and no longer wanted: the task that was replaced (see OurTasks), the locations of a former bucket, and the roles that
// these had. AWS cannot point a task at other locations, so a new task is made first. What was before it is deleted in the same plan if no change
// fails, or else in the next plan.
//
// The old task names the old locations, and these name their roles. After task and locations are deleted, only our tags and the not yet rewritten
// role policies still say what they used; AWS has no list by owner. If a tear-down is cut short after the task is deleted, what only the task told of
// is not found again.

// OrphanLocations are the locations that are tagged as the transfer's and that neither end uses.
func (s *Snapshot) OrphanLocations(t *transfer.Transfer) []location.State {
	return slices.Clone(s.index().orphans.of(t, func() []location.State { return s.findOrphans(t) }))
}

func (s *Snapshot) findOrphans(t *transfer.Transfer) []location.State {
	source, destination := s.locationOf(t, plan.SourceSide), s.locationOf(t, plan.DestinationSide)
	var out []location.State
	for _, arn := range s.ownedLocations(t) {
		l := s.Locations[arn]
		a, _ := region.ParseARN(arn)
		if l.Exists && a.Account == t.TaskAccount && arn != source && arn != destination && t.Owns(arn, l.Tags, "") {
			out = append(out, l)
		}
	}
	return out
}

// OrphanRoles are the former roles that still hold something of the transfers and that none of these wants. A role that the user named has no
// transfer's tag; it is ours as far as it holds an inline policy with the transfer's name.
func (s *Snapshot) OrphanRoles(w desired.Set) []desired.Role {
	var out []desired.Role
	given, at := s.RolesGiven(), map[string]int{}
	for _, tw := range w.Tasks {
		t := tw.Transfer
		former := s.FormerRoles(t)
		for _, arn := range slices.Sorted(maps.Keys(former)) {
			state := s.Roles[arn]
			if makesRole(t, arn) || given[arn] || !state.Exists || s.UnreadFormer(arn) != nil || !holdsFormer(t, state) {
				continue
			}
			if i, found := at[arn]; found {
				out[i].Transfers = append(out[i].Transfers, t)
				continue
			}
			name, _ := transfer.RoleNameOf(arn)
			r := desired.Role{Account: t.TaskAccount, Arn: arn, Spec: iamrole.Spec{Name: name, Path: state.Path, Tags: t.TagsFor("")},
				Transfers: []*transfer.Transfer{t}, Former: true, Shared: s.WantsRole(arn)}
			r.Others, r.Another = s.othersOf(w, r)
			at[arn] = len(out)
			out = append(out, r)
		}
	}
	return out
}

// holdsFormer reports whether a role that the transfer does not want is tagged as the transfer's or holds a policy of it.
func holdsFormer(t *transfer.Transfer, s iamrole.State) bool {
	if s.Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy {
		return false
	}
	switch s.Tags[t.TagKey(transfer.TagTransfer)] {
	case t.Name:
		return true
	case "":
		_, source := s.Policies[t.End(plan.SourceSide).PolicyName]
		_, destination := s.Policies[t.End(plan.DestinationSide).PolicyName]
		return source || destination || len(s.Policies)+len(s.Attached) == 0
	}
	return false
}

// WantsRole reports whether we make the role for a transfer, planned or blocked.
func (s *Snapshot) WantsRole(arn string) bool {
	return s.index().rolesMade[arn]
}

// makesRole reports whether we make the role for one end of the transfer.
func makesRole(t *transfer.Transfer, arn string) bool {
	return slices.ContainsFunc(transfer.Sides, func(side plan.Side) bool { return t.End(side).OwnsRole && t.End(side).DataSyncRole == arn })
}

// RolesGiven are the ARNs of the roles that a transfer, planned or blocked, uses as they are.
func (s *Snapshot) RolesGiven() map[string]bool {
	out := map[string]bool{}
	for _, t := range s.Transfers {
		for _, side := range transfer.Sides {
			e := t.End(side)
			out[e.RoleARN] = true
			if e.LocationARN != "" {
				out[s.Locations[e.LocationARN].RoleARN] = true
			}
		}
		for _, arn := range slices.Concat(t.Operators, t.GivenDataRoles()) {
			out[arn] = true
		}
	}
	delete(out, "")
	return out
}
