package planner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// listed reports whether the locations and tasks of the task account were listed in the Region, and reports it if not.
func (b *Builder) listed(t *transfer.Transfer, reg, what, allow string) bool {
	err := b.Snap.Failures[t.TaskAccount+"/"+reg]
	if err != nil {
		b.blame([]*transfer.Transfer{t}, err)
		b.find([]*transfer.Transfer{t}, unreadFinding(t.TaskAccount, what+" in "+reg, err, plan.Blocking, "grant the reader "+allow))
	}
	return err == nil
}

// foundOurs reports whether it is known which location or task is the transfer's, and reports it if not. err is that of looking for it.
func (b *Builder) foundOurs(t *transfer.Transfer, subject string, err error, describe string) bool {
	var ambiguous *plan.AmbiguousError
	if err == nil {
		return true
	}
	b.blame([]*transfer.Transfer{t}, err)
	switch {
	case errors.As(err, &ambiguous):
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Blocking, Code: plan.CodeAmbiguous, Account: t.TaskAccount, Subject: subject,
			Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
	default:
		b.find([]*transfer.Transfer{t}, unreadFinding(t.TaskAccount, subject, err, plan.Blocking, "grant the reader "+describe+" and datasync:ListTagsForResource"))
	}
	return false
}

// location plans one location and returns its ARN, "" while it does not exist.
func (b *Builder) location(w desired.Location) string {
	t, spec := w.Transfer, w.Spec
	given := t.End(w.Side).LocationARN
	if !b.CanRead(spec.Account) {
		if !w.Given {
			b.add(b.locationChange(w, plan.Change{Op: plan.Create, After: w.After(),
				Calls: []string{"datasync:CreateLocationS3", "datasync:TagResource", "datasync:UpdateLocationS3", "iam:PassRole", "s3:ListBucket"}}))
		}
		return given
	}
	if !b.listed(t, spec.Region, "locations", "datasync:ListLocations and datasync:ListTasks") {
		return ""
	}
	if w.Given { // what is wrong with it is found by the checks
		if err := b.Snap.Unread(given, b.Snap.Locations[given].Unread, location.PartLocation); err != nil {
			b.find([]*transfer.Transfer{t}, unreadFinding(spec.Account, given, err, plan.Warning, "grant the reader datasync:DescribeLocationS3 on location "+given))
		}
		return given
	}
	if !b.adoptableLocation(w) {
		return ""
	}
	state, alike, err := b.Snap.OurLocation(w)
	if !b.foundOurs(t, spec.URI(), err, "datasync:DescribeLocationS3") {
		return ""
	}
	if !state.Exists && len(alike) > 0 {
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Info, Code: plan.CodeCandidate, Account: spec.Account, Subject: spec.URI(),
			Detail: "at " + spec.URI() + " a location exists that is not ours: " + text.Few(alike),
			Remedy: b.toAdopt(w, alike)})
	}
	op, lines, tags := w.Diff(state)
	c := plan.Change{Op: op, Details: lines, Before: w.Before(state), After: w.After(), ARN: state.ARN}
	switch op {
	case plan.Create:
		c.Calls = []string{"datasync:CreateLocationS3", "datasync:TagResource", "iam:PassRole", "s3:ListBucket"}
	case plan.Update:
		c.Calls = appendIf(c.Calls, desired.BeyondTags(lines), "datasync:UpdateLocationS3")
		c.Calls = appendIf(c.Calls, desired.BeyondTags(lines), "iam:PassRole")
		c.Calls = appendIf(c.Calls, len(tags) > 0 || state.RoleARN != spec.RoleARN, "datasync:TagResource") // a tag notes the role that it had
	}
	b.add(b.locationChange(w, c))
	return state.ARN
}

// locationChange fills in what every change of a location has. A location requires its role, and for a remote bucket or key the grants.
func (b *Builder) locationChange(w desired.Location, c plan.Change) plan.Change {
	t, e, spec := w.Transfer, w.Transfer.End(w.Side), w.Spec
	c.ID, c.Account, c.Region, c.Kind, c.Name, c.Side = w.ID(), spec.Account, spec.Region, plan.DataSyncLocation, spec.URI(), w.Side
	c.Transfers = []string{t.Name}
	if e.OwnsRole {
		c.Requires = append(c.Requires, transfer.ChangeID(t.TaskAccount, "", plan.IAMRole, e.RoleName))
	}
	if bw, ok := b.buckets[spec.Bucket]; ok && bw.Grants && e.Remote {
		c.Requires = append(c.Requires, bw.ID())
	}
	c.Requires = append(c.Requires, desired.KeyRequires(t, w.Side)...)
	return c
}

// task plans the task. arns are those of the locations, by the IDs of their changes.
func (b *Builder) task(w desired.Task, arns map[string]string) {
	t, spec := w.Transfer, w.Spec
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.DataSyncTask, Name: spec.Name, Transfers: []string{t.Name},
		After: w.After(), Requires: b.taskRequires(t)}
	if !b.CanRead(spec.Account) {
		b.taskFindings(w, task.State{})
		c.Op, c.Calls = plan.Create, []string{"datasync:CreateTask", "datasync:TagResource", "datasync:UpdateTask"}
		b.add(c)
		return
	}
	if b.Snap.Failures[spec.Account+"/"+spec.Region] != nil {
		return // reported with the locations
	}
	if !b.adoptableTask(w, nil) {
		return
	}
	state, old, err := b.Snap.OurTasks(w)
	if !b.foundOurs(t, spec.Name, err, "datasync:DescribeTask") {
		return
	}
	if alike := b.Snap.AlikeTasks(t); !state.Exists && len(alike) > 0 {
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Info, Code: plan.CodeCandidate, Account: spec.Account, Subject: spec.Name,
			Detail: "a task that is not ours copies between the same places: " + text.Few(alike),
			Remedy: fmt.Sprintf("to take that task over with its locations, write Adopt = xacct.Adopt{Task: %q} beside the Adopt of both ends; otherwise a new one is made", alike[0])})
	}
	moved := snapshot.Elsewhere(w, state, old)
	step := planTask(w, state, moved, arns[locationID(t, plan.SourceSide)], arns[locationID(t, plan.DestinationSide)])
	if step.op == plan.Replace && t.Adopts(state.ARN, "") && !b.adoptableTask(w, step.lines) {
		return
	}
	if step.op == plan.Replace && t.WasAdopted(state.Tags) && !b.settings.DeleteAdopted {
		step.calls = append(slices.DeleteFunc(step.calls, func(c string) bool { return c == "datasync:DeleteTask" }), "datasync:UntagResource")
		step.lines = append(step.lines, "task "+state.ARN+" "+desired.ReleaseLine)
	}
	before := desired.Predecessor(state, moved)
	b.taskFindings(w, before)
	b.keptLogGroup(w, before)
	if before.Exists && step.differs {
		b.impossible(w, w.Successor(before))
	}
	if step.op == plan.Replace {
		if !b.settings.AllowReplace {
			b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Blocking, Code: plan.CodeReplace, Account: spec.Account, Subject: before.ARN,
				Detail: "task " + before.Name + " must be replaced: " + strings.Join(step.lines, "; "),
				Remedy: "set AllowReplace: the new task is made before the old one is deleted, with its history"})
		}
		b.running(w, state)
	}
	c.Op, c.Details, c.Calls, c.Before, c.ARN = step.op, step.lines, step.calls, w.Before(state), state.ARN
	b.add(c)
}

// taskRequires are the IDs of what must be done before the task is made: its locations, and what its log group, manifest, report and schedule need.
func (b *Builder) taskRequires(t *transfer.Transfer) []string {
	var out []string
	if id := desired.LogChange(t); id != "" {
		out = append(out, id)
	}
	if id := desired.LogGroupChange(t); id != "" {
		out = append(out, id)
	}
	out = append(append(out, b.dataKeyRequires(t)...), b.logDrops(t, t.Destination.Region)...)
	for _, side := range transfer.Sides {
		if t.End(side).LocationARN == "" {
			out = append(out, locationID(t, side))
		}
	}
	return append(out, b.beforeSchedule(t)...)
}

// locationID is the ID of the change of the location of the side.
func locationID(t *transfer.Transfer, side plan.Side) string {
	return transfer.ChangeID(t.TaskAccount, t.End(side).Region, plan.DataSyncLocation, t.Name+"/"+string(side))
}

// taskStep is what becomes of a task.
type taskStep struct {
	op      plan.Op
	lines   []string
	calls   []string
	differs bool // from the task where it is desired, which may not exist
}

// planTask compares the task with the observed one, and with the one that is moved from another Region, if there is such a one. source and
// destination are the ARNs of its locations, "" while they do not exist.
func planTask(w desired.Task, state, moved task.State, source, destination string) taskStep {
	op, lines, tags := w.Diff(state, source, destination)
	s := taskStep{op: op, lines: lines, differs: op != plan.NoOp}
	create := []string{"datasync:CreateTask", "datasync:TagResource"}
	switch {
	case moved.Exists: // the deletion of the old one is a change of its own
		a, _ := region.ParseARN(moved.ARN)
		s.op, s.lines, s.calls = plan.Replace, []string{"Region " + a.Region + " → " + w.Spec.Region}, create
	case op == plan.Create:
		s.lines, s.calls = []string{string(cmp.Or(w.Spec.Mode, dstypes.TaskModeEnhanced))}, create
	case op == plan.Update:
		s.calls = appendIf(s.calls, desired.BeyondTags(lines), "datasync:UpdateTask")
		s.calls = appendIf(s.calls, len(tags) > 0 || slices.Contains(lines, desired.LogGroupLine), "datasync:TagResource") // a tag notes the log group that it had
	case op == plan.Replace:
		s.calls = append(create, "datasync:DeleteTask")
	}
	return s
}

// running blocks the transfer while the task that is to be deleted runs.
func (b *Builder) running(w desired.Task, state task.State) {
	if state.Status != dstypes.TaskStatusRunning && state.Status != dstypes.TaskStatusQueued {
		return
	}
	f := plan.Finding{Severity: plan.Blocking, Code: plan.CodeRunning, Account: w.Spec.Account, Subject: state.ARN, Detail: "task " + w.Spec.Name + " is running",
		Remedy: "wait for the task execution to end, or cancel it; a tear-down does that with CancelRuns"}
	if b.mode == plan.TearDown && b.settings.CancelRuns {
		f.Severity, f.Detail, f.Remedy = plan.Warning, "task "+w.Spec.Name+" is running: its executions are cancelled, and what they have not yet copied stays uncopied", ""
	}
	b.find([]*transfer.Transfer{w.Transfer}, f)
}
