package task

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"time"

	"github.com/xacct/xacct/internal/awserr"
)

// WatchOptions say how often to look. The delay grows by half each time, give or take a fifth.
type WatchOptions struct {
	MinDelay time.Duration // before the second look; 0 is 5 seconds
	MaxDelay time.Duration // that the delay grows to; 0 is 30 seconds

	// CancelOnDone cancels the run if ctx ends before it: otherwise it goes on without anybody watching. Breaking off does not cancel.
	CancelOnDone bool
}

// cancelTimeout bounds the calls of CancelOnDone, which cannot be made in a context that is done.
const cancelTimeout = 30 * time.Second

// maxLost is how many looks in a row may be lost before Watch gives up. Throttled ones do not count.
const maxLost = 10

// Watch yields what DataSync says of the run, again and again until it has ended: the last Progress has its Outcome. Breaking off stops watching,
// not the transfer. An error comes last, with a zero Progress: ctx is done, DataSync refuses to tell, or it does not answer or cannot be reached again
// and again. Being throttled is not an error.
func (e *Execution) Watch(ctx context.Context, optFns ...func(*WatchOptions)) iter.Seq2[Progress, error] {
	var o WatchOptions
	for _, fn := range optFns {
		fn(&o)
	}
	over(&o.MinDelay, 5*time.Second)
	over(&o.MaxDelay, 30*time.Second)
	return func(yield func(Progress, error) bool) {
		if err := e.check(); err != nil {
			yield(Progress{}, err)
			return
		}
		w := watcher{execution: e}
		pause := newBackoff(o.MinDelay, o.MaxDelay)
		for lost := 0; ; {
			out, err := e.describe(ctx)
			switch {
			case ctx.Err() != nil && (err != nil || !terminal(out.Status)): // an end that has been seen is not thrown away
				err = context.Cause(ctx)
			case err == nil:
				lost = 0
				p := w.progress(out)
				if !yield(p, nil) || p.Outcome != nil {
					return
				}
			case awserr.Throttled(err):
				err = nil
			case (awserr.Ambiguous(err) || unreached(err)) && lost < maxLost:
				lost++
				err = nil
			}
			if err == nil {
				err = pause.wait(ctx)
			}
			if err != nil {
				err = fmt.Errorf("watching %s: %w", e.arn, err)
				if ctx.Err() != nil && o.CancelOnDone {
					fresh, stop := context.WithTimeout(context.WithoutCancel(ctx), cancelTimeout)
					err = errors.Join(err, e.Cancel(fresh))
					stop()
				}
				yield(Progress{}, err)
				return
			}
		}
	}
}

// unreached reports whether the call never left this machine: a name that was not resolved, or a connection that was not made. A run goes on meanwhile.
func unreached(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

// Wait watches the run to its end. The Outcome is there whenever the run has ended; the error is nil only for Complete, else an *IncompleteError.
// Without an Outcome the error is one of Watch.
func (e *Execution) Wait(ctx context.Context, optFns ...func(*WatchOptions)) (*Outcome, error) {
	for p, err := range e.Watch(ctx, optFns...) {
		switch {
		case err != nil:
			return nil, err
		case p.Outcome == nil:
		case p.Outcome.Verdict == Complete:
			return p.Outcome, nil
		default:
			return p.Outcome, &IncompleteError{Outcome: *p.Outcome}
		}
	}
	return nil, errors.New("watching ended without an outcome") // not reached: Watch ends with an outcome or an error
}
