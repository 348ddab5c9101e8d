package task

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
)

// IncompleteError says that a run ended with another verdict than Complete.
type IncompleteError struct{ Outcome Outcome }

// Error is one line: the execution, the verdict, the counts, and DataSync's error.
func (e *IncompleteError) Error() string {
	o := e.Outcome
	line := fmt.Sprintf("%s: %s", o.ExecutionARN, o.Verdict)
	if o.Verdict == WithExceptions {
		line += fmt.Sprintf(", %d failed, %d skipped", o.Counters.Failed(), o.Counters.Skipped)
	}
	for _, s := range []string{o.ErrorCode, strings.Join(strings.Fields(o.ErrorDetail), " ")} {
		if s != "" {
			line += ": " + s
		}
	}
	return text.Printable(line)
}

// Unwrap returns an *ExecutionError if DataSync gave an error code or detail, else nil.
func (e *IncompleteError) Unwrap() error {
	if e.Outcome.ErrorCode == "" && e.Outcome.ErrorDetail == "" {
		return nil
	}
	return &ExecutionError{Code: e.Outcome.ErrorCode, Detail: e.Outcome.ErrorDetail, Meaning: meaningOf(e.Outcome.ErrorCode + " " + e.Outcome.ErrorDetail)}
}

// Hint names the next action.
func (e *IncompleteError) Hint() string {
	o := e.Outcome
	if o.Verdict == Cancelled {
		return "start the task again: it goes on with what differs"
	}
	if x, ok := e.Unwrap().(*ExecutionError); ok {
		if other := o.unlike(x.Cause); other != "" {
			return other
		}
		if hint := x.Hint(); hint != hints[CauseUnknown] {
			return hint
		}
	}
	switch {
	case o.Verdict == WithExceptions && o.Report.Status == dstypes.PhaseStatusError:
		return "see the task's log group (/aws/datasync for an ENHANCED task) for what was left behind, restore archived objects, and start the task again: it goes on with what differs; " +
			"there is no report: " + hints[CauseReport]
	case o.Verdict == WithExceptions && o.Report.Status == "":
		return "see the task's log group (/aws/datasync for an ENHANCED task) for what was left behind, restore archived objects, and start the task again: it goes on with what differs; " +
			"a task report, which the run does not have, would list the objects"
	case o.Verdict == WithExceptions:
		return "see the task's report, or its log group (/aws/datasync for an ENHANCED task), for what was left behind, restore archived objects, and start the task again: it goes on with what differs"
	}
	return hints[CauseUnknown]
}

// ExecutionError is the error that DataSync reports for a run. [IncompleteError] wraps it.
type ExecutionError struct {
	Code, Detail string // as DataSync reports them; either may be ""
	Meaning
}

// Error is one line: the code and the detail.
func (e *ExecutionError) Error() string {
	return text.Printable(strings.Join(strings.Fields(e.Code+" "+e.Detail), " "))
}

// Hint names the next action.
func (e *ExecutionError) Hint() string {
	return cmp.Or(denyHint(e.Detail), e.Meaning.Hint())
}

// denyHint is what to do about an explicit Deny that a message names; "" if it names none. S3 and KMS refuse a role, and DataSync and IAM the caller.
func denyHint(message string) string {
	r := awserr.RefusalIn(message)
	if r.Action == "" || strings.HasPrefix(r.Action, "s3:") || strings.HasPrefix(r.Action, "kms:") {
		return text.Printable(r.Remedy("the location's role", "the bucket or key"))
	}
	return text.Printable(r.Remedy("the caller", ""))
}

// unlike is the hint for a cause whose usual hint is to set the task to what the run had already; "" if it is not.
func (o *Outcome) unlike(c Cause) string {
	enhanced := o.Mode == dstypes.TaskModeEnhanced
	switch {
	case c == CauseEndpoint && enhanced:
		return "see that the Regions of both locations are enabled in the task's account, and start the task again"
	case c == CauseMemory && enhanced:
		return "split the transfer by include filters or by manifests"
	case c == CauseLocked && o.Options.OverwriteMode == dstypes.OverwriteModeNever && o.Options.PreserveDeletedFiles != dstypes.PreserveDeletedFilesRemove:
		return "let the retention or legal hold of the object end, or write to another prefix: the task is not set to overwrite or delete"
	}
	return ""
}

// StartError says that DataSync refused to start a run. No run was started.
type StartError struct {
	TaskARN string
	Err     error
}

// startError is the StartError of a call in the task's account.
func startError(taskARN string, err error) error {
	return &StartError{TaskARN: taskARN, Err: configError(taskARN, err)}
}

// Error is one line: the task and the cause.
func (e *StartError) Error() string {
	return text.Printable(fmt.Sprintf("starting %s: %v", e.TaskARN, e.Err))
}

// Unwrap is the cause.
func (e *StartError) Unwrap() error { return e.Err }

// Meaning returns the meaning of DataSync's message. At the start of a run DataSync makes the same access tests as when a location is
// created.
func (e *StartError) Meaning() Meaning { return MeaningOf(e.Err) }

// Hint names the next action. It is that of the error of StartOptions.Before, if that has one.
func (e *StartError) Hint() string {
	var config *ConfigError
	var own interface{ Hint() string }
	m := e.Meaning()
	switch {
	case errors.As(e.Err, &own) && own.Hint() != "":
		return own.Hint()
	case errors.As(e.Err, &config):
		return config.Hint()
	case denyHint(awserr.Message(e.Err)) != "":
		return denyHint(awserr.Message(e.Err))
	case awserr.Denied(e.Err) && m.Action == "": // else S3 or KMS refused a role
		return "allow the caller datasync:StartTaskExecution and datasync:DescribeTask on the task, datasync:TagResource and datasync:ListTagsForResource on its executions, and datasync:ListTaskExecutions"
	case awserr.NotFound(e.Err):
		return "check that the client is one for the account and Region in the task's ARN"
	case m.Cause != CauseUnknown:
		return m.Hint()
	default:
		return "see the message, and start again"
	}
}

// LostStartError says that it is unknown whether a run was started: the response got lost, and searching for the run gave no answer.
type LostStartError struct {
	TaskARN string
	Token   string // run token, as given or generated
	Err     error
}

// Error is one line: the task, the token and the cause.
func (e *LostStartError) Error() string {
	return text.Printable(fmt.Sprintf("starting %s: a run with the token %s may or may not have begun: %s", e.TaskARN, e.Token, strings.ReplaceAll(e.Err.Error(), "\n", "; ")))
}

// Unwrap is the cause.
func (e *LostStartError) Unwrap() error { return e.Err }

// Hint names the next action.
func (e *LostStartError) Hint() string {
	const again = "call Start again with this token: it finds the run if there is one"
	var config *ConfigError
	if errors.As(e.Err, &config) {
		return text.Printable(config.Hint() + "; then " + again)
	}
	return again
}
