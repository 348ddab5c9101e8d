package apply

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// step is one change while it is made, and what becomes of it.
type step struct {
	*run
	ch  *plan.Change
	res *plan.ChangeResult

	roleFor time.Duration // how long IAM may say that the role of the change does not exist, because it is new; 0 is not at all
}

// execute makes the change, which is due.
func (s step) execute(ctx context.Context) (plan.Status, error) {
	if s.orphans[s.ch.ID] {
		return s.removeOrphan(ctx)
	}
	switch s.ch.Kind {
	case plan.IAMRole:
		if w, ok := s.wanted.Roles[s.ch.ID]; ok {
			return s.applyRole(ctx, w)
		}
	case plan.BucketPolicy, plan.BucketOwnership:
		s.locks[s.ch.Name] <- struct{}{}
		defer func() { <-s.locks[s.ch.Name] }()
		if w, ok := s.wanted.Buckets[s.ch.ID]; ok {
			return s.applyPolicy(ctx, s.bucketTarget(w))
		}
		if w, ok := s.wanted.Ownerships[s.ch.ID]; ok {
			return s.applyOwnership(ctx, w)
		}
	case plan.KeyPolicy:
		if w, ok := s.wanted.Keys[s.ch.ID]; ok {
			return s.applyPolicy(ctx, s.keyTarget(w))
		}
	case plan.LogPolicy:
		if w, ok := s.wanted.Logs[s.ch.ID]; ok {
			return s.applyPolicy(ctx, s.logTarget(w))
		}
	case plan.LogGroup:
		if w, ok := s.wanted.LogGroups[s.ch.ID]; ok {
			return s.applyLogGroup(ctx, w)
		}
	case plan.DataSyncLocation:
		if w, ok := s.wanted.Locations[s.ch.ID]; ok {
			return s.applyLocation(ctx, w)
		}
	case plan.DataSyncTask:
		if w, ok := s.wanted.Tasks[s.ch.ID]; ok {
			return s.applyTask(ctx, w)
		}
	}
	return plan.Failed, &plan.MismatchError{Change: s.ch.ID, Detail: "the transfers do not ask for it"}
}

// callError puts an error into account, Region and operation; nil stays nil.
func (s step) callError(op string, err error) error {
	if err == nil {
		return nil
	}
	return &plan.CallError{Account: s.ch.Account, Region: s.ch.Region, Operation: op, Subject: s.ch.Name, Err: err}
}

// ended is Done, or Failed with the error.
func ended(err error) (plan.Status, error) {
	if err != nil {
		return plan.Failed, err
	}
	return plan.Done, nil
}

// keep keeps the AWS request id of a write. out is the SDK's output: each has a ResultMetadata.
func (s step) keep(out any) {
	m, _ := reflect.ValueOf(out).Elem().FieldByName("ResultMetadata").Interface().(middleware.Metadata)
	s.keepID(m)
}

func (s step) keepID(m middleware.Metadata) {
	if id, ok := awsmiddleware.GetRequestIDMetadata(m); ok && id != "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.res.RequestIDs = append(s.res.RequestIDs, id)
	}
}

// made remembers the ARN of the location or task that the change has made, or found made.
func (s step) made(arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arns[s.ch.ID], s.fresh[s.ch.ID] = arn, true
	s.res.ARN = arn
}

// send makes a call that does no harm when it is carried out twice, until it succeeds, fails for good, or the budget for what only time can mend
// is spent. The error of making the input comes with the input; a nil input is nothing to send.
func send[I, O, F any](ctx context.Context, s step, op string, budget time.Duration, call func(context.Context, *I, ...func(*F)) (*O, error), in *I, err error) error {
	if err == nil && in != nil {
		err = s.repeat(ctx, budget, func(ctx context.Context) error {
			out, err := call(ctx, in)
			if err == nil {
				s.keep(out)
			}
			return err
		})
	}
	return s.callError(op, err)
}

// remove is send for a deletion: what is not there is deleted.
func remove[I, O, F any](ctx context.Context, s step, op string, call func(context.Context, *I, ...func(*F)) (*O, error), in *I, err error) error {
	if err = send(ctx, s, op, 0, call, in, err); awserr.NotFound(err) {
		return nil
	}
	return err
}

// retry makes a call until it succeeds, fails for good, or the budget is spent. It is tried again after what only time can mend: throttling, a
// concurrent configuration write, and, within the budget, the named errors of a new role or policy. A call that has begun is never cut off: ctx
// is looked at between calls.
func (s step) retry(ctx context.Context, budget time.Duration, call func(context.Context) error) error {
	return s.attempts(ctx, budget, 0, call)
}

// repeat is retry for a call that does no harm when it is carried out twice: it is also made again if it is not known whether it was carried out.
func (s step) repeat(ctx context.Context, budget time.Duration, call func(context.Context) error) error {
	return s.attempts(ctx, budget, s.opts.Settle, call)
}

func (s step) attempts(ctx context.Context, budget, unsure time.Duration, call func(context.Context) error) error {
	backoff := patience.NewBackoff()
	for attempt := 1; ; attempt++ {
		if err := patience.Stopped(ctx); err != nil {
			return err
		}
		err := patience.Finish(ctx, call)
		if err == nil {
			return nil
		}
		limit := s.limit(err, budget)
		if awserr.Ambiguous(err) {
			limit = unsure
		}
		if !s.pause(ctx, attempt, backoff, limit, err) {
			return err
		}
	}
}

// limit is how long to try again after an error; zero is not at all.
func (s step) limit(err error, budget time.Duration) time.Duration {
	switch {
	case awserr.Throttled(err), awserr.Is(err, "OperationAborted", "OperationAbortedException", "ConcurrentModification"):
		return max(patience.ThrottledFor, s.opts.Budget)
	case awserr.NoRole(err):
		return s.roleFor
	case awserr.Propagation(err):
		return budget
	}
	return 0
}

// pause waits before the next attempt and says so. It reports whether there is to be one.
func (s step) pause(ctx context.Context, attempt int, backoff *patience.Backoff, limit time.Duration, err error) bool {
	d := patience.Delay(attempt)
	if backoff.Over(limit, d, err) {
		return false
	}
	s.emit(ctx, s.ch, plan.Event{State: plan.EventWaiting, Attempt: attempt, Delay: d, Detail: text.OneLine(err)}, err)
	return patience.Sleep(ctx, d) == nil
}

// once makes a call that AWS would carry out twice if it were sent twice. After an answer that leaves open whether it was carried out, it looks for
// the result until the settle budget is spent, and only then sends the call again.
func (s step) once(ctx context.Context, call func(context.Context) error, find func(context.Context) (bool, error)) error {
	const most = 3
	for attempt := 1; ; attempt++ {
		err := call(ctx)
		if err == nil || !awserr.Ambiguous(err) || attempt == most {
			return err
		}
		s.emit(ctx, s.ch, plan.Event{State: plan.EventWaiting, Attempt: attempt,
			Detail: "the answer was lost, looking for what it made: " + text.OneLine(err)}, err)
		found, lookErr := s.settle(ctx, find)
		if found {
			return nil
		}
		if lookErr != nil {
			return errors.Join(err, lookErr)
		}
	}
}

// settle looks until it finds, or the settle budget is spent. An error of the last look means that nothing is known. It looks at least once.
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
		if time.Since(start)+d > r.opts.Settle || awserr.ConfigFlaw(err) != awserr.NoFlaw {
			return false, err
		}
		if err := patience.Sleep(ctx, d); err != nil {
			return false, err
		}
	}
}

// foreignARN refuses an ARN that is not of the account and Region that it was asked for in.
func (s step) foreignARN(arn string) error {
	if !desired.IsIn(arn, s.ch.Account, s.ch.Region) {
		return &plan.IdentityError{Account: s.ch.Account, Err: fmt.Errorf("%s answered with %s", s.ch.ID, arn)}
	}
	return nil
}
