package planner

import (
	"fmt"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
)

// nowGiven blocks a transfer that has adopted a role or location and names it by RoleARN or LocationARN by now: what is used as it is keeps our tags, the
// role our inline policies too, and nothing would ever take them off.
func (b *Builder) nowGiven(t *transfer.Transfer) {
	for _, side := range transfer.Sides {
		e := t.End(side)
		if e.RoleARN == "" && e.LocationARN == "" || !b.CanRead(t.TaskAccount) {
			continue
		}
		location := b.Snap.Locations[e.LocationARN]
		if e.LocationARN != "" && t.Marks(location.Tags, "") && t.WasAdopted(location.Tags) {
			b.refuse([]*transfer.Transfer{t}, side, e.LocationARN,
				fmt.Sprintf("location %s was adopted by this transfer and has its tags: LocationARN uses a location as it is", e.LocationARN),
				remedyGiven("Location", e.LocationARN, "LocationARN"))
		}
		role := e.RoleARN
		if role == "" {
			role = location.RoleARN
		}
		if state := b.Snap.Roles[role]; state.Exists && t.WasAdopted(state.Tags) && holdsPolicy(t, state) && !adoptsElsewhere(t, role) {
			field := "RoleARN"
			if e.RoleARN == "" {
				field = "LocationARN"
			}
			b.refuse([]*transfer.Transfer{t}, side, role,
				fmt.Sprintf("role %s was adopted by this transfer and has its tags and inline policy: %s uses a role as it is", role, field), remedyGiven("Role", role, field))
		}
	}
}

// remedyGiven is how somebody gets from the field of Adopt to the other field.
func remedyGiven(adopt, arn, field string) string {
	return fmt.Sprintf("write Adopt.%s: %q again; to use it as it is instead, first destroy the transfer with that (NewDestroyPlan), which leaves it without our traces, "+
		"then set %s and set the transfer up again", adopt, arn, field)
}

// holdsPolicy reports whether the role holds an inline policy of the transfer.
func holdsPolicy(t *transfer.Transfer, s iamrole.State) bool {
	for _, side := range transfer.Sides {
		if _, ok := s.Policies[t.End(side).PolicyName]; ok {
			return true
		}
	}
	return false
}

// adoptsElsewhere reports whether one of the transfer's ends owns the role: then its policies are wanted.
func adoptsElsewhere(t *transfer.Transfer, role string) bool {
	for _, side := range transfer.Sides {
		if e := t.End(side); e.OwnsRole && e.DataSyncRole == role {
			return true
		}
	}
	return false
}
