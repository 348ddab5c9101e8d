package task

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/problem"
)

// Execution is a handle on one run of a task. It is safe for concurrent use.
type Execution struct {
	api          ExecutionAPI
	arn          string
	requestID    string      // AWS's request id of the call that started the run; "" if this process did not start it
	notRetriable []string    // keys that Retry left out, because DataSync skips them
	cancelled    atomic.Bool // this handle asked for Cancel, even if the response got lost, or saw the run being cancelled
}

// Attach returns a handle on an execution that was started earlier, by this process or another. It makes no call; a nil client or a wrong
// ARN is an error of the handle's methods.
func Attach(api ExecutionAPI, executionARN string) *Execution {
	return &Execution{api: api, arn: executionARN}
}

// ARN returns the execution's ARN; "" of a nil Execution, as Retry returns it where there is nothing to start.
func (e *Execution) ARN() string {
	if e == nil {
		return ""
	}
	return e.arn
}

// NotRetriable returns the keys, relative to the source location, of the objects that [Retry] left out of this run because DataSync skips them. It is
// nil if there are none, and of every execution that Retry has not just started.
func (e *Execution) NotRetriable() []string {
	if e == nil { // as of a Retry that had nothing to start
		return nil
	}
	return slices.Clone(e.notRetriable)
}

var ruleExecutionARN = problem.Rule{
	ID: "execution-arn", Text: "must be the ARN of an execution of a DataSync task",
	Remedy: "write it like arn:aws:datasync:eu-west-1:111122223333:task/task-0a1b2c3d4e5f67890/execution/exec-0a1b2c3d4e5f67890", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTaskExecution.html",
}

// check returns a problem of the handle: a missing client, or a wrong ARN.
func (e *Execution) check() error {
	if e == nil { // as of a Retry that had nothing to start
		e = &Execution{}
	}
	return errors.Join(absent.Check("api", e.api, "datasync.NewFromConfig"), checkExecutionARN(e.arn))
}

func checkExecutionARN(arn string) error {
	var l problem.List
	l.Check(executionShape.MatchString(arn), ruleExecutionARN, "", arn)
	return l.Err()
}

// Cancel asks DataSync to stop the run. That takes a while: Wait returns once the run has ended. Objects that were transferred stay. It is not
// an error if the run has ended or is being cancelled. A lost response is an error; if the run then ends as ERROR, its verdict is Cancelled.
func (e *Execution) Cancel(ctx context.Context) error {
	if err := e.check(); err != nil {
		return err
	}
	_, err := e.api.CancelTaskExecution(ctx, &datasync.CancelTaskExecutionInput{TaskExecutionArn: &e.arn})
	if err == nil {
		e.cancelled.Store(true)
		return nil
	}
	if awserr.Ambiguous(err) {
		e.cancelled.Store(true)
	}
	if awserr.Is(err, "InvalidRequestException") && !awserr.NotFound(err) { // DataSync has no more specific error for a run that cannot be cancelled
		out, lookErr := e.describe(ctx)
		switch {
		case lookErr == nil && out.Status == dstypes.TaskExecutionStatusCancelling:
			e.cancelled.Store(true)
			return nil
		case lookErr == nil && terminal(out.Status):
			return nil
		}
	}
	return text.Errorf("cancelling %s: %w", e.arn, configError(e.arn, err))
}

func (e *Execution) describe(ctx context.Context) (*datasync.DescribeTaskExecutionOutput, error) {
	return e.api.DescribeTaskExecution(ctx, &datasync.DescribeTaskExecutionInput{TaskExecutionArn: &e.arn})
}

// terminal reports whether a run with the status has ended. A run with an unknown status has not: AWS adds statuses between the others, as it did
// with CANCELLING and LAUNCHED.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/run-task.html
func terminal(s dstypes.TaskExecutionStatus) bool {
	return s == dstypes.TaskExecutionStatusSuccess || s == dstypes.TaskExecutionStatusError
}
