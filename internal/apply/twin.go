package apply

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/survey"
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
	l := lastLook{r, newLists(r.approved.Changes), map[string]bool{}, map[string]desired.Location{}, map[string]desired.Task{}}
	r.mu.Lock()
	for _, arn := range r.arns {
		l.known[arn] = true
	}
	r.mu.Unlock()
	for arn := range r.current.Snap.Locations {
		l.known[arn] = true
	}
	for arn := range r.current.Snap.Tasks {
		l.known[arn] = true
	}
	for _, w := range r.desired.Locations {
		l.locations[w.ID()] = w
	}
	for _, w := range r.desired.Tasks {
		l.tasks[w.ID()] = w
	}
	found := make([][]plan.Finding, len(ours))
	var wg sync.WaitGroup
	for i, ch := range ours {
		wg.Go(func() { found[i] = l.madeTwice(ctx, ch) })
	}
	wg.Wait()
	var all check.Findings // which escapes their words
	for _, f := range slices.Concat(found...) {
		all.Add(f)
	}
	r.warnings = all.List
	planner.LogFindings(ctx, r.opts.Logger, r.warnings)
}

// lastLook is what the last look goes by.
type lastLook struct {
	*run
	lists     lists
	known     map[string]bool             // ARNs of locations and tasks that were read when the apply began, or that it made
	locations map[string]desired.Location // by change ID
	tasks     map[string]desired.Task
}

// madeTwice warns of what is tagged as the location or task that the change has made and was neither there when the apply began nor made by it.
func (r lastLook) madeTwice(ctx context.Context, ch *plan.Change) []plan.Finding {
	f := plan.Finding{Side: ch.Side, Account: ch.Account}
	known := func(arn string) bool { return r.known[arn] }
	var twins []string
	var err, listErr error
	if w, ok := r.locations[ch.ID]; ok {
		var entries []location.Entry
		entries, listErr = r.locationList(ctx, ch, r.lists, time.Now())
		f.Transfer = w.Transfer.Name
		twins, err = survey.OtherLocations(ctx, r.clients, w, entries, known)
	} else if w, ok := r.tasks[ch.ID]; ok {
		var entries []task.Entry
		entries, listErr = r.taskList(ctx, ch, r.lists, time.Now())
		f.Transfer = w.Transfer.Name
		twins, err = survey.OtherTasks(ctx, r.clients, w, entries, known)
	}
	err = cmp.Or(listErr, err)
	if ctx.Err() != nil || err == nil && len(twins) == 0 {
		return nil // if ctx is done, the errors of the changes say so
	}
	r.mu.Lock()
	f.Subject = r.arns[ch.ID]
	r.mu.Unlock()
	return []plan.Finding{check.MadeTwice(f, twins, err)}
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
	for _, f := range r.findings.about[ch.ARN] {
		if f.Severity == plan.Warning && (f.Code == plan.CodeAmbiguous || f.Code == plan.CodeUnread) {
			return f
		}
	}
	return nil
}
