package planner

import (
	"cmp"
	"errors"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

func (b *Builder) task(w desired.Task, arns map[string]string) {
	t, spec := w.Transfer, w.Spec
	one := []*transfer.Transfer{t}
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.DataSyncTask, Name: spec.Name, Transfers: []string{t.Name}, After: w.After()}
	if id := desired.LogChange(t); id != "" {
		c.Requires = append(c.Requires, id)
	}
	c.Requires = append(append(c.Requires, b.dataKeyRequires(t)...), b.logDrops(t)...)
	for _, side := range transfer.Sides {
		id := transfer.ChangeID(spec.Account, t.End(side).Region, plan.DataSyncLocation, t.Name+"/"+string(side))
		if t.End(side).LocationARN == "" {
			c.Requires = append(c.Requires, id)
		}
	}
	c.Requires = append(c.Requires, b.beforeSchedule(t)...)
	if !b.CanRead(spec.Account) {
		b.taskFindings(w, task.State{})
		c.Op, c.Calls = plan.Create, []string{"datasync:CreateTask", "datasync:TagResource"}
		b.add(c)
		return
	}
	if b.Snap.Failures[spec.Account+"/"+spec.Region] != nil {
		return // reported with the locations
	}
	state, old, err := b.Snap.OurTasks(w)
	var ambiguous *plan.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeAmbiguous, Account: spec.Account, Subject: spec.Name, Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.Name, err, plan.Blocking, "grant the reader datasync:DescribeTask and datasync:ListTagsForResource"))
		return
	}
	source := arns[transfer.ChangeID(spec.Account, t.Source.Region, plan.DataSyncLocation, t.Name+"/"+string(plan.SourceSide))]
	destination := arns[transfer.ChangeID(spec.Account, t.Destination.Region, plan.DataSyncLocation, t.Name+"/"+string(plan.DestinationSide))]
	op, lines, tags := w.Diff(state, source, destination)
	before := desired.Predecessor(state, snapshot.Elsewhere(w, state, old))
	b.taskFindings(w, before)
	b.keptLogGroup(w, before)
	if before.Exists && op != plan.NoOp {
		b.impossible(w, w.Successor(before))
	}
	c.Op, c.Details, c.Before, c.ARN = op, lines, w.Before(state), state.ARN
	subject, calls := state.ARN, []string{"datasync:CreateTask", "datasync:TagResource", "datasync:DeleteTask"}
	if moved := snapshot.Elsewhere(w, state, old); moved.Exists {
		a, _ := region.ParseARN(moved.ARN)
		op, lines, subject, calls = plan.Replace, []string{"Region " + a.Region + " → " + spec.Region}, moved.ARN, calls[:2] // the old one's deletion is a change of its own
		c.Op, c.Details = op, lines
	}
	switch op {
	case plan.Create:
		c.Calls = []string{"datasync:CreateTask", "datasync:TagResource"}
		c.Details = []string{string(cmp.Or(spec.Mode, dstypes.TaskModeEnhanced))}
	case plan.Update:
		c.Calls = appendIf(c.Calls, desired.BeyondTags(lines), "datasync:UpdateTask")
		c.Calls = appendIf(c.Calls, len(tags) > 0, "datasync:TagResource")
	case plan.Replace:
		c.Calls = calls
		if !b.settings.AllowReplace {
			b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeReplace, Account: spec.Account, Subject: subject,
				Detail: "the task must be replaced: " + strings.Join(lines, "; "), Remedy: "set AllowReplace: the new task is made before the old one is deleted, with its history"})
		}
	}
	if op == plan.Replace {
		b.running(w, state)
	}
	b.add(c)
}

// running blocks the transfer while the task that is to be deleted runs.
func (b *Builder) running(w desired.Task, state task.State) {
	if state.Status == dstypes.TaskStatusRunning || state.Status == dstypes.TaskStatusQueued {
		f := plan.Finding{Severity: plan.Blocking, Code: plan.CodeRunning, Account: w.Spec.Account, Subject: state.ARN, Detail: "the task is running",
			Remedy: "wait for the execution to end, or cancel it; a tear-down does that with CancelRuns"}
		if b.mode == plan.TearDown && b.settings.CancelRuns {
			f.Severity, f.Detail, f.Remedy = plan.Warning, "the task is running: its executions are cancelled, and what they have not yet copied stays uncopied", ""
		}
		b.find([]*transfer.Transfer{w.Transfer}, f)
	}
}

func (b *Builder) dropTask(w desired.Task) string {
	t, spec := w.Transfer, w.Spec
	one := []*transfer.Transfer{t}
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.DataSyncTask, Name: spec.Name, Transfers: []string{t.Name}, Op: plan.Delete,
		Calls: []string{"datasync:DeleteTask"}, Requires: b.logDrops(t)}
	if !b.CanRead(spec.Account) {
		b.add(c)
		return c.ID
	}
	if err := b.Snap.Failures[spec.Account+"/"+spec.Region]; err != nil {
		b.find(one, unreadFinding(spec.Account, "tasks in "+spec.Region, err, plan.Blocking, "grant the reader datasync:ListTasks"))
		return ""
	}
	state, err := b.Snap.OurTask(w)
	var ambiguous *plan.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeAmbiguous, Account: spec.Account, Subject: spec.Name, Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return ""
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.Name, err, plan.Blocking, "grant the reader datasync:DescribeTask and datasync:ListTagsForResource"))
		return ""
	case !state.Exists:
		return ""
	}
	b.running(w, state)
	c.Before, c.ARN = w.Before(state), state.ARN
	b.add(c)
	return c.ID
}
