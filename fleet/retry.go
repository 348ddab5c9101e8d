package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/task"
)

// toRetry reports whether there is to be a retry of a run that left objects behind.
func (s *session) toRetry(e *entry, out *task.Outcome) bool {
	left := out.Verdict == task.WithExceptions || out.Verdict == task.Failed
	return left && len(e.Earlier) < s.opts.Retries && e.transfer.Task.Report != nil && e.transfer.Retries != nil
}

// retries begins a retry.
func (s *session) retries(e *entry, out *task.Outcome) {
	e.place.retrying++
	n := len(e.Earlier) + 1
	s.do(func() func() {
		var st started
		st.execution, st.requested, st.err = s.retry(e, out, n, &st.words)
		return func() { s.retried(e, out, st) }
	})
}

// The times to wait for a report that is not written yet.
const (
	reportPause = 15 * time.Second
	reportLimit = 5 * time.Minute
)

// retry starts a run of what the one with the outcome left behind.
func (s *session) retry(e *entry, out *task.Outcome, n int, words *map[string]string) (*task.Execution, bool, error) {
	ctx, release := s.held()
	defer release()
	t := e.transfer
	api, err := s.clients.DataSync(out.ExecutionARN)
	if err != nil {
		return nil, false, err
	}
	objects, err := s.objects(e)
	if err != nil {
		return nil, false, err
	}
	var requested atomic.Bool
	for begun := time.Now(); ; {
		again, err := task.Retry(ctx, api, objects, out.ExecutionARN, *t.Task.Report, t.RetryManifest(), func(o *task.StartOptions) {
			s.startOptions(e, n, &requested, words)(o)
			before := o.Before
			o.Before = func(ctx context.Context) error { // it is not there yet: a run that has the token is taken whatever the time
				if !t.Until.IsZero() && !time.Now().Before(t.Until) {
					return fmt.Errorf("transfer %s has ended: its Until %s has come", t.Name, t.Until.Format(time.RFC3339))
				}
				if err := s.proved(e, o)(ctx); err != nil {
					return err
				}
				return before(ctx)
			}
		})
		var unwritten *task.RetryError
		pending := errors.As(err, &unwritten) && unwritten.Outcome != nil && unwritten.Outcome.Report.Status == dstypes.PhaseStatusPending
		if !pending && !awserr.Passing(err) || time.Since(begun) > reportLimit || patience.Sleep(s.work, reportPause) != nil {
			return again, requested.Load(), err
		}
	}
}

// proved returns the proof of whose the objects will be, as [xacct.Plan.Start] takes it.
func (s *session) proved(e *entry, o *task.StartOptions) func(context.Context) error {
	if s.words(e, o.OwnershipConfirmed) != nil {
		return func(context.Context) error { return nil }
	}
	return xacct.VerifyOwnership(s.clients, e.transfer)
}

// objects is the client of the report and the manifest.
func (s *session) objects(e *entry) (task.ObjectsAPI, error) {
	if s.opts.Objects != nil {
		return s.opts.Objects(e.Transfer)
	}
	return s.clients.Objects(cmp.Or(e.transfer.Task.Report.Account, e.Account), e.Region)
}

// retried notes what became of a retry. Without one, the transfer has ended as its last run did.
func (s *session) retried(e *entry, out *task.Outcome, st started) {
	p := e.place
	p.retrying--
	var lost *task.LostStartError
	switch {
	case st.err == nil && st.execution != nil:
		p.seen.begun++
		p.running = append(p.running, e)
		if len(p.running) == 1 {
			p.next = time.Now().Add(s.opts.Every)
		}
		e.execution, e.stopping, e.unseen = st.execution, false, 0
		s.note(e, nil, func() {
			e.Earlier = append(slices.Clone(e.Earlier), out)
			e.Status, e.ExecutionARN, e.Found = "", st.execution.ARN(), !st.requested
		})
	case s.stopped() && st.err != nil: // its turn comes again when Run goes on, and finds the retry by its token if it was begun
		p.running = append(p.running, e)
	case errors.As(st.err, &lost):
		p.unknown++
		s.end(e, nil, func() { e.State, e.Earlier, e.Err = Unknown, append(slices.Clone(e.Earlier), out), st.err })
	default:
		s.over(e, out, nil, st.err)
	}
}
