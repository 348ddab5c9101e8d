package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// kindOrder is the order in which kinds are shown, which is also one in which they could be made.
var kindOrder = []plan.Kind{plan.IAMRole, plan.BucketPolicy, plan.KeyPolicy, plan.BucketOwnership, plan.LogPolicy, plan.LogGroup, plan.DataSyncLocation, plan.DataSyncTask}

func weight(s plan.Severity) int {
	return slices.Index([]plan.Severity{plan.Info, plan.Warning, plan.Blocking}, s)
}

// sortChanges sorts the changes for people, the task accounts first.
func sortChanges(changes []plan.Change, transfers []*transfer.Transfer) {
	taskAccount := map[string]bool{}
	for _, t := range transfers {
		taskAccount[t.TaskAccount] = true
	}
	rank := func(account string) int {
		if taskAccount[account] {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(changes, func(a, b plan.Change) int {
		return cmp.Or(cmp.Compare(rank(a.Account), rank(b.Account)), cmp.Compare(a.Account, b.Account),
			cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)),
			cmp.Compare(orderKey(&a), orderKey(&b)), cmp.Compare(a.ID, b.ID))
	})
}

// orderKey sorts the changes of one kind in one account: by transfer with the source first, or by name if a change serves both ends.
func orderKey(c *plan.Change) string {
	if c.Side == "" {
		return c.Name
	}
	return fmt.Sprintf("%s\x00%d", strings.Join(c.Transfers, ","), sideOrder(c.Side))
}

func sideOrder(s plan.Side) int { return slices.Index(transfer.Sides, s) }

// codeOrder puts what the transfer names wrongly before the verdicts, which follow from it, and the verdicts before other findings of the same severity.
func codeOrder(c plan.Code) int {
	order := []plan.Code{plan.CodeUntil, plan.CodeNoBucket, plan.CodeWrongRegion, plan.CodeWrongOwner, plan.CodeNoRole, plan.CodeNoLocation, plan.CodeAdopt, plan.CodeNoKey,
		plan.CodeOptIn,
		plan.CodeAllowed, plan.CodeDenied, plan.CodeUndetermined, plan.CodeObserved, plan.CodeReported}
	if i := slices.Index(order, c); i >= 0 {
		return i
	}
	return len(order)
}
