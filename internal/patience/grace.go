package patience

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Grace is how long a call that has begun may go on after the context of its apply has ended, unless [WithGrace] says otherwise.
const Grace = time.Minute

// graceKey is the key of the context that Hold looks at.
type graceKey struct{}

// WithGrace returns ctx with a grace for all calls that are made under it: together they go on for at most d after ctx has ended, however many follow
// one another. The function releases it.
func WithGrace(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	held, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if Sleep(held, d) == nil {
			cancel(fmt.Errorf("no answer within %s after the end of the apply's context: %w", d, context.Canceled))
		}
	})
	return context.WithValue(ctx, graceKey{}, held), func() {
		stop()
		cancel(nil)
	}
}

// Hold returns a context for calls that must not be cut off when ctx ends: it ends with the grace of ctx, the default one if ctx has none. The function
// releases it.
func Hold(ctx context.Context) (context.Context, context.CancelFunc) {
	release := func() {}
	end, ok := ctx.Value(graceKey{}).(context.Context)
	if !ok {
		var own context.Context
		own, release = WithGrace(ctx, Grace)
		end = own.Value(graceKey{}).(context.Context)
	}
	held, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(end, func() { cancel(context.Cause(end)) })
	return held, func() {
		stop()
		cancel(nil)
		release()
	}
}

// Finish makes one call under Hold: a write that has been sent is waited for even if ctx ends. Its error says so if it was not waited for any longer.
func Finish(ctx context.Context, call func(context.Context) error) error {
	held, release := Hold(ctx)
	defer release()
	return Late(held, call(held))
}

// Late adds to the error of a call that was cut off why held had ended.
func Late(held context.Context, err error) error {
	if held.Err() == nil || !errors.Is(err, held.Err()) {
		return err
	}
	return fmt.Errorf("%w: %w", context.Cause(held), err)
}

// Stopped returns an error that says why no further call is to be made, which is that ctx has ended. It is nil while ctx goes on.
func Stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("stopped: %w", context.Cause(ctx))
}
