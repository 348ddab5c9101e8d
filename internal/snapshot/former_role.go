package snapshot

import (
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// FormerRoles are the ends, by ARN, of the roles of the task account that locations of the transfer name, or named before, as a tag of theirs
// tells. Those that are wanted are among them.
func (s *Snapshot) FormerRoles(t *transfer.Transfer) map[string][]plan.Side {
	out := map[string][]plan.Side{}
	add := func(arn string, side plan.Side) {
		a, _ := region.ParseARN(arn)
		if _, ok := transfer.RoleNameOf(arn); ok && a.Account == t.TaskAccount && !slices.Contains(out[arn], side) {
			out[arn] = append(out[arn], side)
		}
	}
	for _, side := range transfer.Sides {
		if t.End(side).LocationARN != "" {
			continue
		}
		if l, _, err := s.OurLocation(desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)}); err == nil && l.Exists {
			add(l.RoleARN, side)
			for _, arn := range notedRoles(t, l.Tags) {
				add(arn, side)
			}
		}
	}
	for _, l := range s.OrphanLocations(t) {
		for _, arn := range append(notedRoles(t, l.Tags), l.RoleARN) {
			add(arn, plan.Side(l.Tags[t.TagKey(transfer.TagSide)]))
		}
	}
	return out
}

// formerRolesOf are the roles of the side that may hold a policy of ours.
func (s *Snapshot) formerRolesOf(t *transfer.Transfer, side plan.Side) []string {
	var out []string
	if t.End(side).OwnsRole {
		out = append(out, t.End(side).DataSyncRole)
	}
	former := s.FormerRoles(t)
	for _, arn := range slices.Sorted(maps.Keys(former)) {
		if slices.Contains(former[arn], side) && !slices.Contains(out, arn) {
			out = append(out, arn)
		}
	}
	return out
}

// SidesOf are the ends of the transfer whose buckets and keys may name the role.
func (s *Snapshot) SidesOf(w desired.Role, t *transfer.Transfer) []plan.Side {
	former := s.FormerRoles(t)[w.Arn]
	var out []plan.Side
	for _, side := range transfer.Sides {
		_, holds := s.Roles[w.Arn].Policies[t.End(side).PolicyName]
		if holds || slices.Contains(former, side) || t.End(side).OwnsRole && t.End(side).DataSyncRole == w.Arn {
			out = append(out, side)
		}
	}
	return out
}

// OrphanRoles are the roles of ours that the transfers have left: a location of theirs names it, or did, and none of them wants it any more.
// A role that was named by the user bears no transfer's mark; it is ours as far as it holds an inline policy of the transfer's name.
func (s *Snapshot) OrphanRoles(w desired.Set) []desired.Role {
	var out []desired.Role
	given := s.RolesGiven()
	for _, tw := range w.Tasks {
		t := tw.Transfer
		former := s.FormerRoles(t)
		for _, arn := range slices.Sorted(maps.Keys(former)) {
			wanted := slices.ContainsFunc(transfer.Sides, func(side plan.Side) bool { return t.End(side).OwnsRole && t.End(side).DataSyncRole == arn })
			state := s.Roles[arn]
			if wanted || given[arn] || !state.Exists || s.UnreadFormer(arn) != nil || !holdsFormer(t, state) {
				continue
			}
			i := slices.IndexFunc(out, func(r desired.Role) bool { return r.Arn == arn })
			if i >= 0 {
				out[i].Transfers = append(out[i].Transfers, t)
				continue
			}
			name, _ := transfer.RoleNameOf(arn)
			out = append(out, desired.Role{Account: t.TaskAccount, Arn: arn, Spec: iamrole.Spec{Name: name, Path: state.Path, Tags: t.TagsFor("")},
				Transfers: []*transfer.Transfer{t}, Former: true, Shared: s.WantsRole(arn)})
		}
	}
	return out
}

// UnreadFormer is why it is not known what a role holds that a location names, or named.
func (s *Snapshot) UnreadFormer(arn string) error {
	for _, part := range []string{iamrole.PartRole, iamrole.PartPolicies, iamrole.PartAttached} {
		if err := s.Unread(arn, s.Roles[arn].Unread, part); err != nil {
			return err
		}
	}
	return nil
}

// holdsFormer reports whether something of the transfer's is left on a role that it does not want.
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

// WantsRole reports whether a transfer, planned or blocked, has us make the role.
func (s *Snapshot) WantsRole(arn string) bool {
	return slices.ContainsFunc(s.Transfers, func(t *transfer.Transfer) bool {
		return slices.ContainsFunc(transfer.Sides, func(side plan.Side) bool { return t.End(side).OwnsRole && t.End(side).DataSyncRole == arn })
	})
}

// RolesGiven are the roles that a transfer uses as they are.
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
		for _, arn := range t.Operators {
			out[arn] = true
		}
		if m := t.Task.Manifest; m != nil {
			out[m.RoleARN] = true
		}
		if r := t.Task.Report; r != nil {
			out[r.RoleARN] = true
		}
		if m := t.Retries; m != nil {
			out[m.RoleARN] = true
		}
	}
	return out
}

// notedRoles are the roles that the tag of a location names.
func notedRoles(t *transfer.Transfer, tags map[string]string) []string {
	var out []string
	for _, path := range strings.Fields(tags[t.TagKey(transfer.TagReplaces)]) {
		out = append(out, region.ARN{Partition: t.Partition, Service: "iam", Account: t.TaskAccount, Resource: "role" + path}.String())
	}
	return out
}

// NoteRoles is the tag of a location that gets another role: those that it had before and that are not known to be gone, the last one
// first. "" is none.
func (s *Snapshot) NoteRoles(w desired.Location, tags map[string]string, had string) string {
	text := ""
	for _, arn := range append([]string{had}, notedRoles(w.Transfer, tags)...) {
		a, _ := region.ParseARN(arn)
		path, ok := strings.CutPrefix(a.Resource, "role")
		state, read := s.Roles[arn]
		gone := read && !state.Exists && state.Unread[iamrole.PartRole] == nil
		if !ok || a.Account != w.Spec.Account || arn == w.Spec.RoleARN || gone || slices.Contains(strings.Fields(text), path) || strings.Contains(path, ",") {
			continue // a comma can stand in the name of a role, and not in a tag of DataSync
		}
		if next := strings.TrimSpace(text + " " + path); len(next) <= transfer.MostTag {
			text = next
		}
	}
	return text
}
