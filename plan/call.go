package plan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/task"
)

// CallError is a failed call, with the account, Region and operation it was made in. It unwraps to the SDK's error.
type CallError struct {
	Account, Region string
	Operation       string // as in IAM policies: s3:GetBucketPolicy
	Subject         string // the bucket, role, location or task
	Err             error
}

// Error is one line: the account, the Region, the operation, its subject and the cause.
func (e *CallError) Error() string {
	return text.Printable(fmt.Sprintf("%s: %s on %s: %v", where(e.Account, e.Region), e.Operation, e.Subject, e.Err))
}

// Unwrap is the SDK's error.
func (e *CallError) Unwrap() error { return e.Err }

// Hint names what to do about the kinds of refusal that a caller can mend; "" for others, and where the error that it wraps has a hint of its own.
func (e *CallError) Hint() string {
	config := hintOf(task.NewConfigError(e.Account, e.Region, e.Err))
	var own interface{ Hint() string }
	switch refusal, m := awserr.RefusalIn(awserr.Message(e.Err)), task.MeaningOf(e.Err); {
	case config != "":
		return config
	case errors.As(e.Err, &own) && own.Hint() != "":
		return ""
	case refusal.IsPublic:
		return text.Printable(fmt.Sprintf("let the owner of %s limit the statement that makes its policy public, or turn BlockPublicPolicy off for it and for account %s", e.subject(), e.Account))
	case refusal.Deny != "" && (awserr.Denied(e.Err) || awserr.Propagation(e.Err)):
		return text.Printable(refusal.Remedy("the caller in account "+e.Account, e.subject()))
	case strings.HasPrefix(e.Operation, "datasync:") && awserr.Propagation(e.Err): // policies are not what DataSync stores
		return text.Printable(m.Hint())
	case awserr.Denied(e.Err):
		return text.Printable(e.allow(refusal.Action))
	case awserr.Propagation(e.Err):
		return "see that the role named in the policy exists, and that the account that owns it has the Region enabled; a new role needs a minute"
	case awserr.Is(e.Err, "EntityAlreadyExists"): // who makes a role looks for it first, and takes one that is there
		return "plan again in a few minutes: " + e.Subject + " is there already, or was until a moment ago, and reads do not show it yet"
	case awserr.Throttled(e.Err):
		return "run again, with a smaller Concurrency"
	}
	return ""
}

// subject is the subject with the word for what it is, where the operation tells.
func (e *CallError) subject() string {
	switch service, _, _ := strings.Cut(e.Operation, ":"); service {
	case "s3":
		return "bucket " + e.Subject
	case "kms":
		return "key " + e.Subject
	}
	return e.Subject
}

// allow is the hint for a caller that is not allowed the action which the message names, or, if it names none, the operation.
func (e *CallError) allow(action string) string {
	what := e.Operation + " on " + e.Subject
	if action != "" && !strings.EqualFold(action, e.Operation) {
		what = fmt.Sprintf("%s, which %s needs,", action, e.Operation)
	}
	return fmt.Sprintf("allow %s to the caller in account %s (OperatorPolicy gives all that it needs), and look for policies that deny it", what, e.Account)
}
