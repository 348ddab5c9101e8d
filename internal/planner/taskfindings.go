package planner

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// taskFindings reports what the task will do that somebody may regret. state is zero while there is no task.
func (b *Builder) taskFindings(w desired.Task, state task.State) {
	t, one := w.Transfer, []*transfer.Transfer{w.Transfer}
	for _, p := range w.Spec.WarningsFor(state) {
		if p.ID == "schedule-held" {
			continue // said below, with its reason
		}
		b.find(one, plan.Finding{Severity: plan.Warning, Code: plan.CodeTaskOption, Account: w.Spec.Account, Subject: p.Path,
			Detail: "Task." + p.Path + " " + p.Rule, Remedy: p.Remedy})
	}
	destination := t.LocationSpec(plan.DestinationSide)
	if what := destination.Consequences(); len(what) > 0 {
		b.find(one, plan.Finding{Severity: plan.Info, Code: plan.CodeStorageClass, Side: plan.DestinationSide, Account: t.Destination.Account, Subject: destination.URI(),
			Detail: fmt.Sprintf("objects in %s are %s", destination.StorageClass, strings.Join(what, "; "))})
	}
	if s := state.Schedule; s != nil && s.Held() && w.Spec.Schedule != nil {
		b.find(one, plan.Finding{Severity: plan.Warning, Code: plan.CodeScheduleDisabled, Account: w.Spec.Account, Subject: state.ARN,
			Detail: "DataSync has disabled the schedule by itself: " + cmp.Or(strings.Join(strings.Fields(s.DisabledReason), " "), "it gives no reason"),
			Remedy: "repair the cause, run the task once, and enable the schedule by hand: it is not enabled again without a person"})
	}
	deletes := w.Removes(state) && t.Task.Manifest == nil // a run with a manifest deletes nothing
	if deletes {
		b.deletions(w)
		b.deleting[t.Name] = true
	}
	b.source(t, deletes)
}

// impossible blocks a transfer whose settings do not go together with those of the task in force: DataSync would refuse the update.
func (b *Builder) impossible(w desired.Task, spec task.Spec) {
	for _, p := range problem.All(spec.Validate()) {
		b.find([]*transfer.Transfer{w.Transfer}, plan.Finding{Severity: plan.Blocking, Code: plan.CodeTaskOption, Account: w.Spec.Account, Subject: p.Path,
			Detail: fmt.Sprintf("Task.%s %q %s: it does not go together with what the task has already", p.Path, p.Value, p.Rule), Remedy: p.Remedy})
	}
}

// deletions warns of what a task that deletes can empty, and blocks one that would delete reports and manifests.
func (b *Builder) deletions(w desired.Task) {
	t, one := w.Transfer, []*transfer.Transfer{w.Transfer}
	destination := t.LocationSpec(plan.DestinationSide).URI()
	f := plan.Finding{Severity: plan.Warning, Code: plan.CodeDeletes, Account: w.Spec.Account, Subject: destination,
		Detail: "the task deletes every object below " + destination + " that is not at the source",
		Remedy: "set PreserveDeletedFiles to PRESERVE if what is there is to stay"}
	if !b.settings.AllowDelete {
		f.Severity, f.Remedy = plan.Blocking, "set AllowDelete if that is meant"
	}
	b.find(one, f)
	for _, other := range b.transfers {
		for _, at := range other.DeletedBy(t) {
			b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeDeletes, Account: w.Spec.Account, Subject: at.URI,
				Detail: fmt.Sprintf("the task would delete the %s of %s at %s", at.What, other.Name, at.URI), Remedy: transfer.RuleReportDeleted.Remedy})
		}
	}
}
