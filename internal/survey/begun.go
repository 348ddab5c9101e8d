package survey

import (
	"context"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// begunRole is the ARN of the role that the transfer has adopted for the side without having come to its location; [plan.Fitting] if there is none. The
// locations are those of the side's bucket that nobody has: their roles are read.
func (f *fitter) begunRole(ctx context.Context, side plan.Side, locations []string) string {
	roles := f.RolesOfLocations(f.t, side, locations)
	var reading []string
	for arn := range roles {
		if _, read := f.Roles[arn]; !read && f.Failures[arn] == nil {
			reading = append(reading, arn)
		}
	}
	var wg workers
	for _, arn := range reading {
		name, _ := transfer.RoleNameOf(arn)
		wg.Go(func() { f.readRole(ctx, arn, iamrole.Spec{Name: name}) })
	}
	wg.Wait()
	return f.BegunRole(f.t, side, roles)
}
