package fleet

import (
	"cmp"
	"crypto/rand"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/task"
)

// Runner runs the transfers of one plan. Make one with [New]. Its methods may be called from several goroutines, Run from one at a time.
type Runner struct {
	plan    *xacct.Plan
	clients xacct.Clients
	opts    Options
	digest  string // of the plan

	mu      sync.Mutex // for what follows, and the members of entries and places
	active  bool       // Run is under way
	entries []*entry   // in the plan's order
	places  []*place   // in the order in which the plan comes to them
	counts  Counts
	gate    gate
	ended   []*entry // those that have no receipt yet

	recording bool    // receipts are being written
	pending   []Event // that the latest loop was left before
}

// entry is one transfer of the fleet.
type entry struct {
	Row
	place    *place
	transfer xacct.Transfer
	plan     *xacct.Plan   // that transfer alone, so that nothing is looked for in the whole plan
	result   *xacct.Result // likewise
	taskARN  string        // as the Result or the plan has it; "" if neither does
	canary   bool
	underWay bool // a run of its task had not ended before anything was begun

	execution *task.Execution
	words     map[string]string // who confirmed the ownership of the objects, by bucket
	stopping  bool              // CANCELLING was seen
	unseen    int               // lists in a row that did not have its run
	lost      int               // starts whose answers were lost
	refused   time.Time         // since which its starts fail in a way that may pass; zero if they do not
	blind     time.Time         // since which the looks at its run fail in such a way; zero if they do not
}

// gate keeps back what is not a canary.
type gate struct {
	waits int      // canaries that have not ended
	bad   []string // canaries that are not complete
}

// New makes a Runner of the transfers of a plan to set up. r is the Result of Apply. If it is nil or does not have a task, the task is looked up by its tags
// when it is to run, which takes a list of all tasks each time: give the Result. New makes no call to AWS. Its errors are [xacct.Problems] that name
// the field; of a plan of the mode [xacct.Drift] it is an *[xacct.DriftError].
func New(p *xacct.Plan, c xacct.Clients, r *xacct.Result, optFns ...func(*Options)) (*Runner, error) {
	var o Options
	option.Apply(&o, optFns)
	o.RunID = cmp.Or(o.RunID, rand.Text())
	o.Canaries, o.Sizes = slices.Clone(o.Canaries), maps.Clone(o.Sizes)
	if err := o.check(p); err != nil {
		return nil, err
	}
	o.Every = cmp.Or(o.Every, 30*time.Second)
	digest, err := p.Digest()
	if err != nil {
		return nil, err
	}
	run := &Runner{plan: p, clients: c, opts: o, digest: digest, gate: gate{waits: len(o.Canaries)}}
	run.fill(r)
	return run, nil
}

// fill makes the entries and the queues of their places.
func (r *Runner) fill(result *xacct.Result) {
	byName := map[string]*entry{}
	for _, t := range r.plan.Transfers {
		e := &entry{transfer: t, canary: slices.Contains(r.opts.Canaries, t.Name)}
		e.plan = &xacct.Plan{Schema: r.plan.Schema, Mode: r.plan.Mode, Settings: r.plan.Settings, Transfers: []xacct.Transfer{t}}
		e.Row = Row{Transfer: t.Name, State: Waiting, Account: cmp.Or(t.TaskAccount, t.Source.Account), Region: t.Destination.Region}
		byName[t.Name] = e
		r.entries = append(r.entries, e)
		r.counts.add(e.Row, 1)
	}
	for _, c := range r.plan.Changes {
		for _, name := range c.Transfers {
			e := byName[name]
			if e == nil {
				continue
			}
			e.plan.Changes = append(e.plan.Changes, c)
			if c.Kind == xacct.DataSyncTask && c.Op != xacct.Delete {
				e.Region, e.taskARN = c.Region, c.ARN
			}
		}
	}
	for _, f := range r.plan.Findings {
		if e := byName[f.Transfer]; e != nil {
			e.plan.Findings = append(e.plan.Findings, f)
		}
	}
	if result != nil {
		for _, c := range result.Changes {
			for _, name := range c.Transfers {
				if e := byName[name]; e != nil {
					if e.result == nil {
						e.result = &xacct.Result{}
					}
					e.result.Changes = append(e.result.Changes, c)
				}
			}
		}
	}
	places := map[[2]string]*place{}
	for _, e := range r.entries {
		e.taskARN = cmp.Or(e.result.TaskARN(e.Transfer), e.taskARN)
		key := [2]string{e.Account, e.Region}
		if places[key] == nil {
			places[key] = &place{account: e.Account, region: e.Region}
			r.places = append(r.places, places[key])
		}
		e.place = places[key]
		e.place.queue = append(e.place.queue, e)
	}
	for _, p := range r.places {
		r.sort(p.queue)
		p.transfers = len(p.queue)
	}
}

// sort puts the canaries first, then what runs already, then the smallest.
func (r *Runner) sort(queue []*entry) {
	rank := func(e *entry) int {
		switch {
		case e.canary:
			return 0
		case e.underWay:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(queue, func(a, b *entry) int {
		x, hasX := r.opts.Sizes[a.Transfer]
		y, hasY := r.opts.Sizes[b.Transfer]
		switch {
		case rank(a) != rank(b):
			return rank(a) - rank(b)
		case hasX && hasY:
			return cmp.Compare(x, y)
		case hasX != hasY && hasX:
			return -1
		case hasX != hasY:
			return 1
		}
		return 0
	})
}

// RunID is Options.RunID, or the one that New made.
func (r *Runner) RunID() string { return r.opts.RunID }

// Counts returns the numbers of transfers by state.
func (r *Runner) Counts() Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts
}

// Results returns a row for each transfer, in the plan's order.
func (r *Runner) Results() []Row {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Row, len(r.entries))
	for i, e := range r.entries {
		out[i] = e.Row
	}
	return out
}

// Table returns the rows as text for people, one below the other, with the counts as its last line.
func (r *Runner) Table() string { return table(r.Results(), r.Counts()) }

// Err is nil only if every transfer has ended and everything arrived. Otherwise it is an *[IncompleteError], which wraps the errors of the rows.
func (r *Runner) Err() error {
	var rows []Row
	for _, row := range r.Results() {
		if !row.Complete() {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return &IncompleteError{RunID: r.opts.RunID, Counts: r.Counts(), Rows: rows}
}

// token is the token of the n-th run of a transfer; the first is 0.
func (r *Runner) token(transfer string, n int) string {
	token := r.opts.RunID + "/" + transfer
	if n > 0 {
		token += "/retry-" + strconv.Itoa(n)
	}
	return token
}
