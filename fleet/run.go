package fleet

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/xacct/xacct/task"
)

// Run starts and watches the transfers, and yields an event for each step. It returns once every transfer has ended, was not started or is held, and the
// receipts are written. An error comes last: an *[InterruptedError] if ctx has ended before, and an error if Run is under way already. How the
// transfers ended is no error here: see [Runner.Err].
//
// Leaving the loop stops watching, and so does the end of ctx. Neither cancels a run. Starts that were sent are waited for, at most a minute. Run may be
// called again, and goes on with what waits or runs, after the events that were not handed out. The body of the loop must return soon: nothing is started and nothing looked at meanwhile.
func (r *Runner) Run(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		r.mu.Lock()
		busy := r.active
		r.active = true
		r.mu.Unlock()
		if busy {
			yield(Event{}, errors.New("run "+r.opts.RunID+": it is under way already: leave its loop before you call Run again"))
			return
		}
		work, stop := context.WithCancelCause(ctx)
		s := &session{Runner: r, work: work, in: make(chan func()), events: r.pending}
		s.patientAnew()
		defer func() { // also if the body of the loop panics
			stop(errLeft)
			s.drain()
			r.mu.Lock()
			r.active, r.pending = false, s.events
			r.mu.Unlock()
		}()
		if !s.loop(ctx, yield) || ctx.Err() == nil {
			return
		}
		s.drain()
		if !s.yields(yield) {
			return
		}
		if err := s.interrupted(context.Cause(ctx)); err != nil {
			yield(Event{}, err)
		}
	}
}

// errLeft is why calls end after the loop was left.
var errLeft = errors.New("the loop over the run was left")

// session is one call of Run. One goroutine, that of the loop, changes the entries and places; others make the calls and hand it what to change.
type session struct {
	*Runner
	work   context.Context // ends with the loop
	in     chan func()
	busy   int // goroutines that will send to in
	events []Event
}

// do makes calls in another goroutine. What it returns is done by the loop.
func (s *session) do(calls func() func()) {
	s.busy++
	go func() { s.in <- calls() }()
}

// patientAnew forgets how long calls failed in an earlier loop.
func (s *session) patientAnew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.places {
		p.refused = time.Time{}
	}
	for _, e := range s.entries {
		e.refused, e.blind = time.Time{}, time.Time{}
	}
}

// loop is false if the body of the caller's loop has left it.
func (s *session) loop(ctx context.Context, yield func(Event, error) bool) bool {
	for {
		s.mu.Lock()
		s.schedule(time.Now())
		wake, finished := s.wake(), s.busy == 0 && s.finished()
		s.mu.Unlock()
		if !s.yields(yield) {
			return false
		}
		if finished || ctx.Err() != nil {
			return true
		}
		timer := time.NewTimer(time.Until(wake))
		select {
		case done := <-s.in:
			s.finish(done)
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

func (s *session) finish(done func()) {
	s.busy--
	s.mu.Lock()
	defer s.mu.Unlock()
	done()
}

// drain waits for the calls that are under way, and notes what became of them.
func (s *session) drain() {
	for s.busy > 0 {
		s.finish(<-s.in)
	}
}

// yields hands out the events. It is false if the loop was left.
func (s *session) yields(yield func(Event, error) bool) bool {
	for len(s.events) > 0 {
		e := s.events[0]
		s.events = s.events[1:]
		if !yield(e, nil) {
			return false
		}
	}
	return true
}

// note changes an entry, and makes the event. saw is what a look at its run saw, nil if there was none.
func (s *session) note(e *entry, saw *task.Progress, change func()) {
	s.counts.add(e.Row, -1)
	change()
	s.counts.add(e.Row, 1)
	s.events = append(s.events, Event{Row: e.Row, Progress: saw, Counts: s.counts})
}

// stopped reports whether nothing may be begun any more.
func (s *session) stopped() bool { return s.work.Err() != nil }

// startsAtOnce is how many starts are under way in one place, and looksAtOnce how many looks. DataSync does not tell its request rates.
const (
	startsAtOnce = 8
	looksAtOnce  = 8
)

// schedule begins what may begin now.
func (s *session) schedule(now time.Time) {
	if s.stopped() {
		return
	}
	for _, p := range s.places {
		if !p.looked {
			if !p.looking && !now.Before(p.paused) {
				p.looking = true
				s.do(s.underWay(p))
			}
			continue
		}
		if p.stuck(s.opts.MaxRunning) {
			s.giveUp(p)
		}
		for len(p.queue) > 0 && p.slots() < s.opts.MaxRunning && p.starting < startsAtOnce && !now.Before(p.paused) {
			e := p.queue[0]
			if !e.canary && (s.gate.waits > 0 || p.finding > 0 && !e.underWay) {
				break
			}
			p.queue = p.queue[1:]
			p.starting++
			s.do(s.start(e))
		}
		if !p.looking && len(p.running) > 0 && !now.Before(p.next) {
			p.looking = true
			s.do(s.look(p, slices.Clone(p.running)))
		}
	}
	s.record()
}

// giveUp notes that what waits in the place is not begun.
func (s *session) giveUp(p *place) {
	queue := p.queue
	p.queue, p.finding = nil, 0
	for _, e := range queue {
		if e.State == Waiting { // a canary's end may have held it back
			s.end(e, nil, func() {
				e.State, e.Err = NotStarted, &StuckError{Account: p.account, Region: p.region, Unknown: p.unknown, RunID: s.opts.RunID}
			})
		}
	}
}

// wake is when there is something to begin next, apart from what an answer brings.
func (s *session) wake() time.Time {
	wake := time.Now().Add(s.opts.Every)
	for _, p := range s.places {
		if len(p.running) > 0 && !p.looking && p.next.Before(wake) {
			wake = p.next
		}
		if len(p.queue) > 0 && p.paused.After(time.Now()) && p.paused.Before(wake) {
			wake = p.paused
		}
	}
	return wake
}

// finished reports whether no transfer waits or runs, and no receipt is to be written.
func (s *session) finished() bool {
	return s.counts.Waiting+s.counts.Running+len(s.ended) == 0
}

// interrupted is the error of a run whose context has ended; nil if nothing was left to do.
func (s *session) interrupted(cause error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.finished() {
		return nil
	}
	e := &InterruptedError{RunID: s.opts.RunID, Err: cause}
	for _, row := range s.entries {
		switch {
		case row.State == Running:
			e.Running = append(e.Running, row.Transfer)
		case row.State == Unknown, row.State == Waiting && row.lost > 0: // the answer to its start was lost
			e.Unknown = append(e.Unknown, row.Transfer)
		case row.State == Waiting:
			e.NotStarted = append(e.NotStarted, row.Transfer)
		}
	}
	for _, row := range s.ended {
		e.NoReceipt = append(e.NoReceipt, row.Transfer)
	}
	return e
}
