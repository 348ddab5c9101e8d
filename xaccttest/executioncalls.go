package xaccttest

import (
	"context"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// queueQuota is how many executions of a task may wait in its queue.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
const queueQuota = 50

// historyQuota is how long DataSync keeps an execution after its end.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
const historyQuota = 30 * 24 * time.Hour

// forget removes the executions that ended longer ago than historyQuota.
func (r *syncRegion) forget(now time.Time) {
	old := func(e *execution) bool { return !e.ended.IsZero() && now.Sub(e.ended) > historyQuota }
	gone := len(r.executions)
	maps.DeleteFunc(r.executions, func(_ string, e *execution) bool { return old(e) })
	if len(r.executions) < gone {
		r.executionList.remove(old, 0)
	}
}

func (c *syncClient) StartTaskExecution(ctx context.Context, in *datasync.StartTaskExecutionInput, _ ...func(*datasync.Options)) (*datasync.StartTaskExecutionOutput, error) {
	return do(ctx, c.client, "StartTaskExecution", in, func(rq *request, in *datasync.StartTaskExecutionInput) (*datasync.StartTaskExecutionOutput, error) {
		tags, err := syncTags(in.Tags)
		if err != nil {
			return nil, err
		}
		t, err := rq.task("datasync:StartTaskExecution", *in.TaskArn, tagContext(tags, nil))
		if err != nil {
			return nil, err
		}
		if len(tags) > 0 {
			if err := rq.permit("datasync:TagResource", t.arn+"/execution/*", tagContext(tags, nil)); err != nil {
				return nil, err
			}
		}
		e, err := rq.newExecution(t, in, tags)
		if err != nil {
			return nil, err
		}
		for _, l := range []*locationState{t.source, t.destination} {
			if err := rq.cloud.probe(l, rq.now); err != nil {
				return nil, err
			}
		}
		rq.cloud.enqueue(e, rq.now)
		rq.cloud.advance(rq.now)
		return &datasync.StartTaskExecutionOutput{TaskExecutionArn: aws.String(e.arn)}, nil
	})
}

// newExecution checks that a run may start, and makes it with its options, filters, manifest and report.
func (rq *request) newExecution(t *taskState, in *datasync.StartTaskExecutionInput, tags map[string]string) (*execution, error) {
	e := &execution{extras: t.extras.over(in.ManifestConfig, in.TaskReportConfig),
		task: t, mode: t.mode, options: overlay(t.options, in.OverrideOptions), includes: t.includes, excludes: t.excludes,
		source: *t.source, destination: *t.destination, tags: tags, phases: rq.cloud.opts.Phases, requested: rq.now,
	}
	if in.Includes != nil {
		e.includes = in.Includes
	}
	if in.Excludes != nil {
		e.excludes = in.Excludes
	}
	for _, rules := range [][]dstypes.FilterRule{e.includes, e.excludes} {
		if err := checkFilters(rules); err != nil {
			return nil, err
		}
	}
	if err := checkOptions(t.mode, t.destination.class, e.options); err != nil {
		return nil, err
	}
	if err := rq.checkExtras(t, e.extras, e.includes, e.excludes); err != nil {
		return nil, err
	}
	switch {
	case t.status(rq.cloud, rq.now) == dstypes.TaskStatusCreating:
		return nil, invalidRequest("Task %s is being created.", t.arn)
	case len(t.queue) > 0 && e.options.TaskQueueing == dstypes.TaskQueueingDisabled:
		return nil, invalidRequest("Task %s has an execution in progress, and queueing is disabled.", t.arn)
	case rq.cloud.enhancedFull(t):
		return nil, invalidRequest("The account has reached the limit of %d concurrent Enhanced mode executions in this Region.", rq.cloud.opts.Quotas.EnhancedRuns)
	case len(t.queue) > queueQuota:
		return nil, invalidRequest("Task %s has %d executions in its queue already.", t.arn, queueQuota)
	}
	e.arn = t.arn + "/execution/exec-" + ids.Digest(17, "execution", t.arn, rq.cloud.serial.Next("execution", t.arn))
	return e, nil
}

// enhancedFull reports whether the task is ENHANCED and its account and Region have as many ENHANCED runs as the quota allows.
func (c *Cloud) enhancedFull(t *taskState) bool {
	quota := c.opts.Quotas.EnhancedRuns
	if quota == 0 || t.mode != dstypes.TaskModeEnhanced {
		return false
	}
	n := 0
	for _, e := range c.running {
		if e.mode == dstypes.TaskModeEnhanced && e.task.account == t.account && e.task.region == t.region {
			n++
		}
	}
	return n >= quota
}

// execution finds an execution of the client's account and Region, if the caller may act on it.
func (rq *request) execution(action, arn string) (*execution, error) {
	rq.here().forget(rq.now)
	e := rq.here().executions[arn]
	if err := rq.ownARN(arn); err != nil {
		return nil, err
	}
	var context map[string][]string
	if e != nil {
		context = resourceTagContext(e.tags, nil)
	}
	if err := rq.permit(action, arn, context); err != nil {
		return nil, err
	}
	if e == nil {
		return nil, invalidRequest("Task execution %s is not found.", arn)
	}
	return e, nil
}

func (c *syncClient) CancelTaskExecution(ctx context.Context, in *datasync.CancelTaskExecutionInput, _ ...func(*datasync.Options)) (*datasync.CancelTaskExecutionOutput, error) {
	return do(ctx, c.client, "CancelTaskExecution", in, func(rq *request, in *datasync.CancelTaskExecutionInput) (*datasync.CancelTaskExecutionOutput, error) {
		e, err := rq.execution("datasync:CancelTaskExecution", *in.TaskExecutionArn)
		if err != nil {
			return nil, err
		}
		if !e.ended.IsZero() || !e.cancelled.IsZero() {
			return nil, invalidRequest("Task execution %s is not in progress.", e.arn)
		}
		if e.launched.IsZero() {
			e.launched = rq.now // a cancelled run in the queue ends like one that had begun
		}
		e.cancelled = rq.now
		e.advance(rq.cloud, rq.now)
		return &datasync.CancelTaskExecutionOutput{}, nil
	})
}

// UpdateTaskExecution changes the bandwidth of a run in progress.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTaskExecution.html
func (c *syncClient) UpdateTaskExecution(ctx context.Context, in *datasync.UpdateTaskExecutionInput, _ ...func(*datasync.Options)) (*datasync.UpdateTaskExecutionOutput, error) {
	return do(ctx, c.client, "UpdateTaskExecution", in, func(rq *request, in *datasync.UpdateTaskExecutionInput) (*datasync.UpdateTaskExecutionOutput, error) {
		e, err := rq.execution("datasync:UpdateTaskExecution", *in.TaskExecutionArn)
		if err != nil {
			return nil, err
		}
		if !e.ended.IsZero() || !e.cancelled.IsZero() || e.launched.IsZero() {
			return nil, invalidRequest("Task execution %s is not in progress.", e.arn)
		}
		next := overlay(e.options, &dstypes.Options{BytesPerSecond: in.Options.BytesPerSecond})
		if err := checkOptions(e.mode, e.destination.class, next); err != nil {
			return nil, err
		}
		e.options = next
		return &datasync.UpdateTaskExecutionOutput{}, nil
	})
}

func (c *syncClient) ListTaskExecutions(ctx context.Context, in *datasync.ListTaskExecutionsInput, _ ...func(*datasync.Options)) (*datasync.ListTaskExecutionsOutput, error) {
	return do(ctx, c.client, "ListTaskExecutions", in, func(rq *request, in *datasync.ListTaskExecutionsInput) (*datasync.ListTaskExecutionsOutput, error) {
		if err := rq.permit("datasync:ListTaskExecutions", "*", nil); err != nil {
			return nil, err
		}
		if in.TaskArn != nil {
			if err := rq.ownARN(*in.TaskArn); err != nil {
				return nil, err
			}
			if rq.here().tasks[*in.TaskArn] == nil {
				return nil, invalidRequest("Sync task %s is not found.", *in.TaskArn)
			}
		}
		rq.here().forget(rq.now)
		var found []*execution
		for _, e := range rq.here().executionList.visible(in.NextToken == nil) {
			if in.TaskArn == nil || e.task.arn == *in.TaskArn {
				found = append(found, e)
			}
		}
		part, next, err := page(rq.cloud, rq.operation, found, in.NextToken, aws.ToInt32(in.MaxResults))
		if err != nil {
			return nil, invalidRequest("Invalid NextToken.")
		}
		out := &datasync.ListTaskExecutionsOutput{NextToken: stringOrNil(next)}
		for _, e := range part {
			out.TaskExecutions = append(out.TaskExecutions, dstypes.TaskExecutionListEntry{
				TaskExecutionArn: aws.String(e.arn), Status: e.status(), TaskMode: e.mode,
			})
		}
		return out, nil
	})
}

func (c *syncClient) DescribeTaskExecution(ctx context.Context, in *datasync.DescribeTaskExecutionInput, _ ...func(*datasync.Options)) (*datasync.DescribeTaskExecutionOutput, error) {
	return do(ctx, c.client, "DescribeTaskExecution", in, func(rq *request, in *datasync.DescribeTaskExecutionInput) (*datasync.DescribeTaskExecutionOutput, error) {
		e, err := rq.execution("datasync:DescribeTaskExecution", *in.TaskExecutionArn)
		if err != nil {
			return nil, err
		}
		return e.describe(), nil
	})
}
