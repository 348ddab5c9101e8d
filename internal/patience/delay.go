package patience

import (
	"context"
	rand "math/rand/v2"
	"time"
)

// Delay returns how long to wait after the given attempt, which counts from 1: the first delay, doubled with each attempt up to the last
// delay, with a fifth of jitter either way.
func Delay(attempt int) time.Duration {
	d := firstDelay << min(attempt-1, 10)
	d = min(d, lastDelay)
	return d + time.Duration((rand.Float64()-0.5)*0.4*float64(d))
}

const (
	firstDelay = 500 * time.Millisecond
	lastDelay  = 4 * time.Second
)

// LookDelay is the longest delay between two looks for something that exists already or will exist soon. It is short because a look costs
// little and the time that a change has to settle is short.
const LookDelay = 1200 * time.Millisecond

// Sleep waits for d and returns nil. If ctx ends first, it returns the cause of that at once.
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
