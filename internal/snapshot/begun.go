package snapshot

import (
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// RolesOfLocations are the roles of the task account that the locations have. The value reports whether one of the locations is at the side's place.
func (s *Snapshot) RolesOfLocations(t *transfer.Transfer, side plan.Side, locations []string) map[string]bool {
	uri, out := t.LocationSpec(side).URI(), map[string]bool{}
	for _, arn := range locations {
		l := s.Locations[arn]
		a, _ := region.ParseARN(l.RoleARN)
		if _, ok := transfer.RoleNameOf(l.RoleARN); ok && a.Account == t.TaskAccount {
			out[l.RoleARN] = out[l.RoleARN] || l.URI == uri
		}
	}
	return out
}

// BegunRole is that one of the roles which the transfer has adopted for the side without having come to its location: an adoption that was cut off leaves that.
// [plan.Fitting] stands for no such role. The value of a role reports whether a location at the side's place has it: then it may be the one if it could not be
// read, and is returned too, so that the plan says what cannot be read.
func (s *Snapshot) BegunRole(t *transfer.Transfer, side plan.Side, roles map[string]bool) string {
	best, most, several := plan.Fitting, 0, false
	for _, arn := range slices.Sorted(maps.Keys(roles)) {
		switch n := s.begun(t, arn, side, roles[arn]); {
		case n > most:
			best, most, several = arn, n, false
		case n == most:
			several = true
		}
	}
	if several {
		return plan.Fitting
	}
	return best
}

// begun says how much speaks for the role being one whose adoption the transfer has begun; 0 is nothing. The tags of an adopted role name no transfer, because
// several may have it: its inline policies do, of which the adoption writes ours last.
func (s *Snapshot) begun(t *transfer.Transfer, arn string, side plan.Side, here bool) int {
	role := s.Roles[arn]
	_, holds := role.Policies[t.End(side).PolicyName]
	_, unread := role.Unread[iamrole.PartRole]
	switch {
	case (s.Failures[arn] != nil || unread) && here:
		return 1
	case role.Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy || !t.WasAdopted(role.Tags):
		return 0
	case holds && here:
		return 5
	case holds:
		return 4
	case slices.ContainsFunc(slices.Collect(maps.Keys(role.Policies)), func(name string) bool { return strings.HasPrefix(name, "xacct-") }):
		return 0 // another transfer's
	case here:
		return 3
	}
	return 2
}
