package xacct

import (
	"context"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// dropOrphanRoles plans that our policies leave the roles that the transfers have left, and that these go with the last of them. It returns the
// IDs of these changes by transfer, and which transfers' roles have to stay: the locations, which tell of them, go only after them.
func (b *builder) dropOrphanRoles(all desired.Set, after map[string][]string) (ids map[string][]string, stay map[string]bool) {
	ids, stay = map[string][]string{}, map[string]bool{}
	for _, w := range b.snap.OrphanRoles(all) {
		id, held := b.dropRole(all, w, after)
		for _, t := range w.Transfers {
			if id != "" {
				ids[t.Name] = append(ids[t.Name], id)
			}
			stay[t.Name] = stay[t.Name] || held
		}
	}
	for _, tw := range all.Tasks {
		t := tw.Transfer
		for _, arn := range slices.Sorted(maps.Keys(b.snap.FormerRoles(t))) {
			if err := b.snap.UnreadFormer(arn); err != nil && !b.snap.WantsRole(arn) && !b.snap.RolesGiven()[arn] {
				b.find([]*transfer.Transfer{t}, unreadFinding(t.TaskAccount, arn, err, plan.Warning, "grant the reader iam:GetRole and iam:ListRolePolicies on the role, which a location of the transfer had before: if it is ours, it stays"))
			}
		}
	}
	return ids, stay
}

// removeOrphanRole takes our policies off a role that the change's transfers have left, and deletes it with the last of them.
func (r *run) removeOrphanRole(ctx context.Context, ch *plan.Change, res *plan.ChangeResult) (plan.Status, error) {
	api, err := r.clients.IAM(ch.Account)
	if err != nil {
		return plan.Failed, err
	}
	for _, w := range r.current.snap.OrphanRoles(r.desired) {
		if w.ID() == ch.ID {
			return r.removeRole(ctx, ch, api, w, r.current.snap.Roles[w.Arn], res)
		}
	}
	return plan.Failed, &plan.MismatchError{Change: ch.ID, Detail: "the transfers have not left it"}
}
