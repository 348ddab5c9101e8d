package task

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"

	"github.com/xacct/xacct/internal/absent"
)

// Current returns the run of the task that has not ended, of several one that is not queued; if there is none, the latest that DataSync knows. A task
// without a run is a *[NoRunError].
// https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTask.html
func Current(ctx context.Context, api ExecutionAPI, taskARN string) (*Execution, error) {
	if err := absent.Check("api", api, "datasync.NewFromConfig"); err != nil {
		return nil, err
	}
	s := starter{api: api, task: taskARN}
	running, err := s.running(ctx)
	if err != nil {
		return nil, startError(taskARN, fmt.Errorf("looking for a run that has not ended: %w", err))
	}
	if running != nil {
		return Attach(api, running.ExecutionARN), nil
	}
	out, err := api.DescribeTask(ctx, &datasync.DescribeTaskInput{TaskArn: &taskARN})
	if err != nil {
		return nil, startError(taskARN, fmt.Errorf("reading the task: %w", err))
	}
	if arn := aws.ToString(out.CurrentTaskExecutionArn); arn != "" {
		return Attach(api, arn), nil
	}
	return nil, &NoRunError{TaskARN: taskARN}
}

// NoRunError says that a task has no run that DataSync knows: it never ran, or not in the last 30 days.
// https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
type NoRunError struct{ TaskARN string }

// Error is one line: the task.
func (e *NoRunError) Error() string { return "task " + e.TaskARN + " has no run" }

// Hint names the next action.
func (e *NoRunError) Hint() string { return "start a run" }
