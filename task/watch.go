package task

import (
	"context"
	"errors"
	"iter"
	"net"
	"time"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/problem"
)

// WatchOptions say how often to ask DataSync for the state of a run. The delay grows by half each time, with a jitter of a fifth.
type WatchOptions struct {
	MinDelay time.Duration // delay before the second call; 0 is 5 seconds, less is an error
	MaxDelay time.Duration // maximum delay; 0 is 30 seconds, less is an error

	// CancelOnDone cancels the run if ctx is done before the run has ended; false lets the run go on. Leaving the loop never cancels the run.
	CancelOnDone bool

	// AcceptExisting is for runs with OverwriteMode NEVER: Wait returns a nil error also if the run did nothing worse than to skip objects that exist at the
	// destination. The verdict stays WithExceptions. That they exist has to be read in the task report of the run: a STANDARD report that lists what was
	// skipped, with Skipped or Level SUCCESSES_AND_ERRORS. If it does not show that, the error is an *ExistingError around the *IncompleteError. Wait waits up to
	// five minutes for a report that is not written yet. Watch does not read reports.
	AcceptExisting bool

	// Objects is a client for the Region of the report's bucket, and ReportAccount the account that must own that bucket; "" is the task's account. Both are
	// for AcceptExisting only. A nil Objects is an error only if a report is to be read.
	Objects       ObjectsAPI
	ReportAccount string
}

// watchOptions returns the options with the defaults of the delays filled in.
func watchOptions(optFns []func(*WatchOptions)) WatchOptions {
	var o WatchOptions
	option.Apply(&o, optFns)
	over(&o.MinDelay, 5*time.Second)
	over(&o.MaxDelay, 30*time.Second)
	return o
}

// check reports negative delays, an account of a wrong form and a client that is a nil pointer.
func (o WatchOptions) check() error {
	var l problem.List
	l.Check(o.MinDelay >= 0, ruleNotNegative, "MinDelay", o.MinDelay.String())
	l.Check(o.MaxDelay >= 0, ruleNotNegative, "MaxDelay", o.MaxDelay.String())
	l.Check(o.ReportAccount == "" || region.ValidAccount(o.ReportAccount), ruleDataAccount, "ReportAccount", o.ReportAccount)
	if o.Objects != nil {
		l.Under("", absent.Check("Objects", o.Objects, "s3.NewFromConfig"))
	}
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
	return e.watch(ctx, watchOptions(optFns))
}

func (e *Execution) watch(ctx context.Context, o WatchOptions) iter.Seq2[Progress, error] {
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
				err = text.Errorf("watching %s: %w", e.arn, configError(e.arn, err))
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
// verdict; see AcceptExisting for an exception. If watching failed, it returns a nil Outcome and the error of Watch.
func (e *Execution) Wait(ctx context.Context, optFns ...func(*WatchOptions)) (*Outcome, error) {
	o := watchOptions(optFns)
	for p, err := range e.watch(ctx, o) {
		switch {
		case err != nil:
			return nil, err
		case p.Outcome == nil:
		case p.Outcome.Verdict == Complete:
			return p.Outcome, nil
		case o.AcceptExisting && p.Outcome.onlySkipped():
			return p.Outcome, e.acceptExisting(ctx, o, p.Outcome)
		default:
			return p.Outcome, &IncompleteError{Outcome: *p.Outcome}
		}
	}
	return nil, errors.New("watching ended without an outcome") // unreachable: Watch ends with an outcome or an error
}
