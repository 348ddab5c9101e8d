package fleet

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/task"
)

// lookOnce asks once for the state of a run. Throttled and lost calls are repeated, as Watch does.
func lookOnce(ctx context.Context, e *task.Execution) (task.Progress, error) {
	for p, err := range e.Watch(ctx) {
		return p, err
	}
	return task.Progress{}, errors.New("no answer") // unreachable: Watch yields
}

// sight is what a look saw of one run.
type sight struct {
	entry    *entry
	listed   bool                        // a list had it, with the status
	status   dstypes.TaskExecutionStatus // of a run that the list had
	progress *task.Progress              // what DataSync said when asked for that run
	err      error
}

// mostUnseen is how many lists in a row may lack a run, because lists lag, before the run is asked for.
const mostUnseen = 3

// look looks at what runs in the place: by one list, if that takes fewer calls, and by asking for each run that has ended or that the list lacks; or by
// asking for each.
func (s *session) look(p *place, running []*entry) func() func() {
	budget, sights := p.seen.budget(len(running)), make([]*sight, len(running))
	one := running[0].execution.ARN()
	unseen := map[*entry]int{}
	for i, e := range running {
		sights[i] = &sight{entry: e}
		unseen[e] = e.unseen
	}
	return func() func() {
		var pages int
		var whole bool
		var err error
		if budget > 0 {
			pages, whole, err = s.listed(one, budget, sights)
		}
		if !awserr.Throttled(err) {
			s.ask(slices.DeleteFunc(slices.Clone(sights), func(g *sight) bool {
				return g.listed && !ended(g.status) || !g.listed && budget > 0 && whole && unseen[g.entry] < mostUnseen-1
			}))
		}
		return func() {
			p.looking, p.next = false, time.Now().Add(s.opts.Every)
			switch {
			case s.stopped() && err != nil:
			case awserr.Throttled(err):
				p.putOff(time.Now())
				p.next = time.Now().Add(max(s.opts.Every, p.pause))
			case err != nil:
				p.seen.denied = true
			case budget > 0:
				p.seen.listed(pages, whole)
			}
			for _, g := range sights {
				s.apply(g, budget > 0 && err == nil && whole)
			}
		}
	}
}

// listed fills in the statuses that a list shows, until it has shown all of them.
func (s *session) listed(arn string, budget int, sights []*sight) (pages int, whole bool, err error) {
	missing := map[string]*sight{}
	for _, g := range sights {
		missing[g.entry.execution.ARN()] = g
	}
	return s.list(arn, budget, func(run dstypes.TaskExecutionListEntry) bool {
		arn := aws.ToString(run.TaskExecutionArn)
		if g := missing[arn]; g != nil {
			g.listed, g.status = true, run.Status
			delete(missing, arn)
		}
		return len(missing) == 0
	})
}

// ask asks for each of the runs.
func (s *session) ask(sights []*sight) {
	slots := make(chan struct{}, looksAtOnce)
	var wg sync.WaitGroup
	for _, g := range sights {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			progress, err := lookOnce(s.work, g.entry.execution)
			if g.err = err; err == nil {
				g.progress = &progress
			}
		})
	}
	wg.Wait()
}

// apply notes what a look saw of a run. whole is whether a list showed everything.
func (s *session) apply(g *sight, whole bool) {
	e := g.entry
	if g.err == nil {
		e.blind = time.Time{}
	}
	switch {
	case g.err != nil && s.stopped():
	case awserr.Passing(g.err) && time.Since(since(e.blind, time.Now())) < patient: // the next look may see it
		e.blind = since(e.blind, time.Now())
	case g.err != nil:
		s.leave(e)
		e.place.unknown++
		s.end(e, nil, func() { e.State, e.Err = Unknown, e.plan.Explain(e.Transfer, g.err) })
	case g.progress != nil:
		e.unseen = 0
		s.saw(e, *g.progress)
	case g.listed:
		e.unseen = 0
		e.stopping = e.stopping || g.status == dstypes.TaskExecutionStatusCancelling
		if e.Status != g.status {
			s.note(e, nil, func() { e.Status = g.status })
		}
	case whole:
		e.unseen++
	}
}

// leave takes the transfer out of those that run.
func (s *session) leave(e *entry) {
	e.place.running = slices.DeleteFunc(e.place.running, func(x *entry) bool { return x == e })
}

// saw notes what DataSync said of a run that it was asked for.
func (s *session) saw(e *entry, progress task.Progress) {
	e.stopping = e.stopping || progress.Status == dstypes.TaskExecutionStatusCancelling
	out := progress.Outcome
	if out == nil {
		s.note(e, &progress, func() { e.Status = progress.Status })
		return
	}
	if e.stopping && out.Verdict == task.Failed {
		out.Verdict = task.Cancelled // as Watch says of a run that it has seen being cancelled
	}
	if s.toRetry(e, out) {
		if s.stopped() { // its turn comes when Run goes on
			return
		}
		s.leave(e)
		s.retries(e, out)
		return
	}
	s.leave(e)
	s.over(e, out, &progress, nil)
}

// over notes that the last run of a transfer has ended, and why it was not retried if it should have been.
func (s *session) over(e *entry, out *task.Outcome, saw *task.Progress, retry error) {
	var err error
	bad := out
	if out.Verdict == task.Complete {
		bad = leftOut(e.Earlier)
	}
	if bad != nil {
		err = e.plan.Explain(e.Transfer, &task.IncompleteError{Outcome: *bad})
		if retry != nil {
			err = text.Errorf("%w; not retried: %w", err, e.plan.Explain(e.Transfer, retry))
		}
	}
	if !s.opts.NoReceipts {
		s.ended = append(s.ended, e)
	}
	s.end(e, saw, func() { e.State, e.Status, e.Outcome, e.Err = Ended, out.Status, out, err })
}
