package survey

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// begunRole is the ARN of the role that the transfer has adopted for the side without having come to its location: an adoption that was cut off leaves
// that. The locations are those of the side's bucket that nobody has; [plan.Fitting] stands for no such role. A role that cannot be read may be the one
// if its location is at the side's place, and is returned too, so that the plan says what cannot be read.
func (f *fitter) begunRole(ctx context.Context, side plan.Side, locations []string) string {
	uri := f.t.LocationSpec(side).URI()
	here := map[string]bool{} // by role: one of its locations is at the side's place
	for _, arn := range locations {
		l := f.Locations[arn]
		a, _ := region.ParseARN(l.RoleARN)
		if _, ok := transfer.RoleNameOf(l.RoleARN); ok && a.Account == f.t.TaskAccount {
			here[l.RoleARN] = here[l.RoleARN] || l.URI == uri
		}
	}
	f.readRoles(ctx, slices.Collect(maps.Keys(here)))
	best, most, several := plan.Fitting, 0, false
	for _, arn := range slices.Sorted(maps.Keys(here)) {
		switch n := f.begun(arn, side, here[arn]); {
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
func (f *fitter) begun(arn string, side plan.Side, here bool) int {
	role := f.Roles[arn]
	_, holds := role.Policies[f.t.End(side).PolicyName]
	_, unread := role.Unread[iamrole.PartRole]
	switch {
	case (f.Failures[arn] != nil || unread) && here:
		return 1
	case role.Tags[f.t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy || !f.t.WasAdopted(role.Tags):
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

// readRoles reads the roles that were not read yet.
func (s *Reader) readRoles(ctx context.Context, arns []string) {
	arns = slices.DeleteFunc(arns, func(arn string) bool {
		_, read := s.Roles[arn]
		return read || s.Failures[arn] != nil
	})
	var wg sync.WaitGroup
	for _, arn := range arns {
		name, _ := transfer.RoleNameOf(arn)
		wg.Go(func() { s.readRole(ctx, arn, iamrole.Spec{Name: name}) })
	}
	wg.Wait()
}
