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
			Detail: "Task." + p.Path + " " + p.Rule, Remedy: "Task." + p.Path + ": " + p.Remedy})
	}
	destination := t.LocationSpec(plan.DestinationSide)
	if what := destination.Consequences(); len(what) > 0 {
		b.find(one, plan.Finding{Severity: plan.Info, Code: plan.CodeStorageClass, Side: plan.DestinationSide, Account: t.Destination.Account, Subject: destination.URI(),
			Detail: fmt.Sprintf("objects in %s are %s", destination.StorageClass, strings.Join(what, "; "))})
	}
	if s := state.Schedule; s != nil && s.Held() && w.Spec.Schedule != nil {
		b.find(one, plan.Finding{Severity: plan.Warning, Code: plan.CodeScheduleDisabled, Account: w.Spec.Account, Subject: state.ARN,
			Detail: "DataSync has disabled the schedule of task " + w.Spec.Name + " by itself: " + cmp.Or(strings.Join(strings.Fields(s.DisabledReason), " "), "it gives no reason"),
			Remedy: "repair the cause, run the task once, and enable the schedule by hand: it is not enabled again without a person"})
	}
	b.basicObjects(w, state)
	b.namedLogGroup(w, state)
	if t.Destination.NoDelete {
		b.noDelete(w, state)
	}
	deletes := w.Removes(state) && t.Task.Manifest == nil // a run with a manifest deletes nothing
	if deletes {
		b.deletions(w)
		b.deleting[t.Name] = true
	}
	if !b.drift { // it is not read
		b.source(t, deletes)
	}
}

// noDelete says what NoDelete does and what it leaves alone. It blocks a task that has removed objects so far and would go on.
func (b *Builder) noDelete(w desired.Task, state task.State) {
	t := w.Transfer
	e := t.End(plan.DestinationSide)
	f := plan.Finding{Severity: plan.Info, Code: plan.CodeTaskOption, Side: plan.DestinationSide, Account: w.Spec.Account, Subject: "Destination.NoDelete"}
	given := ""
	switch {
	case e.LocationARN != "":
		given = "the role of location " + e.LocationARN
	case e.RoleARN != "":
		given = "role " + e.RoleARN
	case len(e.Role.Policies) > 0:
		given = "role " + e.RoleName + ", which has Policies of its own,"
	}
	switch {
	case w.Removes(state):
		f.Severity, f.Detail = plan.Blocking, "the task removes objects at the destination that are gone from the source, and with NoDelete it may not"
		f.Remedy = "set Task.Options.PreserveDeletedFiles to PRESERVE, or leave NoDelete false"
	case given != "" && !e.Remote:
		f.Severity, f.Detail = plan.Warning, "NoDelete changes nothing: "+given+" is left as it is, and the bucket is in its account, so that there is no grant"
		f.Remedy = "take s3:DeleteObject out of that role's policies"
	case given != "":
		f.Severity, f.Detail = plan.Warning, "NoDelete concerns the bucket's policy alone: "+given+" is left as it is"
		f.Remedy = "take s3:DeleteObject out of that role's policies too"
	default:
		f.Detail = "the destination's role may not delete objects: that a run which removes nothing does without s3:DeleteObject is assumed, and objects of " +
			"DataSync's own may stay in .aws-datasync/, which Residue tells"
	}
	b.find([]*transfer.Transfer{t}, f)
}

// impossible blocks a transfer whose settings do not go together with those of the task in force: DataSync would refuse the update.
func (b *Builder) impossible(w desired.Task, spec task.Spec) {
	for _, p := range problem.All(spec.Validate()) {
		b.find([]*transfer.Transfer{w.Transfer}, plan.Finding{Severity: plan.Blocking, Code: plan.CodeTaskOption, Account: w.Spec.Account, Subject: p.Path,
			Detail: fmt.Sprintf("Task.%s %q %s: it does not go together with what the task has already", p.Path, p.Value, p.Rule), Remedy: "Task." + p.Path + ": " + p.Remedy})
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
