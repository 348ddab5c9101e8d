package xacct

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/xacct/xacct/internal/awserr"
)

// Delays grow from the first to the last by doubling, each with a fifth of jitter.
const (
	firstDelay = 500 * time.Millisecond
	lastDelay  = 4 * time.Second
)

// lookDelay is the longest between two looks for what is there already or soon: they cost little, and the settle budget is short.
const lookDelay = 1200 * time.Millisecond

// shortBudget is how long an undetermined verdict is given the benefit of the doubt.
const shortBudget = 20 * time.Second

func delay(attempt int) time.Duration {
	d := firstDelay << min(attempt-1, 10)
	d = min(d, lastDelay)
	return d + time.Duration((rand.Float64()-0.5)*0.4*float64(d))
}

// backoff is the time that the attempts at one thing have taken so far, by what they failed with: being throttled for a minute takes nothing of the
// time that a young role is given.
type backoff struct {
	last time.Time
	by   map[string]time.Duration
}

func newBackoff() *backoff { return &backoff{last: time.Now(), by: map[string]time.Duration{}} }

// over reports whether attempts that failed like this have taken more than the limit, with a wait of d, which is to follow if not.
func (s *backoff) over(limit, d time.Duration, err error) bool {
	class := "other"
	switch {
	case awserr.Throttled(err):
		class = "throttled"
	case awserr.Ambiguous(err):
		class = "ambiguous"
	case awserr.Propagation(err):
		class = "propagation"
	}
	now := time.Now()
	s.by[class] += now.Sub(s.last) + d
	s.last = now.Add(d)
	return s.by[class] > limit
}

// sleep waits unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// retry calls send until it succeeds, fails for good, or the budget is spent. What only time can mend is tried again: throttling, a
// concurrent configuration write, and, as far as the policies allow the call, the named errors of a young role or policy.
// A call that has begun is never cut off: ctx is looked at between calls.
func (r *run) retry(ctx context.Context, ch *Change, budget time.Duration, send func(context.Context) error) error {
	return r.attempts(ctx, ch, budget, 0, send)
}

// repeat is patiently for a call that does no harm when it is carried out twice. It also sends again what may or may not have been
// carried out.
func (r *run) repeat(ctx context.Context, ch *Change, budget time.Duration, send func(context.Context) error) error {
	return r.attempts(ctx, ch, budget, r.opts.Settle, send)
}

func (r *run) attempts(ctx context.Context, ch *Change, budget, unsure time.Duration, send func(context.Context) error) error {
	spent := newBackoff()
	for attempt := 1; ; attempt++ {
		if err := stopped(ctx); err != nil {
			return err
		}
		err := finish(ctx, send)
		if err == nil {
			return nil
		}
		limit := r.limit(err, budget)
		if awserr.Ambiguous(err) {
			limit = unsure
		}
		if !r.pause(ctx, ch, attempt, spent, limit, err) {
			return err
		}
	}
}

// limit is how long to try again what was refused with err; zero is not at all.
func (r *run) limit(err error, budget time.Duration) time.Duration {
	switch {
	case awserr.Throttled(err), awserr.Is(err, "OperationAborted", "OperationAbortedException", "ConcurrentModification"):
		return max(throttledFor, r.opts.Budget)
	case awserr.Propagation(err):
		return budget
	}
	return 0
}

// pause waits before the next attempt and says so. It reports whether there is to be one.
func (r *run) pause(ctx context.Context, ch *Change, attempt int, spent *backoff, limit time.Duration, err error) bool {
	d := delay(attempt)
	if spent.over(limit, d, err) {
		return false
	}
	r.emit(ch, Event{State: EventWaiting, Attempt: attempt, Delay: d, Detail: oneLine(err)})
	return sleep(ctx, d) == nil
}

// grace is how much longer than the context of an apply a call may take that has begun.
const grace = time.Minute

// withGrace is the context of calls that are not to be cut off: it ends a grace after ctx does.
func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if sleep(out, grace) == nil {
			cancel()
		}
	})
	return out, func() {
		stop()
		cancel()
	}
}

// finish makes a call that is not to be cut off.
func finish(ctx context.Context, call func(context.Context) error) error {
	held, release := withGrace(ctx)
	defer release()
	return call(held)
}

// stopped is the reason why no further call is to be made; nil if there is none.
func stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("stopped: %w", context.Cause(ctx))
}

// once sends a call that makes something and that AWS would carry out twice if it were sent twice. After an answer that leaves open
// whether it was carried out, it looks for the result until the settle budget is spent, and only then sends it again.
func (r *run) once(ctx context.Context, ch *Change, send func(context.Context) error, find func(context.Context) (bool, error)) error {
	const most = 3
	for attempt := 1; ; attempt++ {
		err := send(ctx)
		if err == nil || !awserr.Ambiguous(err) || attempt == most {
			return err
		}
		r.emit(ch, Event{State: EventWaiting, Attempt: attempt, Detail: "the answer was lost, looking for what it made: " + oneLine(err)})
		found, lookErr := r.settle(ctx, find)
		if found {
			return nil
		}
		if lookErr != nil {
			return errors.Join(err, lookErr)
		}
	}
}

// settle looks until it finds or the settle budget is spent. An error of the last look means that nothing is known. It looks at least once.
func (r *run) settle(ctx context.Context, find func(context.Context) (bool, error)) (bool, error) {
	start := time.Now()
	for attempt := 1; ; attempt++ {
		found := false
		err := finish(ctx, func(ctx context.Context) (err error) {
			found, err = find(ctx)
			return err
		})
		if found {
			return true, nil
		}
		d := min(delay(attempt), lookDelay)
		if time.Since(start)+d > r.opts.Settle {
			return false, err
		}
		if sleepErr := sleep(ctx, d); sleepErr != nil {
			return false, sleepErr
		}
	}
}
