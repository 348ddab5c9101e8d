package planner

import (
	"slices"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// notInBulk warns that the roles of an account were read one by one, though BulkIAM asked for one list of all. It is a note where only what differs is
// asked for, because all was compared.
func (b *Builder) notInBulk() {
	if len(b.Snap.AccountsUnread) == 0 {
		return
	}
	severity := plan.Warning
	if b.drift {
		severity = plan.Info
	}
	for _, t := range b.transfers {
		for _, account := range slices.Compact(slices.Sorted(slices.Values(t.Accounts()))) {
			if err := b.Snap.AccountsUnread[account]; err != nil {
				f := unknownFinding(account, account, "the list of all roles of account "+account, err, severity,
					"grant the reader iam:GetAccountAuthorizationDetails (OperatorPolicy with BulkIAMPhase), or leave BulkIAM out")
				f.Detail += "; they were read one by one"
				b.find([]*transfer.Transfer{t}, f)
			}
		}
	}
}
