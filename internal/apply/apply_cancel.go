package apply

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// cancelRuns cancels the task's execution under way, and those queued behind it one after the other, until none is left or the budget is
// spent. A task that is gone has none.
func (r *run) cancelRuns(ctx context.Context, ch *plan.Change, api client.DataSyncAPI, arn string, res *plan.ChangeResult) error {
	spent, cancelled := patience.NewBackoff(), ""
	for attempt := 1; ; attempt++ {
		state, err := task.Observe(ctx, api, arn)
		if err == nil {
			err = state.Unread[task.PartTask]
		}
		if err != nil || !state.Exists || state.Status != dstypes.TaskStatusRunning && state.Status != dstypes.TaskStatusQueued {
			return err
		}
		if last := state.LastExecutionARN; last != "" && last != cancelled {
			err := r.repeat(ctx, ch, 0, func(ctx context.Context) error {
				out, err := api.CancelTaskExecution(ctx, &datasync.CancelTaskExecutionInput{TaskExecutionArn: &last})
				if err == nil {
					keepRequestID(res, out.ResultMetadata)
				}
				return err
			})
			if err != nil && !awserr.Is(err, "InvalidRequestException") { // it has ended meanwhile, or is being cancelled
				return err
			}
			cancelled = last
		}
		if !r.pause(ctx, ch, attempt, spent, r.opts.Budget, errors.New("the execution is being cancelled")) {
			return errors.New("the task still runs: wait for its executions to end")
		}
	}
}
