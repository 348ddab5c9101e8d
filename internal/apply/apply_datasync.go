package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// noRetries switches the SDK's own retries off for calls that make something: they have no client token, so a second one makes a second.
func noRetries(o *datasync.Options) { o.Retryer = aws.NopRetryer{} }

func (r *run) arn(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.arns[id]
}

func (r *run) made(id, arn string, res *plan.ChangeResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arns[id] = arn
	res.ARN = arn
}

func (r *run) applyLocation(ctx context.Context, ch *plan.Change, w desired.Location, res *plan.ChangeResult) (plan.Status, error) {
	api, err := r.clients.DataSync(w.Spec.Account, w.Spec.Region)
	if err != nil {
		return plan.Failed, err
	}
	state, _, err := r.current.Snap.OurLocation(w)
	if err != nil {
		return plan.Failed, err
	}
	res.ARN = state.ARN
	if r.approved.Mode == plan.TearDown {
		return r.removeLocation(ctx, ch, api, state.ARN, res)
	}
	if !state.Exists {
		return r.createLocation(ctx, ch, api, w, res)
	}
	_, lines, tags := w.Diff(state)
	if note := r.current.Snap.NoteRoles(w, state.Tags, state.RoleARN); note != "" && state.RoleARN != w.Spec.RoleARN {
		spec := w.Spec
		spec.Tags = map[string]string{w.Transfer.TagKey(transfer.TagReplaces): note} // first, or nothing tells of the role once the location has another
		in, err := spec.TagInput(state.ARN)
		if err := r.tagResource(ctx, ch, api, in, err, res); err != nil {
			return ended(ch, "datasync:TagResource", err)
		}
	}
	if desired.BeyondTags(lines) {
		in, err := w.Spec.UpdateInput(state.ARN)
		if err == nil {
			err = r.repeat(ctx, ch, r.budgetFor(ch, w), func(ctx context.Context) error {
				out, err := api.UpdateLocationS3(ctx, in)
				if err == nil {
					keepRequestID(res, out.ResultMetadata)
				}
				return err
			})
		}
		if err != nil {
			return r.refused(ch, w.Transfer, w.Side, "datasync:UpdateLocationS3", err)
		}
	}
	w.Spec.Tags = tags
	in, err := w.Spec.TagInput(state.ARN)
	return ended(ch, "datasync:TagResource", r.tagResource(ctx, ch, api, in, err, res))
}

// tagResource sets tags on a location or task; a nil input sets none.
func (r *run) tagResource(ctx context.Context, ch *plan.Change, api client.DataSyncAPI, in *datasync.TagResourceInput, err error, res *plan.ChangeResult) error {
	if err != nil || in == nil {
		return err
	}
	return r.repeat(ctx, ch, 0, func(ctx context.Context) error {
		out, err := api.TagResource(ctx, in)
		if err == nil {
			keepRequestID(res, out.ResultMetadata)
		}
		return err
	})
}

func (r *run) createLocation(ctx context.Context, ch *plan.Change, api client.DataSyncAPI, w desired.Location, res *plan.ChangeResult) (plan.Status, error) {
	in, err := w.Spec.CreateInput()
	if err != nil {
		return plan.Failed, err
	}
	adopt := func(s location.State, err error) (bool, error) {
		if err != nil || !s.Exists {
			return false, err
		}
		r.made(ch.ID, s.ARN, res)
		res.Detail = "it was there already"
		return true, nil
	}
	look := func(ctx context.Context) (bool, error) { return adopt(findLocation(ctx, r.clients, api, w)) }
	err = r.retry(ctx, ch, r.budgetFor(ch, w), func(ctx context.Context) error {
		if found, err := adopt(r.locationNow(ctx, ch, w)); found || err != nil {
			return err
		}
		return r.once(ctx, ch, func(ctx context.Context) error {
			out, err := api.CreateLocationS3(ctx, in, noRetries)
			if err == nil {
				r.made(ch.ID, aws.ToString(out.LocationArn), res)
				keepRequestID(res, out.ResultMetadata)
			}
			return err
		}, look)
	})
	if err != nil {
		return r.refused(ch, w.Transfer, w.Side, "datasync:CreateLocationS3", err)
	}
	return plan.Done, r.foreignARN(ch, res.ARN)
}

// foreignARN refuses an ARN that is not of the account and Region it was asked for in.
func (r *run) foreignARN(ch *plan.Change, arn string) error {
	if !desired.IsIn(arn, ch.Account, ch.Region) {
		return &plan.IdentityError{Account: ch.Account, Err: fmt.Errorf("%s answered with %s", ch.ID, arn)}
	}
	return nil
}

// findLocation lists the Region's locations and looks for ours.
func findLocation(ctx context.Context, c client.Set, api client.DataSyncAPI, w desired.Location) (location.State, error) {
	entries, err := location.List(ctx, api)
	if err != nil {
		return location.State{}, err
	}
	return locationAmong(ctx, c, w, entries)
}

// budgetFor is how long the named errors of a young role or policy are retried: as long as the policies allow the access, shortly while
// they leave it open, and not at all if they deny it or another operator has still to act.
func (r *run) budgetFor(ch *plan.Change, w desired.Location) time.Duration {
	if r.waitsFor(ch) != nil {
		return 0
	}
	switch r.verdict(w) {
	case plan.CodeAllowed:
		return r.opts.Budget
	case plan.CodeDenied:
		return 0
	}
	return min(patience.ShortBudget, r.opts.Budget)
}

// verdict is the worst of what the fresh plan found about one side of a transfer.
func (r *run) verdict(w desired.Location) plan.Code {
	worst := ""
	for _, f := range r.current.Findings.List {
		if f.Transfer != w.Transfer.Name || f.Side != w.Side {
			continue
		}
		switch {
		case f.Code == plan.CodeDenied, f.Code == plan.CodeUndetermined && worst != plan.CodeDenied, f.Code == plan.CodeAllowed && worst == "":
			worst = f.Code
		}
	}
	return worst
}

// refused ends a location, or with side "" a task, that DataSync would not make. While another account's operator has still to act, it waits.
func (r *run) refused(ch *plan.Change, t *transfer.Transfer, side plan.Side, op string, err error) (plan.Status, error) {
	switch task.MeaningOf(err).Cause {
	case task.CauseUnknown, task.CauseDenied, task.CauseThrottled: // these are not DataSync's own
		if !awserr.Propagation(err) {
			return ended(ch, op, err)
		}
	}
	if waits := r.waitsFor(ch); waits != nil && awserr.Propagation(err) {
		return plan.Waiting, waits
	}
	return ended(ch, op, check.AccessError(r.current.Findings.List, t, side, err))
}

func (r *run) removeLocation(ctx context.Context, ch *plan.Change, api client.DataSyncAPI, arn string, res *plan.ChangeResult) (plan.Status, error) {
	in, err := location.Spec{}.DeleteInput(arn)
	if err == nil {
		err = r.repeat(ctx, ch, 0, func(ctx context.Context) error {
			out, err := api.DeleteLocation(ctx, in)
			if err == nil {
				keepRequestID(res, out.ResultMetadata)
			}
			return guard.UnlessGone(err)
		})
	}
	return ended(ch, "datasync:DeleteLocation", err)
}

func (r *run) applyTask(ctx context.Context, ch *plan.Change, w desired.Task, res *plan.ChangeResult) (plan.Status, error) {
	api, err := r.clients.DataSync(w.Spec.Account, w.Spec.Region)
	if err != nil {
		return plan.Failed, err
	}
	state, old, err := r.current.Snap.OurTasks(w)
	if err != nil {
		return plan.Failed, err
	}
	res.ARN = state.ARN
	if r.approved.Mode == plan.TearDown {
		return r.removeTask(ctx, ch, api, state.ARN, res)
	}
	if waits := r.waitsFor(ch); waits != nil {
		return plan.Waiting, waits
	}
	t := w.Transfer
	w.Spec.SourceLocationARN = cmp.Or(t.Source.LocationARN, r.arn(transfer.ChangeID(w.Spec.Account, t.Source.Region, plan.DataSyncLocation, t.Name+"/"+string(plan.SourceSide))))
	w.Spec.DestinationLocationARN = cmp.Or(t.Destination.LocationARN, r.arn(transfer.ChangeID(w.Spec.Account, t.Destination.Region, plan.DataSyncLocation, t.Name+"/"+string(plan.DestinationSide))))
	op, lines, tags := w.Diff(state, w.Spec.SourceLocationARN, w.Spec.DestinationLocationARN)
	moved := snapshot.Elsewhere(w, state, old)
	if (op == plan.Replace || moved.Exists) && !r.approved.Settings.AllowReplace {
		return plan.Failed, &plan.StaleError{Change: ch.ID, Detail: "it must be replaced now, which the plan does not allow"}
	}
	switch op {
	case plan.Create, plan.Replace:
		w.Spec = w.Successor(desired.Predecessor(state, moved))
		if state.Exists {
			old = append([]task.State{state}, old...)
		}
		if left := r.current.Snap.Replaces(t, old); left != "" {
			w.Spec.Tags = maps.Clone(w.Spec.Tags)
			w.Spec.Tags[t.TagKey(transfer.TagReplaces)] = left
		}
		if status, err := r.createTask(ctx, ch, api, w, res); err != nil || op == plan.Create {
			return status, err
		}
		return r.removeTask(ctx, ch, api, state.ARN, res)
	}
	if desired.BeyondTags(lines) {
		in, err := w.Spec.UpdateFrom(state) // with the options in force: whether one left out keeps its value is not documented
		if err == nil {
			err = r.repeat(ctx, ch, 0, func(ctx context.Context) error {
				out, err := api.UpdateTask(ctx, in)
				if err == nil {
					keepRequestID(res, out.ResultMetadata)
				}
				return err
			})
		}
		if err != nil {
			return ended(ch, "datasync:UpdateTask", err)
		}
	}
	w.Spec.Tags = tags
	in, err := w.Spec.TagInput(state.ARN)
	return ended(ch, "datasync:TagResource", r.tagResource(ctx, ch, api, in, err, res))
}

func (r *run) createTask(ctx context.Context, ch *plan.Change, api client.DataSyncAPI, w desired.Task, res *plan.ChangeResult) (plan.Status, error) {
	in, err := w.Spec.CreateInput()
	if err != nil {
		return plan.Failed, err
	}
	adopt := func(s task.State, err error) (bool, error) {
		if err != nil || !s.Exists {
			return false, err
		}
		r.made(ch.ID, s.ARN, res)
		res.Detail = "it was there already"
		return true, nil
	}
	look := func(ctx context.Context) (bool, error) { return adopt(findTask(ctx, r.clients, api, w)) }
	budget := min(r.budgetFor(ch, desired.Location{Transfer: w.Transfer, Side: plan.SourceSide}), r.budgetFor(ch, desired.Location{Transfer: w.Transfer, Side: plan.DestinationSide}))
	err = r.retry(ctx, ch, budget, func(ctx context.Context) error {
		if found, err := adopt(r.taskNow(ctx, ch, w)); found || err != nil {
			return err
		}
		return r.once(ctx, ch, func(ctx context.Context) error {
			out, err := api.CreateTask(ctx, in, noRetries)
			if err == nil {
				r.made(ch.ID, aws.ToString(out.TaskArn), res)
				keepRequestID(res, out.ResultMetadata)
			}
			return err
		}, look)
	})
	if err != nil {
		return r.refused(ch, w.Transfer, "", "datasync:CreateTask", err)
	}
	if err := r.foreignARN(ch, res.ARN); err != nil {
		return plan.Failed, err
	}
	return r.available(ctx, ch, api, res)
}

// findTask lists the Region's tasks and looks for ours.
func findTask(ctx context.Context, c client.Set, api client.DataSyncAPI, w desired.Task) (task.State, error) {
	entries, err := task.List(ctx, api)
	if err != nil {
		return task.State{}, err
	}
	return taskAmong(ctx, c, w, entries)
}

// available waits until the task can be started, within the settle budget.
func (r *run) available(ctx context.Context, ch *plan.Change, api client.DataSyncAPI, res *plan.ChangeResult) (plan.Status, error) {
	start := time.Now()
	for attempt := 1; ; attempt++ {
		out, err := api.DescribeTask(ctx, &datasync.DescribeTaskInput{TaskArn: &res.ARN})
		if err == nil && out.Status != dstypes.TaskStatusCreating {
			if out.Status == dstypes.TaskStatusUnavailable {
				return plan.Failed, &plan.CallError{Account: ch.Account, Region: ch.Region, Operation: "datasync:CreateTask", Subject: ch.Name,
					Err: errors.New("the task is unavailable: " + cmp.Or(aws.ToString(out.ErrorDetail), aws.ToString(out.ErrorCode)))}
			}
			return plan.Done, nil
		}
		d := patience.Delay(attempt)
		if time.Since(start)+d > r.opts.Settle {
			res.Detail = "made; whether it can be started is not known yet"
			return plan.Done, nil
		}
		if patience.Sleep(ctx, d) != nil {
			return plan.Done, nil
		}
	}
}

func (r *run) removeTask(ctx context.Context, ch *plan.Change, api client.DataSyncAPI, arn string, res *plan.ChangeResult) (plan.Status, error) {
	if r.approved.Mode == plan.TearDown && r.approved.Settings.CancelRuns {
		if err := r.cancelRuns(ctx, ch, api, arn, res); err != nil {
			return ended(ch, "datasync:CancelTaskExecution", err)
		}
	}
	in, err := task.Spec{}.DeleteInput(arn)
	if err == nil {
		err = r.repeat(ctx, ch, 0, func(ctx context.Context) error {
			out, err := api.DeleteTask(ctx, in)
			if err == nil {
				keepRequestID(res, out.ResultMetadata)
			}
			return guard.UnlessGone(err)
		})
	}
	return ended(ch, "datasync:DeleteTask", err)
}
