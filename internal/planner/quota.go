package planner

import (
	"fmt"
	"maps"
	"slices"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
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
	b.findOnce(ts, plan.Finding{Severity: plan.Warning, Code: plan.CodeSize, Account: account, Subject: what,
		Detail: fmt.Sprintf("account %s will have %d %s; the quota is %d unless it was raised: %s", account, used, what, quota, more(used, quota)),
		Remedy: "have the quota raised with Service Quotas, or use another account or Region"})
}

// basicObjects says how many objects one run of a BASIC task can transfer, and warns when the look at the source's keys saw nine tenths of them.
func (b *Builder) basicObjects(w desired.Task, state task.State) {
	if w.Successor(state).Mode != dstypes.TaskModeBasic {
		return
	}
	f := plan.Finding{Severity: plan.Info, Code: plan.CodeSize, Account: w.Spec.Account, Subject: "objects of a BASIC run",
		Detail: "one run of a BASIC task transfers at most 25,000,000 objects, prefixes counted too, unless the quota was raised; a larger one ends as an error",
		Remedy: "for more, use an ENHANCED task, which has no such limit, split the transfer by prefixes or filters, or have the quota raised"}
	if look := b.Snap.SourceKeys[w.Transfer.Name]; look.Looked > 0 {
		f.Detail += fmt.Sprintf("; at least %d keys are at the source", look.Looked)
		if look.Looked*10 >= objectsPerBasicRun*9 {
			f.Severity = plan.Warning
		}
	}
	b.find([]*transfer.Transfer{w.Transfer}, f)
}

// Quotas on the number of things, all of them raisable, so that they only warn.
// https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	tasksPerRegion     = 100
	rolesPerAccount    = 1000
	objectsPerBasicRun = 25_000_000 // from AWS storage to AWS storage
)
