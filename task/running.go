package task

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/problem"
)

// IfRunning says what [Start] does if another run of the task has not ended. The zero value is Queue.
type IfRunning string

const (
	Queue      IfRunning = ""       // starts a run, which waits for the others; DataSync refuses it if the task has queueing disabled
	AttachToIt IfRunning = "attach" // starts nothing and returns the run that has not ended
	Refuse     IfRunning = "refuse" // starts nothing and returns a *RunningError
)

// Values returns all values.
func (IfRunning) Values() []IfRunning { return []IfRunning{Queue, AttachToIt, Refuse} }

var ruleIfRunning = problem.Rule{
	ID: "if-running", Text: "must be Queue, AttachToIt or Refuse",
	Remedy: "choose one; the zero value queues", Source: "xacct",
}

// RunningError says that Start started nothing because another run of the task has not ended.
type RunningError struct {
	TaskARN, ExecutionARN string
	Status                dstypes.TaskExecutionStatus
}

// Error is one line: the task, the run and its status.
func (e *RunningError) Error() string {
	return text.Printable(fmt.Sprintf("starting %s: %s has not ended (%s)", e.TaskARN, e.ExecutionARN, e.Status))
}

// Hint names the next action.
func (e *RunningError) Hint() string {
	return "wait for that run, cancel it, or set IfRunning to queue behind it"
}

// SetBandwidth limits a running execution to bytes per second, or removes the limit with [Unlimited]. It takes effect within about a minute and does not
// change the task. DataSync refuses it for a run that is queued or has ended.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/configure-bandwidth.html
func (e *Execution) SetBandwidth(ctx context.Context, bytesPerSecond int64) error {
	var l problem.List
	var options problem.List
	settings{options: Options{BytesPerSecond: bytesPerSecond}}.check(&options)
	for _, p := range problem.All(options.Err()) {
		p.Path = "" // the caller gave no Options
		l.Under("", p)
	}
	l.Check(bytesPerSecond != 0, ruleBandwidth, "", "0")
	l.Under("", e.check())
	if err := l.Err(); err != nil {
		return err
	}
	_, err := e.api.UpdateTaskExecution(ctx, &datasync.UpdateTaskExecutionInput{TaskExecutionArn: &e.arn, Options: &dstypes.Options{BytesPerSecond: &bytesPerSecond}})
	if err != nil {
		return text.Errorf("setting the bandwidth of %s: %w", e.arn, configError(e.arn, err))
	}
	return nil
}

var ruleBandwidth = problem.Rule{
	ID: "bandwidth", Text: "must be at least 1 byte per second, or Unlimited",
	Remedy: "give a multiple of MiBPerSecond; to stop a run, cancel it", Source: optionsPage,
}
