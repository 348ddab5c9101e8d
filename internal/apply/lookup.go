package apply

import (
	"context"
	"time"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// freshFor is how old a list may be that says whether something that must not exist twice exists already.
const freshFor = 10 * time.Second

// listing is the latest list of the locations or tasks of one account and Region. Changes that are made at the same time share it.
type listing[E any] struct {
	turn    chan struct{} // holds one
	begun   time.Time
	entries []E
}

func newListing[E any]() *listing[E] { return &listing[E]{turn: make(chan struct{}, 1)} }

// since returns a list that was begun at time t or later.
func (l *listing[E]) since(t time.Time, list func() ([]E, error)) ([]E, error) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	if !l.begun.Before(t) {
		return l.entries, nil
	}
	begun := time.Now()
	entries, err := list()
	if err == nil {
		l.begun, l.entries = begun, entries
	}
	return entries, err
}

// lists are the lists of the accounts and Regions in which the plan has locations or tasks.
type lists struct {
	locations map[transfer.Place]*listing[location.Entry]
	tasks     map[transfer.Place]*listing[task.Entry]
}

func newLists(changes []plan.Change) lists {
	l := lists{map[transfer.Place]*listing[location.Entry]{}, map[transfer.Place]*listing[task.Entry]{}}
	for _, c := range changes {
		pl := transfer.Place{Account: c.Account, Region: c.Region}
		if c.Kind == plan.DataSyncLocation && l.locations[pl] == nil {
			l.locations[pl] = newListing[location.Entry]()
		}
		if c.Kind == plan.DataSyncTask && l.tasks[pl] == nil {
			l.tasks[pl] = newListing[task.Entry]()
		}
	}
	return l
}

// lookAhead lists the locations or tasks of the change's account and Region as soon as everything that the change requires has begun, so that the
// change need not wait for the list. An error shows when the list is needed.
func (r *run) lookAhead(ctx context.Context, ch *plan.Change) {
	now := r.changes[ch.ID]
	if r.approved.Mode == plan.TearDown || now == nil || now.Hold != "" || now.Op != plan.Create && now.Op != plan.Replace {
		return
	}
	for _, id := range r.requires(ch) {
		if begun := r.begun[id]; begun != nil {
			<-begun
		}
	}
	switch ch.Kind {
	case plan.DataSyncLocation:
		_, _ = r.locationList(ctx, ch, r.lists, time.Now())
	case plan.DataSyncTask:
		_, _ = r.taskList(ctx, ch, r.lists, time.Now())
	}
}

// locationList is the list of the locations of the change's account and Region, of those that are kept in l, if it was begun at t or later.
func (r *run) locationList(ctx context.Context, ch *plan.Change, l lists, t time.Time) ([]location.Entry, error) {
	api, err := r.clients.DataSync(ch.Account, ch.Region)
	if err != nil {
		return nil, err
	}
	entries, err := l.locations[transfer.Place{Account: ch.Account, Region: ch.Region}].since(t, func() ([]location.Entry, error) { return location.List(ctx, api) })
	return entries, listError(ch, "datasync:ListLocations", err)
}

// taskList is locationList for tasks.
func (r *run) taskList(ctx context.Context, ch *plan.Change, l lists, t time.Time) ([]task.Entry, error) {
	api, err := r.clients.DataSync(ch.Account, ch.Region)
	if err != nil {
		return nil, err
	}
	entries, err := l.tasks[transfer.Place{Account: ch.Account, Region: ch.Region}].since(t, func() ([]task.Entry, error) { return task.List(ctx, api) })
	return entries, listError(ch, "datasync:ListTasks", err)
}

func listError(ch *plan.Change, op string, err error) error {
	if err != nil {
		err = &plan.CallError{Account: ch.Account, Region: ch.Region, Operation: op, Subject: "*", Err: err}
	}
	return err
}

// locationNow returns our location if somebody has made it since the apply began.
func (s step) locationNow(ctx context.Context, w desired.Location) (location.State, error) {
	entries, err := s.locationList(ctx, s.ch, s.lists, time.Now().Add(-freshFor))
	if err != nil {
		return location.State{}, err
	}
	return locationAmong(ctx, s.clients, w, entries)
}

// locationAmong returns our location among those listed.
func locationAmong(ctx context.Context, c client.Set, w desired.Location, entries []location.Entry) (location.State, error) {
	s := survey.NewReader(c.Only(w.Spec.Account))
	pl := transfer.Place{Account: w.Spec.Account, Region: w.Spec.Region}
	for arn := range snapshot.Candidates(desired.Set{Locations: []desired.Location{w}}, map[transfer.Place][]location.Entry{pl: entries}) {
		s.ReadLocation(ctx, pl, arn)
	}
	if err := s.FirstError(); err != nil {
		return location.State{}, err
	}
	state, _, err := s.OurLocation(w)
	return state, err
}

// taskNow returns our task if somebody has made it since the apply began.
func (s step) taskNow(ctx context.Context, w desired.Task) (task.State, error) {
	entries, err := s.taskList(ctx, s.ch, s.lists, time.Now().Add(-freshFor))
	if err != nil {
		return task.State{}, err
	}
	return taskAmong(ctx, s.clients, w, entries)
}

// taskAmong returns our task among those listed, if it has the desired locations and mode: the task that it replaces does not.
func taskAmong(ctx context.Context, c client.Set, w desired.Task, entries []task.Entry) (task.State, error) {
	s := survey.NewReader(c.Only(w.Spec.Account))
	pl := transfer.Place{Account: w.Spec.Account, Region: w.Spec.Region}
	for _, e := range entries {
		if e.Name == w.Spec.Name {
			s.ReadTask(ctx, pl, e.ARN)
		}
	}
	for arn, t := range s.Tasks {
		if op, _, _ := w.Diff(t, w.Spec.SourceLocationARN, w.Spec.DestinationLocationARN); op == plan.Replace {
			delete(s.Tasks, arn)
		}
	}
	if err := s.FirstError(); err != nil {
		return task.State{}, err
	}
	return s.OurTask(w)
}

// findLocation lists the Region's locations and looks for ours.
func findLocation(ctx context.Context, c client.Set, api client.DataSyncAPI, w desired.Location) (location.State, error) {
	entries, err := location.List(ctx, api)
	if err != nil {
		return location.State{}, err
	}
	return locationAmong(ctx, c, w, entries)
}

// findTask lists the Region's tasks and looks for ours.
func findTask(ctx context.Context, c client.Set, api client.DataSyncAPI, w desired.Task) (task.State, error) {
	entries, err := task.List(ctx, api)
	if err != nil {
		return task.State{}, err
	}
	return taskAmong(ctx, c, w, entries)
}
