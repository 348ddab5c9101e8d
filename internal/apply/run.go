// Package apply makes the changes of a plan. [Run] reads AWS again, plans again, and makes every approved change as soon as what it requires is done.
//
// Three plans meet here: the approved one, which was given and may be old or edited; the current one, planned from what AWS holds now; and the current
// one as if nothing were blocked that was not blocked before, which tells an edit from a new block. A step makes one change. What is not as the
// approved plan read it is stale and is not touched.
package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/plantext"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Options are the settings of an apply. Every field may be zero.
type Options struct {
	OnEvent     func(plan.Event)
	Concurrency int
	Logger      *slog.Logger
	Budget      time.Duration
	Settle      time.Duration
	Grace       time.Duration
}

// validate reports negative options, each a *problem.Problem.
func (o Options) validate() error {
	return errors.Join(planner.CheckConcurrency(o.Concurrency), planner.CheckDuration("Budget", o.Budget, defaultBudget),
		planner.CheckDuration("Settle", o.Settle, defaultSettle), planner.CheckDuration("Grace", o.Grace, patience.Grace))
}

// run is one apply of a plan.
type run struct {
	readAt   time.Time // when AWS was read for this apply
	approved *planner.Plan
	current  *planner.Builder // what AWS holds now, and what is to be made of it
	findings findings         // those of current
	clients  client.Set
	opts     Options

	accounts         map[string]bool         // those that the approved plan has changes of
	changes          map[string]*plan.Change // of the fresh plan, by ID
	byAccount        map[string][]string     // of the desired bucket and key policies by change ID, see [desired.SharedPolicy]
	desired          desired.Set             // of the transfers that nothing blocks, neither when the plan was made nor now
	wanted           desired.Index           // the same by change ID
	currentUnblocked map[string]*plan.Change // by ID: what a fresh plan holds for the transfers that nothing blocked when the plan was made
	wantedUnblocked  desired.Index           // of those, by change ID
	approvedByID     map[string]*plan.Change // of the plan, by ID
	orphans          map[string]bool         // IDs of changes that delete what is ours and unused
	orphanRoles      func() map[string]desired.Role

	mu      sync.Mutex
	arns    map[string]string        // of locations and tasks, by change ID, as they are made
	fresh   map[string]bool          // IDs of the changes whose locations and tasks this apply has made, or found made
	ids     map[string]string        // unique ids of roles → ARNs, as they were read before the first change; never written to
	readIDs map[string]string        // the same, ARNs → unique ids
	newIDs  map[string]string        // ARNs of roles → unique ids that became known since, in place of those in ids
	newARNs map[string]string        // the same, unique ids → ARNs
	locks   map[string]chan struct{} // by bucket: S3 refuses concurrent configuration writes with OperationAborted
	results map[string]*plan.ChangeResult
	begun   map[string]chan struct{} // closed when a change has nothing left to wait for
	done    map[string]chan struct{} // closed when a change has ended
	sending map[string]chan struct{} // of a policy that others write too: closed as soon as it is written, at the latest when the change has ended
	usable  map[string]chan struct{} // closed as soon as what some of its dependants need is there: at the latest when it has ended

	readBacks map[string]readBack // by the ID of a policy's change: what was read after the last write

	lists    lists          // of what a create could make twice
	warnings []plan.Finding // of what was made twice all the same

	events chan struct{} // holds one: events come one at a time, and their receiver may sleep
}

const (
	defaultBudget = 2 * time.Minute
	defaultSettle = 30 * time.Second
)

// Run makes the changes of the plan that are not on hold. See xacct.Plan.Apply.
func Run(ctx context.Context, p *planner.Plan, c client.Set, o Options) (*plan.Result, error) {
	ctx = client.WithLogger(ctx, o.Logger)
	r, err := begin(ctx, p, c, o)
	if err != nil {
		return nil, err
	}
	ctx, release := patience.WithGrace(ctx, r.opts.Grace)
	defer release()
	var wg sync.WaitGroup
	for i := range p.Changes {
		ch := &p.Changes[i]
		if ch.Kind == plan.DataSyncLocation || ch.Kind == plan.DataSyncTask {
			wg.Go(func() { r.lookAhead(ctx, ch) })
		}
		wg.Go(func() {
			defer close(r.done[ch.ID])
			defer r.use(ch.ID)
			defer r.send(ch.ID)
			r.await(ch)
			close(r.begun[ch.ID])
			r.make(ctx, ch)
		})
	}
	wg.Go(func() { r.lookAgain(ctx) })
	wg.Wait()
	return r.result()
}

// begin checks the plan, reads AWS again, and plans again from what it reads.
func begin(ctx context.Context, p *planner.Plan, c client.Set, o Options) (*run, error) {
	if err := readable(p); err != nil {
		return nil, err
	}
	fs := planner.BlockingByTransfer(p.Findings)[""]
	err := errors.Join(o.validate(), c.Validate())
	if len(p.Transfers) > 0 || fs == nil { // the part of an account that the plan does not know has none
		err = errors.Join(err, planner.CheckInput(p.Transfers, p.Settings, "Settings."))
	}
	if err != nil {
		return nil, err
	}
	if fs != nil {
		return nil, &plan.BlockedError{Findings: fs}
	}
	if p.Mode == plan.TearDown {
		p.Transfers = transfer.WithoutAdoption(p.Transfers)
	}
	read, err := survey.ForPlan(ctx, p.Mode, c, p.Transfers, p.Settings, o.Concurrency, snapshot.NamedByPlan(p.Changes))
	if err != nil {
		return nil, err
	}
	read.ReadNamed(ctx, p.Transfers, p.Changes)
	r := newRun(p, read.Clients, o)
	r.readAt = time.Now()
	if err := r.replan(ctx, read.Snapshot, read.Callers, func(accounts []string) { read.ReadCallers(ctx, accounts) }); err != nil {
		return nil, err
	}
	planner.LogFindings(ctx, r.opts.Logger, r.current.Findings.List)
	if err := r.enlist(); err != nil {
		return nil, err
	}
	if err := r.cyclic(); err != nil {
		return nil, err
	}
	if err := r.edited(); err != nil {
		return nil, err
	}
	if err := r.refuseCaller(); err != nil {
		return nil, err
	}
	return r, nil
}

// newRun prepares an apply before AWS is read.
func newRun(p *planner.Plan, c client.Set, o Options) *run {
	o.Budget, o.Settle = cmp.Or(o.Budget, defaultBudget), cmp.Or(o.Settle, defaultSettle)
	o.Grace = cmp.Or(o.Grace, patience.Grace)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	r := &run{approved: p, approvedByID: byID(p.Changes), clients: c, opts: o, lists: newLists(p.Changes), accounts: accountsOf(p.Changes), arns: map[string]string{}, fresh: map[string]bool{}, locks: map[string]chan struct{}{},
		results: map[string]*plan.ChangeResult{}, begun: map[string]chan struct{}{}, done: map[string]chan struct{}{}, usable: map[string]chan struct{}{}, sending: map[string]chan struct{}{}, readBacks: map[string]readBack{}, events: make(chan struct{}, 1)}
	r.orphanRoles = sync.OnceValue(r.findOrphanRoles)
	return r
}

// replan plans from what AWS holds now. A transfer that is blocked only since the plan was made is planned once more without its block: that tells a
// plan whose text was edited from one whose transfer has become blocked. callers and readCallers are as in [planner.NewBuilder] and
// [planner.Builder.PlanAll], whose error it returns.
func (r *run) replan(ctx context.Context, snap *snapshot.Snapshot, callers map[string]string, readCallers func(accounts []string)) error {
	p, before := r.approved, planner.BlockingByTransfer(r.approved.Findings)
	without := func(blocked func(name string) bool) []*transfer.Transfer {
		return slices.DeleteFunc(slices.Clone(p.Transfers), func(t *transfer.Transfer) bool { return blocked(t.Name) })
	}
	r.current = planner.NewBuilder(p.Mode, snap, p.Transfers, p.Settings, callers)
	r.current.Held = map[string]bool{}
	for name := range before {
		r.current.Held[name] = true
	}
	if err := r.current.PlanAll(ctx, readCallers); err != nil {
		return err
	}
	blocked := r.current.Blocked()
	r.desired = snap.WithFormer(desired.Of(without(func(name string) bool { return blocked[name] })))
	r.wanted = desired.NewIndex(r.desired)
	r.byAccount = map[string][]string{}
	for _, w := range r.desired.Buckets {
		r.byAccount[w.ID()] = w.ByAccount
	}
	for _, w := range r.desired.Keys {
		r.byAccount[w.ID()] = w.ByAccount
	}
	r.ids, r.findings = r.current.Ids, newFindings(r.current.Findings.List)
	r.readIDs = make(map[string]string, len(r.ids))
	for id, arn := range r.ids {
		r.readIDs[arn] = id
	}
	r.changes, r.orphans = byID(r.current.Changes), r.current.Orphans
	for id, ch := range r.changes {
		if ch.Kind == plan.DataSyncLocation || ch.Kind == plan.DataSyncTask {
			r.arns[id] = ch.ARN
		}
	}
	r.currentUnblocked, r.wantedUnblocked = r.changes, r.wanted
	if len(blocked) > len(before) {
		unblocked := planner.NewBuilder(p.Mode, snap, p.Transfers, p.Settings, callers)
		unblocked.Plan(without(func(name string) bool { return before[name] != nil }))
		r.currentUnblocked, r.wantedUnblocked = byID(unblocked.Changes), desired.NewIndex(unblocked.Desired)
		maps.Copy(r.orphans, unblocked.Orphans)
	}
	return nil
}

// enlist prepares the record of each change of the plan.
func (r *run) enlist() error {
	for i := range r.approved.Changes {
		ch := &r.approved.Changes[i]
		if r.done[ch.ID] != nil {
			return &plan.MismatchError{Change: ch.ID, Detail: "it stands twice in the plan"}
		}
		r.begun[ch.ID], r.done[ch.ID], r.usable[ch.ID], r.sending[ch.ID] = make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
		r.results[ch.ID] = &plan.ChangeResult{ID: ch.ID, Account: ch.Account, Region: ch.Region, Kind: ch.Kind, Name: ch.Name, Transfers: ch.Transfers, Op: ch.Op, ARN: ch.ARN}
		if ch.Kind == plan.BucketPolicy || ch.Kind == plan.BucketOwnership {
			r.locks[ch.Name] = make(chan struct{}, 1)
		}
	}
	return nil
}

// readable checks the version and mode of a plan, which may come from elsewhere.
func readable(p *planner.Plan) error {
	if err := planner.CheckSchema(p.Schema); err != nil {
		return err
	}
	if p.Mode == plan.Drift {
		return &plan.DriftError{Use: "applied"}
	}
	if p.Mode != plan.SetUp && p.Mode != plan.TearDown {
		return &plan.MismatchError{Detail: fmt.Sprintf("its mode is %q", p.Mode)}
	}
	return nil
}

// accountsOf returns the accounts of the changes.
func accountsOf(changes []plan.Change) map[string]bool {
	out := map[string]bool{}
	for _, c := range changes {
		out[c.Account] = true
	}
	return out
}

// byID returns the changes by their IDs.
func byID(changes []plan.Change) map[string]*plan.Change {
	out := map[string]*plan.Change{}
	for i := range changes {
		out[changes[i].ID] = &changes[i]
	}
	return out
}

// result gathers how the changes ended, in the plan's order. Of the errors, that of a change which requires another failed one comes last: it may only follow
// from the other.
func (r *run) result() (*plan.Result, error) {
	out := &plan.Result{Warnings: r.warnings}
	r.noteHeld()
	var errs, later []error
	for i := range r.approved.Changes {
		ch := &r.approved.Changes[i]
		res := r.results[ch.ID]
		if res.ARN == "" {
			res.ARN = r.arns[res.ID]
		}
		r.noteStored(res)
		out.Changes = append(out.Changes, *res)
		var dependent *dependentError
		if res.Status == plan.Failed || res.Status == plan.Skipped && res.Err != nil && !errors.As(res.Err, &dependent) {
			if slices.ContainsFunc(ch.Requires, func(id string) bool { return r.results[id] != nil && r.results[id].Status == plan.Failed }) {
				later = append(later, res.Err)
			} else {
				errs = append(errs, res.Err)
			}
		}
	}
	failed := slices.Concat(errs, later)
	if done := made(out); len(failed) > 0 && len(done) > 0 {
		failed = append(failed, &plan.PartialError{Mode: r.approved.Mode, Changes: done})
	}
	return out, errors.Join(append(failed, r.blockedErrors()...)...)
}

// made are the IDs of the changes that were made.
func made(r *plan.Result) []string {
	var out []string
	for _, c := range r.Changes {
		if c.Status == plan.Done {
			out = append(out, c.ID)
		}
	}
	return out
}

// noteHeld adds to the results of changes that were not made because they are held back why that is so, and what would end it.
func (r *run) noteHeld() {
	var held []plan.Change
	for i := range r.approved.Changes {
		ch := &r.approved.Changes[i]
		res := r.results[ch.ID]
		var waits *plan.WaitingError
		switch {
		case res.Detail != "":
		case ch.Hold == plan.Reported && res.Status == plan.Unchanged && !r.current.CanRead(ch.Account):
			res.Detail = text.Printable(ch.Reason)
		case res.Status == plan.Waiting && errors.As(res.Err, &waits):
			res.Detail = text.Printable(waits.Error() + ": " + waits.Hint())
		case res.Status == plan.Skipped && res.Err == nil:
			c := *ch
			if now := r.changes[ch.ID]; now != nil && ch.Hold == "" {
				c = *now
				c.ID = ch.ID
			}
			held = append(held, c)
		}
	}
	for _, c := range plantext.Held(held, r.current.Findings.List) {
		r.results[c.ID].Detail = text.Printable("held back: " + c.Reason)
	}
}

// blockedErrors returns an error for each transfer of the plan that findings block, in the plan or by now.
func (r *run) blockedErrors() []error {
	now := planner.BlockingByTransfer(r.current.Findings.List)
	before := planner.BlockingByTransfer(r.approved.Findings)
	skipped := map[string]bool{} // by transfer
	for _, c := range r.approved.Changes {
		for _, name := range c.Transfers {
			skipped[name] = skipped[name] || r.results[c.ID].Status == plan.Skipped
		}
	}
	var errs []error
	for _, t := range r.approved.Transfers {
		if !skipped[t.Name] && before[t.Name] == nil { // what is blocked may have no changes, because they are not known
			continue
		}
		if fs := now[t.Name]; fs != nil {
			errs = append(errs, r.current.BlockedError(t.Name, fs))
		} else if fs := before[t.Name]; fs != nil {
			errs = append(errs, r.current.BlockedError(t.Name, fs))
		}
	}
	return errs
}
