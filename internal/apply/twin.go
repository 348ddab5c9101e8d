package apply

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// lookAgain looks once more for locations and tasks that somebody else made for the same transfers, after the last of ours was made, and warns of them.
// It deletes nothing: the plan did not show them. It waits for the creates only, not for the tasks to become available.
func (r *run) lookAgain(ctx context.Context) {
	var ours []*plan.Change
	for i := range r.approved.Changes {
		if ch := &r.approved.Changes[i]; ch.Kind == plan.DataSyncLocation || ch.Kind == plan.DataSyncTask {
			<-r.usable[ch.ID]
			ours = append(ours, ch)
		}
	}
	r.mu.Lock()
	ours = slices.DeleteFunc(ours, func(ch *plan.Change) bool { return !r.fresh[ch.ID] })
	r.mu.Unlock()
	if r.approved.Mode == plan.TearDown || len(ours) == 0 || ctx.Err() != nil {
		return
	}
	found := make([][]plan.Finding, len(ours))
	again := newLists(r.approved.Changes)
	var wg sync.WaitGroup
	for i, ch := range ours {
		wg.Go(func() { found[i] = r.madeTwice(ctx, ch, again) })
	}
	wg.Wait()
	r.warnings = slices.Concat(found...)
	planner.LogFindings(ctx, r.opts.Logger, r.warnings)
}

// madeTwice warns of what is tagged as the location or task that the change has made and was neither there when the apply began nor made by it.
func (r *run) madeTwice(ctx context.Context, ch *plan.Change, again lists) []plan.Finding {
	f := plan.Finding{Severity: plan.Warning, Code: plan.CodeAmbiguous, Side: ch.Side, Account: ch.Account}
	var twins []string
	var err, listErr error
	for _, w := range r.desired.Locations {
		if w.ID() == ch.ID {
			var entries []location.Entry
			entries, listErr = r.locationList(ctx, ch, again, time.Now())
			f.Transfer = w.Transfer.Name
			twins, err = survey.OtherLocations(ctx, r.clients, w, entries, r.accountedFor)
		}
	}
	for _, w := range r.desired.Tasks {
		if w.ID() == ch.ID {
			var entries []task.Entry
			entries, listErr = r.taskList(ctx, ch, again, time.Now())
			f.Transfer = w.Transfer.Name
			twins, err = survey.OtherTasks(ctx, r.clients, w, entries, r.accountedFor)
		}
	}
	err = cmp.Or(listErr, err)
	r.mu.Lock()
	f.Subject = r.arns[ch.ID]
	r.mu.Unlock()
	switch {
	case ctx.Err() != nil || err == nil && len(twins) == 0:
		return nil // if ctx is done, the errors of the changes say so
	case err != nil:
		f.Code, f.Detail = plan.CodeUnread, "could not be read: whether an apply at the same time made it too: "+text.OneLine(err)
		f.Remedy = check.Remedy(err, "plan again")
	default:
		f.Detail = "an apply at the same time made it too: " + strings.Join(twins, ", ")
		f.Remedy = "plan again: what nothing uses is deleted by the next plan; let one pipeline at a time apply a transfer"
	}
	return []plan.Finding{f}
}

// accountedFor reports whether the location or task was there when the apply began, or is one that it made.
func (r *run) accountedFor(arn string) bool {
	if r.current.Snap.Locations[arn].Exists || r.current.Snap.Tasks[arn].Exists {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(slices.Collect(maps.Values(r.arns)), arn)
}

// unusedStill reads again, right before a twin is deleted, whether something uses it by now.
func (s step) unusedStill(ctx context.Context, arn string) error {
	if s.ch.Kind == plan.DataSyncTask {
		used, err := survey.TaskInUse(ctx, s.clients, transfer.Place{Account: s.ch.Account, Region: s.ch.Region}, arn)
		if err == nil && used {
			err = &plan.StaleError{Change: s.ch.ID, Detail: "the task has run or has a schedule by now"}
		}
		return err
	}
	users, err := survey.LocationUsers(ctx, s.clients, s.current.Snap, arn)
	users = slices.DeleteFunc(users, s.deleted)
	if err == nil && len(users) > 0 {
		err = &plan.StaleError{Change: s.ch.ID, Detail: "the location is used by " + strings.Join(users, ", ") + " by now"}
	}
	return err
}

// deleted reports whether this apply has deleted the task, which lists may still show.
func (r *run) deleted(arn string) bool {
	for id, ch := range r.changes {
		if ch.Kind == plan.DataSyncTask && ch.Op == plan.Delete && ch.ARN == arn {
			return r.status(id) == plan.Done
		}
	}
	return false
}

// keptTwin is the finding by which the location or task that the change would delete has to stay by now; nil if there is none.
func (r *run) keptTwin(ch *plan.Change) *plan.Finding {
	if ch.Op != plan.Delete || ch.ARN == "" || ch.Kind != plan.DataSyncLocation && ch.Kind != plan.DataSyncTask {
		return nil
	}
	for i, f := range r.current.Findings.List {
		if f.Subject == ch.ARN && f.Severity == plan.Warning && (f.Code == plan.CodeAmbiguous || f.Code == plan.CodeUnread) {
			return &r.current.Findings.List[i]
		}
	}
	return nil
}
