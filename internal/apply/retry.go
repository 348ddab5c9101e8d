package apply

import (
	"context"
	"errors"
	"time"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// retry calls send until it succeeds, fails for good, or the budget is spent. What only time can mend is tried again: throttling, a
// concurrent configuration write, and, as far as the policies allow the call, the named errors of a young role or policy.
// A call that has begun is never cut off: ctx is looked at between calls.
func (r *run) retry(ctx context.Context, ch *plan.Change, budget time.Duration, send func(context.Context) error) error {
	return r.attempts(ctx, ch, budget, 0, send)
}

// repeat is patiently for a call that does no harm when it is carried out twice. It also sends again what may or may not have been
// carried out.
func (r *run) repeat(ctx context.Context, ch *plan.Change, budget time.Duration, send func(context.Context) error) error {
	return r.attempts(ctx, ch, budget, r.opts.Settle, send)
}

func (r *run) attempts(ctx context.Context, ch *plan.Change, budget, unsure time.Duration, send func(context.Context) error) error {
	spent := patience.NewBackoff()
	for attempt := 1; ; attempt++ {
		if err := patience.Stopped(ctx); err != nil {
			return err
		}
		err := patience.Finish(ctx, send)
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
		return max(patience.ThrottledFor, r.opts.Budget)
	case awserr.Propagation(err):
		return budget
	}
	return 0
}

// pause waits before the next attempt and says so. It reports whether there is to be one.
func (r *run) pause(ctx context.Context, ch *plan.Change, attempt int, spent *patience.Backoff, limit time.Duration, err error) bool {
	d := patience.Delay(attempt)
	if spent.Over(limit, d, err) {
		return false
	}
	r.emit(ch, plan.Event{State: plan.EventWaiting, Attempt: attempt, Delay: d, Detail: text.OneLine(err)})
	return patience.Sleep(ctx, d) == nil
}

// once sends a call that makes something and that AWS would carry out twice if it were sent twice. After an answer that leaves open
// whether it was carried out, it looks for the result until the settle budget is spent, and only then sends it again.
func (r *run) once(ctx context.Context, ch *plan.Change, send func(context.Context) error, find func(context.Context) (bool, error)) error {
	const most = 3
	for attempt := 1; ; attempt++ {
		err := send(ctx)
		if err == nil || !awserr.Ambiguous(err) || attempt == most {
			return err
		}
		r.emit(ch, plan.Event{State: plan.EventWaiting, Attempt: attempt, Detail: "the answer was lost, looking for what it made: " + text.OneLine(err)})
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
		err := patience.Finish(ctx, func(ctx context.Context) (err error) {
			found, err = find(ctx)
			return err
		})
		if found {
			return true, nil
		}
		d := min(patience.Delay(attempt), patience.LookDelay)
		if time.Since(start)+d > r.opts.Settle {
			return false, err
		}
		if sleepErr := patience.Sleep(ctx, d); sleepErr != nil {
			return false, sleepErr
		}
	}
}
