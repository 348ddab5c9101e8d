package task

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff is a pause that grows by half each time, up to a limit.
type backoff struct{ next, limit time.Duration }

func newBackoff(first, limit time.Duration) *backoff { return &backoff{min(first, limit), limit} }

// wait pauses, with a jitter of a fifth in either direction, so that callers that started together do not stay in step. It returns an error
// if ctx is done.
func (b *backoff) wait(ctx context.Context) error {
	timer := time.NewTimer(time.Duration(float64(b.next) * (0.8 + 0.4*rand.Float64())))
	defer timer.Stop()
	b.next = min(b.next+b.next/2, b.limit)
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
