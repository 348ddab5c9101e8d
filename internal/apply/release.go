package apply

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// released takes the transfer's tags off a location or task that was adopted and is to stay. It reports whether that is so.
func (s step) released(ctx context.Context, api client.DataSyncAPI, arn string) (bool, error) {
	tags, untag := s.current.Snap.Locations[arn].Tags, location.Spec{}.UntagInput
	if s.ch.Kind == plan.DataSyncTask {
		tags, untag = s.current.Snap.Tasks[arn].Tags, task.Spec{}.UntagInput
	}
	i := slices.IndexFunc(s.approved.Transfers, func(t *transfer.Transfer) bool { return slices.Contains(s.ch.Transfers, t.Name) && t.WasAdopted(tags) })
	if i < 0 || s.approved.Settings.DeleteAdopted {
		return false, nil
	}
	in, err := untag(arn, s.approved.Transfers[i].AddedTags(tags)...)
	return true, send(ctx, s, "datasync:UntagResource", 0, api.UntagResource, in, err)
}

// releaseRole takes the transfer's tags off a role that was adopted and is to stay.
func (s step) releaseRole(ctx context.Context, api iamrole.API, w desired.Role, state iamrole.State) error {
	in, err := w.Spec.UntagInput(w.Transfers[0].AddedTags(state.Tags)...)
	return send[iam.UntagRoleInput](ctx, s, "iam:UntagRole", 0, api.UntagRole, in, err)
}
