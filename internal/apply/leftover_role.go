package apply

import (
	"context"

	"github.com/xacct/xacct/plan"
)

// removeOrphanRole takes our policies off a role that the change's transfers have left, and deletes it with the last of them.
func (r *run) removeOrphanRole(ctx context.Context, ch *plan.Change, res *plan.ChangeResult) (plan.Status, error) {
	api, err := r.clients.IAM(ch.Account)
	if err != nil {
		return plan.Failed, err
	}
	for _, w := range r.current.Snap.OrphanRoles(r.desired) {
		if w.ID() == ch.ID {
			return r.removeRole(ctx, ch, api, w, r.current.Snap.Roles[w.Arn], res)
		}
	}
	return plan.Failed, &plan.MismatchError{Change: ch.ID, Detail: "the transfers have not left it"}
}
