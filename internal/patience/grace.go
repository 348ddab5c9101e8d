package patience

import (
	"context"
	"fmt"
	"time"
)

// WithGrace returns a context for calls that must not be cut off when ctx ends: it ends a minute later. The function releases it.
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

// grace is how long a call that has begun may go on after the context of its apply has ended.
const grace = time.Minute

// Finish makes one call under WithGrace: a write that has been sent is waited for even if ctx ends.
func Finish(ctx context.Context, call func(context.Context) error) error {
	held, release := WithGrace(ctx)
	defer release()
	return call(held)
}

// Stopped returns an error that says why no further call is to be made, which is that ctx has ended. It is nil while ctx goes on.
func Stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("stopped: %w", context.Cause(ctx))
}
