package patience

import (
	"context"
	"fmt"
	rand "math/rand/v2"
	"time"

	"github.com/xacct/xacct/internal/awserr"
)

// Delays grow from the first to the last by doubling, each with a fifth of jitter.
const (
	firstDelay = 500 * time.Millisecond
	lastDelay  = 4 * time.Second
)

// LookDelay is the longest between two looks for what is there already or soon: they cost little, and the settle budget is short.
const LookDelay = 1200 * time.Millisecond

// ShortBudget is how long an undetermined verdict is given the benefit of the doubt.
const ShortBudget = 20 * time.Second

func Delay(attempt int) time.Duration {
	d := firstDelay << min(attempt-1, 10)
	d = min(d, lastDelay)
	return d + time.Duration((rand.Float64()-0.5)*0.4*float64(d))
}

// Backoff is the time that the attempts at one thing have taken so far, by what they failed with: being throttled for a minute takes nothing of the
// time that a young role is given.
type Backoff struct {
	last time.Time
	by   map[string]time.Duration
}

func NewBackoff() *Backoff { return &Backoff{last: time.Now(), by: map[string]time.Duration{}} }

// Over reports whether attempts that failed like this have taken more than the limit, with a wait of d, which is to follow if not.
func (s *Backoff) Over(limit, d time.Duration, err error) bool {
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

// Sleep waits unless ctx ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// grace is how much longer than the context of an apply a call may take that has begun.
const grace = time.Minute

// WithGrace is the context of calls that are not to be cut off: it ends a grace after ctx does.
func WithGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if Sleep(out, grace) == nil {
			cancel()
		}
	})
	return out, func() {
		stop()
		cancel()
	}
}

// Finish makes a call that is not to be cut off.
func Finish(ctx context.Context, call func(context.Context) error) error {
	held, release := WithGrace(ctx)
	defer release()
	return call(held)
}

// Stopped is the reason why no further call is to be made; nil if there is none.
func Stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("stopped: %w", context.Cause(ctx))
}
