package task

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/problem"
)

// IfRunning says what Start does if a run of the task has not ended.
type IfRunning string

const (
	Queue      IfRunning = ""       // starts another, which waits its turn: DataSync runs one at a time, and refuses if the task does not queue
	AttachToIt IfRunning = "attach" // starts nothing and returns the run that has not ended
	Refuse     IfRunning = "refuse" // starts nothing and returns a *RunningError
)

// Values are all values.
func (IfRunning) Values() []IfRunning { return []IfRunning{Queue, AttachToIt, Refuse} }

var ruleIfRunning = problem.Rule{
	ID: "if-running", Text: "must be Queue, AttachToIt or Refuse",
	Remedy: "choose one; the zero value queues", Source: "xacct",
}

// RunningError says that nothing was started because a run of the task has not ended.
type RunningError struct {
	TaskARN, ExecutionARN string
	Status                dstypes.TaskExecutionStatus
}

// Error is one line: the task, the run and its status.
func (e *RunningError) Error() string {
	return fmt.Sprintf("starting %s: %s has not ended (%s)", e.TaskARN, e.ExecutionARN, e.Status)
}

// Hint names the next action.
func (e *RunningError) Hint() string {
	return "wait for that run, cancel it, or set IfRunning to queue behind it"
}

// SetBandwidth limits a run that is under way to bytes per second, or lifts the limit with Unlimited, within about a minute; the task keeps its own.
// DataSync refuses it for a run that waits in the queue or has ended.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/configure-bandwidth.html
func (e *Execution) SetBandwidth(ctx context.Context, bytesPerSecond int64) error {
	var l problem.List
	settings{options: Options{BytesPerSecond: bytesPerSecond}}.check(&l)
	l.Check(bytesPerSecond != 0, ruleBandwidth, "", "0")
	l.Under("", e.check())
	if err := l.Err(); err != nil {
		return err
	}
	_, err := e.api.UpdateTaskExecution(ctx, &datasync.UpdateTaskExecutionInput{TaskExecutionArn: &e.arn, Options: &dstypes.Options{BytesPerSecond: &bytesPerSecond}})
	if err != nil {
		return fmt.Errorf("setting the bandwidth of %s: %w", e.arn, err)
	}
	return nil
}

var ruleBandwidth = problem.Rule{
	ID: "bandwidth", Text: "must be at least 1 byte per second, or Unlimited",
	Remedy: "give a multiple of MiBPerSecond; to stop a run, cancel it", Source: optionsPage,
}
