package apply

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

func (s step) applyTask(ctx context.Context, w desired.Task) (plan.Status, error) {
	api, err := s.clients.DataSync(w.Spec.Account, w.Spec.Region)
	if err != nil {
		return plan.Failed, err
	}
	state, old, err := s.current.Snap.OurTasks(w)
	if err != nil {
		return plan.Failed, err
	}
	s.res.ARN = state.ARN
	if s.approved.Mode == plan.TearDown {
		return s.removeTask(ctx, api, state.ARN)
	}
	if waits := s.waitsFor(s.ch); waits != nil {
		return plan.Waiting, waits
	}
	t := w.Transfer
	w.Spec.SourceLocationARN, w.Spec.DestinationLocationARN = s.locationARN(t, plan.SourceSide), s.locationARN(t, plan.DestinationSide)
	op, lines, tags := w.Diff(state, w.Spec.SourceLocationARN, w.Spec.DestinationLocationARN)
	moved := snapshot.Elsewhere(w, state, old)
	if (op == plan.Replace || moved.Exists) && !s.approved.Settings.AllowReplace {
		return plan.Failed, &plan.StaleError{Change: s.ch.ID, Detail: "it must be replaced now, which the plan does not allow"}
	}
	switch op {
	case plan.Create, plan.Replace:
		w.Spec = w.Successor(desired.Predecessor(state, moved))
		if state.Exists {
			old = append([]task.State{state}, old...)
		}
		if replaced := s.current.Snap.Replaces(t, old); replaced != "" {
			w.Spec.Tags = maps.Clone(w.Spec.Tags)
			w.Spec.Tags[t.TagKey(transfer.TagReplaces)] = replaced
		}
		if status, err := s.createTask(ctx, api, w); err != nil || op == plan.Create {
			return status, err
		}
		return s.removeTask(ctx, api, state.ARN)
	}
	// Once the task logs to another group, only this tag says which one it had.
	key := t.TagKey(transfer.TagReplaces)
	if note := s.current.Snap.NoteLogGroup(t, state); slices.Contains(lines, desired.LogGroupLine) && note != state.Tags[key] {
		noted := w.Spec
		noted.Tags = map[string]string{key: note}
		in, err := noted.TagInput(state.ARN)
		if err := send(ctx, s, "datasync:TagResource", 0, api.TagResource, in, err); err != nil {
			return plan.Failed, err
		}
	}
	if desired.BeyondTags(lines) {
		in, err := w.Spec.UpdateFrom(state) // with the options in force: whether one left out keeps its value is not documented
		if err := send(ctx, s, "datasync:UpdateTask", 0, api.UpdateTask, in, err); err != nil {
			return plan.Failed, err
		}
	}
	w.Spec.Tags = tags
	in, err := w.Spec.TagInput(state.ARN)
	return ended(send(ctx, s, "datasync:TagResource", 0, api.TagResource, in, err))
}

// locationARN is the ARN of the location of the side, given or made by now.
func (r *run) locationARN(t *transfer.Transfer, side plan.Side) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := t.End(side)
	return cmp.Or(e.LocationARN, r.arns[transfer.ChangeID(t.TaskAccount, e.Region, plan.DataSyncLocation, t.Name+"/"+string(side))])
}

func (s step) createTask(ctx context.Context, api client.DataSyncAPI, w desired.Task) (plan.Status, error) {
	in, err := w.Spec.CreateInput()
	if err != nil {
		return plan.Failed, err
	}
	adopt := func(state task.State, err error) (bool, error) { return s.adopt(state.ARN, state.Exists, err) }
	budget := min(s.budgetFor(w.Transfer, plan.SourceSide), s.budgetFor(w.Transfer, plan.DestinationSide))
	err = s.retry(ctx, budget, func(ctx context.Context) error {
		if found, err := adopt(s.taskNow(ctx, w)); found || err != nil {
			return err
		}
		return s.once(ctx, func(ctx context.Context) error {
			out, err := api.CreateTask(ctx, in, noRetries)
			if err == nil {
				s.made(aws.ToString(out.TaskArn))
				s.keep(out)
			}
			return err
		}, func(ctx context.Context) (bool, error) { return adopt(findTask(ctx, s.clients, api, w)) })
	})
	if err != nil {
		return s.refused(w.Transfer, "", "datasync:CreateTask", err)
	}
	s.use(s.ch.ID) // the last look for twins need not wait until the task can be started
	if err := s.foreignARN(s.res.ARN); err != nil {
		return plan.Failed, err
	}
	return s.available(ctx, api, w.Transfer)
}

// available waits until the task can be started, within the settle budget.
func (s step) available(ctx context.Context, api client.DataSyncAPI, t *transfer.Transfer) (plan.Status, error) {
	start := time.Now()
	for attempt := 1; ; attempt++ {
		out, err := api.DescribeTask(ctx, &datasync.DescribeTaskInput{TaskArn: &s.res.ARN})
		if err == nil && out.Status != dstypes.TaskStatusCreating {
			if out.Status == dstypes.TaskStatusUnavailable {
				return s.refused(t, "", "datasync:CreateTask", errors.New("the task is unavailable: "+strings.TrimSpace(aws.ToString(out.ErrorCode)+" "+aws.ToString(out.ErrorDetail))))
			}
			return plan.Done, nil
		}
		d := patience.Delay(attempt)
		if time.Since(start)+d > s.opts.Settle || awserr.ConfigFlaw(err) != awserr.NoFlaw {
			s.res.Detail = "made; whether it can be started is not known yet"
			return plan.Done, nil
		}
		if patience.Sleep(ctx, d) != nil {
			return plan.Done, nil
		}
	}
}

func (s step) removeTask(ctx context.Context, api client.DataSyncAPI, arn string) (plan.Status, error) {
	if released, err := s.released(ctx, api, arn); released || err != nil {
		return ended(err)
	}
	if s.approved.Mode == plan.TearDown && s.approved.Settings.CancelRuns {
		if err := s.cancelRuns(ctx, api, arn); err != nil {
			return plan.Failed, s.callError("datasync:CancelTaskExecution", err)
		}
	}
	in, err := task.Spec{}.DeleteInput(arn)
	return ended(remove(ctx, s, "datasync:DeleteTask", api.DeleteTask, in, err))
}

// cancelRuns cancels the task's execution under way, and those queued behind it one after the other, until none is left or the budget is
// spent. A task that is gone has none.
func (s step) cancelRuns(ctx context.Context, api client.DataSyncAPI, arn string) error {
	backoff, cancelled := patience.NewBackoff(), ""
	for attempt := 1; ; attempt++ {
		state, err := task.Observe(ctx, api, arn)
		if err == nil {
			err = state.Unread[task.PartTask]
		}
		if err != nil || !state.Exists || state.Status != dstypes.TaskStatusRunning && state.Status != dstypes.TaskStatusQueued {
			return err
		}
		if last := state.LastExecutionARN; last != "" && last != cancelled {
			err := s.repeat(ctx, 0, func(ctx context.Context) error {
				out, err := api.CancelTaskExecution(ctx, &datasync.CancelTaskExecutionInput{TaskExecutionArn: &last})
				if err == nil {
					s.keep(out)
				}
				return err
			})
			if err != nil && !awserr.Is(err, "InvalidRequestException") { // it has ended meanwhile, or is being cancelled
				return err
			}
			cancelled = last
		}
		if !s.pause(ctx, attempt, backoff, s.opts.Budget, errors.New("the execution is being cancelled")) {
			return errors.New("the task still runs: wait for its executions to end")
		}
	}
}
