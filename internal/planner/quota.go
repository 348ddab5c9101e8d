package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// quotas warns when nine tenths of a quota are used. All tasks of a Region are counted. Of roles only the transfers' own are, because counting all
// would take a list of the whole account.
func (b *Builder) quotas(w desired.Set) {
	tasks := maps.Clone(b.Snap.TaskCount)
	byPlace, byAccount := map[transfer.Place][]*transfer.Transfer{}, map[string][]desired.Role{}
	for _, t := range w.Tasks {
		pl := transfer.Place{Account: t.Spec.Account, Region: t.Spec.Region}
		byPlace[pl] = append(byPlace[pl], t.Transfer)
		if state, err := b.Snap.OurTask(t); err == nil && !state.Exists {
			tasks[pl]++
		}
	}
	for _, pl := range slices.SortedFunc(maps.Keys(byPlace), transfer.ComparePlaces) {
		ts := byPlace[pl]
		b.quota(ts, quota{account: pl.Account, what: "tasks in " + pl.Region, used: tasks[pl], most: tasksPerRegion,
			fit: max(0, min(len(ts), tasksPerRegion-tasks[pl]+len(ts)))})
	}
	for _, r := range w.Roles {
		byAccount[r.Account] = append(byAccount[r.Account], r)
	}
	for _, account := range slices.Sorted(maps.Keys(byAccount)) {
		roles := byAccount[account]
		ts, fit := fitting(roles, rolesPerAccount)
		b.quota(ts, quota{account: account, what: "roles", used: len(roles), most: rolesPerAccount, fit: fit, beside: ", if the account has no other roles",
			first: "let several transfers share roles by the same Role.Name, "})
	}
}

// quota is how much of a quota on the number of things an account uses.
type quota struct {
	account, what string
	used, most    int
	fit           int    // how many of the transfers fit
	beside        string // under which condition they do; "" is none
	first         string // what would help before all else, with a comma; "" is nothing
}

func (b *Builder) quota(ts []*transfer.Transfer, q quota) {
	if q.used*10 < q.most*9 {
		return
	}
	detail := fmt.Sprintf("account %s will have %d %s; the quota is %d unless it was raised: %s", q.account, q.used, q.what, q.most, more(q.used, q.most))
	if n := len(desired.Names(ts)); q.used > q.most {
		detail += fmt.Sprintf(", and %d of the %d transfer%s fit%s", q.fit, n, text.Plural(n), q.beside)
	}
	b.findOnce(ts, plan.Finding{Severity: plan.Warning, Code: plan.CodeSize, Account: q.account, Subject: q.what, Detail: detail,
		Remedy: q.first + otherEnd(ts, q.account) + "have the quota raised with Service Quotas, or use another account or Region"})
}

// otherEnd proposes to let the account of the other end run some of the transfers, with a comma; "" if no other account has an end.
func otherEnd(ts []*transfer.Transfer, account string) string {
	pulls, pushes := map[string]bool{}, map[string]bool{}
	for _, t := range ts {
		switch {
		case t.Destination.Account != account:
			pulls[t.Destination.Account] = true
		case t.Source.Account != account:
			pushes[t.Source.Account] = true
		}
	}
	out := ""
	for _, way := range []struct {
		accounts map[string]bool
		name     string
	}{{pulls, "pull"}, {pushes, "push"}} {
		if len(way.accounts) > 0 {
			out += fmt.Sprintf("make some of the transfers a %s by the TaskAccount %s, ", way.name, text.Few(slices.Collect(maps.Keys(way.accounts))))
		}
	}
	return out
}

// fitting are the transfers that the roles are for, by name, and how many of them, one after the other, have all their roles within the quota.
func fitting(roles []desired.Role, quota int) (ts []*transfer.Transfer, fit int) {
	of, made := map[*transfer.Transfer][]string{}, map[string]bool{}
	for _, r := range roles {
		for _, t := range r.Transfers {
			of[t] = append(of[t], r.Arn)
		}
	}
	ts = slices.SortedFunc(maps.Keys(of), func(a, b *transfer.Transfer) int { return strings.Compare(a.Name, b.Name) })
	for _, t := range ts {
		var lacking []string
		for _, arn := range of[t] {
			if !made[arn] {
				lacking = append(lacking, arn)
			}
		}
		if len(made)+len(lacking) > quota {
			continue
		}
		fit++
		for _, arn := range lacking {
			made[arn] = true
		}
	}
	return ts, fit
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
