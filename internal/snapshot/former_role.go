package snapshot

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// FormerRoles are the roles of the task account, by ARN and with the ends that they served, that a location of the transfer names or that a tag of
// such a location says it named before. Roles that are still wanted are among them.
func (s *Snapshot) FormerRoles(t *transfer.Transfer) map[string][]plan.Side {
	return maps.Clone(s.index().roles.of(t, func() map[string][]plan.Side { return s.findFormerRoles(t) }))
}

func (s *Snapshot) findFormerRoles(t *transfer.Transfer) map[string][]plan.Side {
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
		if l, err := s.ownLocation(t, side); err == nil && l.Exists {
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

// FormerRolesOf are the ARNs of the roles that a tag of the location says it had before, the last one first.
func (s *Snapshot) FormerRolesOf(t *transfer.Transfer, l location.State) []string {
	return notedRoles(t, l.Tags)
}

// rolesWithPolicies are the ARNs of the roles that may hold our policy for the side: the wanted one and former ones.
func (s *Snapshot) rolesWithPolicies(t *transfer.Transfer, side plan.Side) []string {
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

// SidesOf are the ends of the transfer whose buckets and keys may name the role in their policies.
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
