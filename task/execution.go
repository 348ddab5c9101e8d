package task

import (
	"context"
	"errors"
	"iter"
	"time"
)

// TagRun is the tag key that carries the run token of an execution.
const TagRun = "xacct:run"

// StartOptions change one run of a task.
type StartOptions struct {
	Token    string            // the caller's run token, carried in the tag TagRun: a run that has it is found again, not started twice; "" makes up a random one
	Options  Options           // override the task's for this run; zero members leave them alone
	Includes []string          // replace the task's for this run; nil leaves them alone
	Excludes []string          // replace the task's for this run; nil leaves them alone
	Tags     map[string]string // of the execution, which does not inherit the task's
}

// Start starts a run of the task, or finds the one that has the token already.
func Start(ctx context.Context, api ExecutionAPI, taskARN string, optFns ...func(*StartOptions)) (*Execution, error) {
	return nil, errors.ErrUnsupported
}

// Attach is a handle on an execution that somebody started. It makes no call.
func Attach(api ExecutionAPI, executionARN string) *Execution {
	return &Execution{api: api, arn: executionARN}
}

// Execution is a handle on one run of a task.
type Execution struct {
	api ExecutionAPI
	arn string
}

// ARN is the execution's ARN.
func (e *Execution) ARN() string { return e.arn }

// WatchOptions say how often to look.
type WatchOptions struct {
	MinDelay time.Duration // before the second look; 0 is 2 seconds
	MaxDelay time.Duration // that the delay grows to; 0 is 30 seconds
}

// Watch yields what DescribeTaskExecution says until the run has ended.
func (e *Execution) Watch(ctx context.Context, optFns ...func(*WatchOptions)) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) { yield(Progress{}, errors.ErrUnsupported) }
}

// Wait watches the run to its end.
func (e *Execution) Wait(ctx context.Context, optFns ...func(*WatchOptions)) (*Outcome, error) {
	return nil, errors.ErrUnsupported
}

// Cancel asks DataSync to stop the run.
func (e *Execution) Cancel(ctx context.Context) error { return errors.ErrUnsupported }
