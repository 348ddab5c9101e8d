package apply

import (
	"context"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// removeOrphan deletes what is ours and unused.
func (s step) removeOrphan(ctx context.Context) (plan.Status, error) {
	if s.ch.Kind == plan.IAMRole {
		return s.removeOrphanRole(ctx)
	}
	api, err := s.clients.DataSync(s.ch.Account, s.ch.Region)
	if err != nil {
		return plan.Failed, err
	}
	arn := s.changes[s.ch.ID].ARN
	if s.current.Twins[s.ch.ID] {
		if err := s.unusedStill(ctx, arn); err != nil {
			return plan.Failed, err
		}
	}
	if s.ch.Kind == plan.DataSyncTask {
		return s.removeTask(ctx, api, arn)
	}
	if name, _, ok := location.ParseURI(s.ch.Name); ok && s.approved.Mode == plan.SetUp {
		if err := s.forgetBucket(ctx, name); err != nil {
			return plan.Failed, err
		}
	}
	return s.removeLocation(ctx, api, arn)
}

// findOrphanRoles are the roles that the transfers have left, by the IDs of their changes.
func (r *run) findOrphanRoles() map[string]desired.Role {
	out := map[string]desired.Role{}
	for _, w := range r.current.Snap.OrphanRoles(r.desired) {
		out[w.ID()] = w
	}
	return out
}

// removeOrphanRole takes our policies off a role that the change's transfers used before, and deletes it with the last of them.
func (s step) removeOrphanRole(ctx context.Context) (plan.Status, error) {
	api, err := s.clients.IAM(s.ch.Account)
	if err != nil {
		return plan.Failed, err
	}
	if w, ok := s.orphanRoles()[s.ch.ID]; ok {
		return s.removeRole(ctx, api, w, s.current.Snap.Roles[w.Arn])
	}
	return plan.Failed, &plan.MismatchError{Change: s.ch.ID, Detail: "the transfers have not left it"}
}
