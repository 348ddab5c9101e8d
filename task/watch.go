package task

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"time"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/problem"
)

// WatchOptions say how often to ask DataSync for the state of a run. The delay grows by half each time, with a jitter of a fifth.
type WatchOptions struct {
	MinDelay time.Duration // delay before the second call; 0 is 5 seconds, less is an error
	MaxDelay time.Duration // maximum delay; 0 is 30 seconds, less is an error

	// CancelOnDone cancels the run if ctx is done before the run has ended; false lets the run go on. Leaving the loop never cancels the run.
	CancelOnDone bool
}

// check reports negative delays.
func (o WatchOptions) check() error {
	var l problem.List
	l.Check(o.MinDelay >= 0, ruleNotNegative, "MinDelay", o.MinDelay.String())
	l.Check(o.MaxDelay >= 0, ruleNotNegative, "MaxDelay", o.MaxDelay.String())
	return l.Err()
}

// cancelTimeout bounds the calls of CancelOnDone, which need a context of their own.
const cancelTimeout = 30 * time.Second

// maxLost is the number of consecutive calls that may fail before Watch gives up. Throttled calls do not count.
const maxLost = 10

// Watch asks DataSync repeatedly and yields the progress of the run until it has ended. The last Progress has the Outcome. Leaving the loop stops watching
// but not the transfer. An error comes last, with a zero Progress: ctx is done, DataSync refuses the call, or too many calls in a row fail or cannot
// reach DataSync. Throttling is not an error.
func (e *Execution) Watch(ctx context.Context, optFns ...func(*WatchOptions)) iter.Seq2[Progress, error] {
	var o WatchOptions
	option.Apply(&o, optFns)
	over(&o.MinDelay, 5*time.Second)
	over(&o.MaxDelay, 30*time.Second)
	return func(yield func(Progress, error) bool) {
		if err := errors.Join(e.check(), o.check()); err != nil {
			yield(Progress{}, err)
			return
		}
		w := watcher{execution: e}
		pause := newBackoff(o.MinDelay, o.MaxDelay)
		for lost := 0; ; {
			out, err := e.describe(ctx)
			switch {
			case ctx.Err() != nil && (err != nil || !terminal(out.Status)): // an end that was already seen is still reported
				err = context.Cause(ctx)
			case err == nil:
				lost = 0
				p := w.progress(out)
				if !yield(p, nil) || p.Outcome != nil {
					return
				}
			case awserr.Throttled(err):
				err = nil
			case awserr.ConfigFlaw(err) != awserr.NoFlaw:
			case (awserr.Ambiguous(err) || unreached(err)) && lost < maxLost:
				lost++
				err = nil
			}
			if err == nil {
				err = pause.wait(ctx)
			}
			if err != nil {
				err = fmt.Errorf("watching %s: %w", e.arn, configError(e.arn, err))
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

// unreached reports whether the call never left this machine: the name was not resolved, or the connection failed. The run is not affected by that.
func unreached(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

// Wait watches the run to its end. If the run has ended, it returns the Outcome, with a nil error for Complete and an *IncompleteError for every other
// verdict. If watching failed, it returns a nil Outcome and the error of Watch.
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
	return nil, errors.New("watching ended without an outcome") // unreachable: Watch ends with an outcome or an error
}
