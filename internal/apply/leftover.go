package apply

import (
	"context"

	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// removeOrphan deletes what is left over.
func (r *run) removeOrphan(ctx context.Context, ch, now *plan.Change, res *plan.ChangeResult) (plan.Status, error) {
	if ch.Kind == plan.IAMRole {
		return r.removeOrphanRole(ctx, ch, res)
	}
	api, err := r.clients.DataSync(ch.Account, ch.Region)
	if err != nil {
		return plan.Failed, err
	}
	if ch.Kind == plan.DataSyncTask {
		return r.removeTask(ctx, ch, api, now.ARN, res)
	}
	if name, _, ok := location.ParseURI(ch.Name); ok && r.approved.Mode == plan.SetUp {
		if err := r.forget(ctx, ch, name, res); err != nil {
			return ended(ch, "iam:UntagRole", err)
		}
	}
	return r.removeLocation(ctx, ch, api, now.ARN, res)
}
