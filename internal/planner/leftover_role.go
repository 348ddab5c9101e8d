package planner

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// dropOrphanRoles plans that our policies leave the roles that the transfers have left, and that these go with the last of them. It returns the
// IDs of these changes by transfer, and which transfers' roles have to stay: the locations, which tell of them, go only after them.
func (b *Builder) dropOrphanRoles(all desired.Set, after map[string][]string) (ids map[string][]string, stay map[string]bool) {
	ids, stay = map[string][]string{}, map[string]bool{}
	for _, w := range b.Snap.OrphanRoles(all) {
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
		for _, arn := range slices.Sorted(maps.Keys(b.Snap.FormerRoles(t))) {
			if err := b.Snap.UnreadFormer(arn); err != nil && !b.Snap.WantsRole(arn) && !b.Snap.RolesGiven()[arn] {
				b.find([]*transfer.Transfer{t}, unreadFinding(t.TaskAccount, arn, err, plan.Warning, "grant the reader iam:GetRole and iam:ListRolePolicies on the role, which a location of the transfer had before: if it is ours, it stays"))
			}
		}
	}
	return ids, stay
}
