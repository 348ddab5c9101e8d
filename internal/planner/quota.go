package planner

import (
	"fmt"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// quotas warns when nine tenths of a quota are used. All tasks of a Region are counted. Of roles only the transfers' own are, because counting all
// would take a list of the whole account.
func (b *Builder) quotas(w desired.Set) {
	tasks := maps.Clone(b.Snap.TaskCount)
	byPlace, byAccount := map[transfer.Place][]*transfer.Transfer{}, map[string][]*transfer.Transfer{}
	for _, t := range w.Tasks {
		pl := transfer.Place{Account: t.Spec.Account, Region: t.Spec.Region}
		byPlace[pl] = append(byPlace[pl], t.Transfer)
		if state, err := b.Snap.OurTask(t); err == nil && !state.Exists {
			tasks[pl]++
		}
	}
	for _, pl := range slices.SortedFunc(maps.Keys(byPlace), transfer.ComparePlaces) {
		b.quota(byPlace[pl], pl.Account, "tasks in "+pl.Region, tasks[pl], tasksPerRegion)
	}
	roles := map[string]int{}
	for _, r := range w.Roles {
		roles[r.Account]++
		byAccount[r.Account] = append(byAccount[r.Account], r.Transfers...)
	}
	for _, account := range slices.Sorted(maps.Keys(byAccount)) {
		b.quota(byAccount[account], account, "roles", roles[account], rolesPerAccount)
	}
}

func (b *Builder) quota(ts []*transfer.Transfer, account, what string, used, quota int) {
	if used*10 < quota*9 {
		return
	}
	b.find(ts, plan.Finding{Severity: plan.Warning, Code: plan.CodeSize, Account: account, Subject: what,
		Detail: fmt.Sprintf("account %s will have %d %s; the quota is %d unless it was raised: %s", account, used, what, quota, more(used, quota)),
		Remedy: "have the quota raised with Service Quotas, or use another account or Region"})
}

// Quotas on the number of things, all of them raisable, so that they only warn.
// https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	tasksPerRegion  = 100
	rolesPerAccount = 1000
)
