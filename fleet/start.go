package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/task"
)

// underWay looks up which tasks of the place have a run that has not ended, so that those are found before anything else is begun: they count towards
// MaxRunning. A list that is longer than a call for each transfer is broken off, and what it did not show is found when the transfer's turn comes.
func (s *session) underWay(p *place) func() func() {
	tasks, one := map[string]*entry{}, ""
	for _, e := range p.queue {
		if e.taskARN != "" {
			tasks[e.taskARN], one = e, e.taskARN
		}
	}
	return func() func() {
		found := map[*entry]bool{}
		pages, whole, err := s.list(one, p.transfers, func(run dstypes.TaskExecutionListEntry) bool {
			if e := tasks[taskOf(aws.ToString(run.TaskExecutionArn))]; e != nil && !ended(run.Status) {
				found[e] = true
			}
			return false
		})
		return func() {
			p.looking = false
			switch {
			case s.stopped():
				return
			case awserr.Passing(err):
				p.putOff(time.Now())
				if p.pause < lastPause { // later again; in the end without
					return
				}
			case err == nil && whole:
				p.seen.listed(pages, true)
			}
			p.seen.denied = awserr.Denied(err)
			p.looked, p.finding = true, len(found)
			for e := range found {
				e.underWay = true
			}
			s.sort(p.queue)
		}
	}
}

// grace is how long calls that were sent may go on after the loop has ended.
const grace = time.Minute

// held is a context for calls that must not be cut off when the loop ends, because a start may be among them.
func (s *session) held() (context.Context, context.CancelFunc) {
	held, cancel := context.WithCancelCause(context.WithoutCancel(s.work))
	stop := context.AfterFunc(s.work, func() {
		timer := time.AfterFunc(grace, func() {
			cancel(fmt.Errorf("no answer within %s after the end of the loop: %w", grace, context.Canceled))
		})
		context.AfterFunc(held, func() { timer.Stop() })
	})
	return held, func() { stop(); cancel(nil) }
}

// mostLost is how often a start is sent again whose answer was lost, and patient how long calls are tried again that may succeed later: starts while the
// Region accepts none, those of one transfer that fail for another reason than throttling, and looks at one run.
const (
	mostLost = 3
	patient  = 30 * time.Minute
)

// started is what became of a start.
type started struct {
	execution *task.Execution
	requested bool              // the run was asked for here; else it was there already
	words     map[string]string // who confirmed the ownership of the objects
	progress  *task.Progress    // of a run that was there already
	err       error
}

// start starts the transfer, or finds the run that has its token.
func (s *session) start(e *entry) func() func() {
	return func() func() {
		ctx, release := s.held()
		defer release()
		var st started
		var requested atomic.Bool
		run, err := e.plan.Start(ctx, s.clients, e.result, e.Transfer, s.startOptions(e, 0, &requested, &st.words))
		st.err, st.requested = err, requested.Load()
		if err == nil {
			st.execution = run.Execution
			if !st.requested { // it may have ended
				if p, err := lookOnce(s.work, run.Execution); err == nil {
					st.progress = &p
				}
			}
		}
		return func() { s.begun(e, st) }
	}
}

// startOptions are the options of the n-th run of a transfer.
func (s *session) startOptions(e *entry, n int, requested *atomic.Bool, words *map[string]string) func(*task.StartOptions) {
	return func(o *task.StartOptions) {
		if s.opts.Start != nil {
			s.opts.Start(e.Transfer, o)
		}
		o.Token = s.token(e.Transfer, n)
		before, confirmed := o.Before, o.OwnershipConfirmed
		o.Before = func(ctx context.Context) error {
			if s.stopped() {
				return context.Cause(s.work)
			}
			if before != nil {
				if err := before(ctx); err != nil {
					return err
				}
			}
			*words = s.words(e, confirmed)
			requested.Store(true)
			return nil
		}
	}
}

// words says who confirmed the ownership of the objects, where nobody could look, as [xacct.Plan.Start] took it.
func (s *session) words(e *entry, confirmed map[string]string) map[string]string {
	d := e.transfer.Destination
	word := cmp.Or(confirmed[d.Bucket], s.plan.Settings.OwnershipReported(d.Account, d.Region, d.Bucket))
	if _, held := s.clients[d.Account]; held || d.Account == e.Account || word == "" {
		return nil
	}
	return map[string]string{d.Bucket: word}
}

// begun notes what became of a start.
func (s *session) begun(e *entry, st started) {
	p := e.place
	p.starting--
	var lost *task.LostStartError
	switch again := s.again(e, st.err); {
	case st.err == nil:
		p.pause, p.refused = 0, time.Time{}
		p.seen.begun++
		e.execution, e.words = st.execution, st.words
		s.found(e)
		p.running = append(p.running, e)
		if len(p.running) == 1 {
			p.next = time.Now().Add(s.opts.Every)
		}
		s.note(e, nil, func() { e.State, e.ExecutionARN, e.Found = Running, st.execution.ARN(), !st.requested })
		if st.progress != nil {
			s.saw(e, *st.progress)
		}
	case again:
		p.putOff(time.Now())
		at := 0
		if e.lost == 0 && !awserr.Throttled(st.err) && !e.canary && !e.underWay {
			at = len(p.queue) // what fails may be its bucket's owner's alone: the others go first
		}
		p.queue = slices.Insert(p.queue, at, e)
	case s.stopped() && (!st.requested || e.lost > 0 || errors.As(st.err, &lost) || errors.Is(st.err, context.Canceled) || awserr.Throttled(st.err)):
		if errors.As(st.err, &lost) {
			e.lost++
		}
		p.queue = slices.Insert(p.queue, 0, e) // the next start finds by its token what may have begun
	case e.lost > 0 || errors.As(st.err, &lost): // what refused this start says nothing of the one whose answer was lost
		p.unknown++
		s.found(e)
		s.end(e, nil, func() { e.State, e.Err = Unknown, st.err })
	default:
		s.found(e)
		s.end(e, nil, func() { e.State, e.Err = NotStarted, e.why(st.err) })
	}
}

// why puts the cause before the error of a start: what blocks the transfer in the plan, or for which account it waits. Where there is no task, the cause says
// all that matters.
func (e *entry) why(err error) error {
	var cause error
	findings := slices.DeleteFunc(slices.Clone(e.plan.Findings), func(f xacct.Finding) bool { return f.Severity != xacct.Blocking })
	var none *xacct.NoTaskError
	missing := errors.As(err, &none)
	switch {
	case len(findings) > 0:
		cause = &xacct.BlockedError{Transfer: e.Transfer, Findings: findings}
	case missing:
		cause = e.waits()
	}
	switch {
	case cause == nil:
		return err
	case missing:
		return cause
	}
	return text.Errorf("%w; %w", cause, err)
}

// waits is for which account the transfer waits; nil if it waits for none.
func (e *entry) waits() error {
	var out *xacct.WaitingError
	for _, c := range e.plan.Changes {
		if c.Hold == xacct.Handover && (out == nil || out.Account == c.Account) {
			if out == nil {
				out = &xacct.WaitingError{Account: c.Account}
			}
			out.Changes = append(out.Changes, c.ID)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// again reports whether a start is to be tried again: what refused it may pass, or its answer got lost. With its token it is found if it was carried out.
func (s *session) again(e *entry, err error) bool {
	var lost *task.LostStartError
	switch {
	case err == nil || s.stopped():
		return false
	case errors.As(err, &lost):
		e.lost++
		return e.lost <= mostLost
	case awserr.Passing(err):
		p, now := e.place, time.Now()
		p.refused = since(p.refused, now)
		if !awserr.Throttled(err) { // which concerns the whole Region, and so no transfer by itself
			e.refused = since(e.refused, now)
		}
		return now.Sub(p.refused) < patient && (e.refused.IsZero() || now.Sub(e.refused) < patient)
	}
	return false
}

// since is the time, or now if it is zero.
func since(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t
}

// found notes that the run that was under way before, if there was one, is known now.
func (s *session) found(e *entry) {
	if e.underWay {
		e.underWay = false
		e.place.finding--
	}
}

// end notes how a transfer ended, and opens the gate or holds back what waits behind it.
func (s *session) end(e *entry, saw *task.Progress, change func()) {
	s.note(e, saw, change)
	if !e.canary || s.gate.waits == 0 {
		return
	}
	s.gate.waits--
	if !e.Complete() {
		s.gate.bad = append(s.gate.bad, e.Transfer)
	}
	if s.gate.waits > 0 || len(s.gate.bad) == 0 {
		return
	}
	slices.Sort(s.gate.bad)
	for _, p := range s.places {
		for _, other := range p.queue {
			s.note(other, nil, func() { other.State, other.Err = Held, &GateError{Canaries: s.gate.bad} })
		}
		p.queue, p.finding = nil, 0
	}
}
