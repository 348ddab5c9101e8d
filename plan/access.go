package plan

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/task"
)

// AccessTestError says that DataSync would not make a location or task, or start or finish a run, mostly because it could not reach a bucket,
// and what the plan had said of that.
type AccessTestError struct {
	Transfer  string
	Side      Side   // the end that it is about: by the message, or else the one that the plan doubts more; "" is not known
	Bucket    string // of that end, or of the manifest or report; "" is not known
	RoleARN   string // likewise; "" also if only a given location names it
	Cause     task.Cause
	Action    string   // what is likely not allowed, such as s3:ListBucket; "" is not known
	Verdict   Code     // what the plan said of that: CodeAllowed, CodeLimited, CodeDenied or CodeUndetermined; "" is nothing
	Statement string   // the statement that this verdict rests on; "" is none
	DependsOn []string // what would settle it, if it is CodeUndetermined
	Remedy    string   // the plan's
	Err       error
}

func (e *AccessTestError) meaning() task.Meaning {
	return task.Meaning{Cause: e.Cause, Side: string(e.Side), Action: e.Action}
}

// mayExplain reports whether findings about access may explain the message. A copy that cannot be read back to be verified counts as one that
// differs (assumed).
func mayExplain(m task.Meaning) bool {
	return m.Access() || m.Cause == task.CauseMismatch || m.Cause == task.CauseUnknown
}

// Error is one line: the end of the transfer, what was refused, and what the plan had said of it.
func (e *AccessTestError) Error() string {
	if !mayExplain(e.meaning()) {
		return text.Printable(fmt.Sprintf("transfer %s: datasync refused: %v", e.Transfer, e.Err))
	}
	what := "a bucket"
	if e.Bucket != "" {
		what = fmt.Sprintf("the %s as %s", strings.TrimSpace(string(e.Side)+" bucket "+e.Bucket), cmp.Or(e.RoleARN, "its location's role"))
	}
	return text.Printable(fmt.Sprintf("transfer %s: datasync could not reach %s (by its policies: %s): %v", e.Transfer, what, cmp.Or(e.Verdict, "not evaluated"), e.Err))
}

// Unwrap is the SDK's error, or that of the run.
func (e *AccessTestError) Unwrap() error { return e.Err }

// Hint names where to look, given the message and the plan's verdict.
func (e *AccessTestError) Hint() string {
	m := e.meaning()
	if !mayExplain(m) {
		return m.HintFor(e.RoleARN, e.Bucket)
	}
	verdict := ""
	switch e.Verdict {
	case CodeAllowed:
		verdict = "the policies that were read allow it" + text.By(e.Statement) + ": look at service and resource control policies, and keys, that were not"
	case CodeDenied, CodeLimited:
		verdict = "the plan found it denied" + text.By(e.Statement) + ": " + cmp.Or(e.Remedy, "change that statement")
	case CodeUndetermined:
		verdict = "settle what the plan's undetermined finding depends on" + text.Within(e.Statement)
		if len(e.DependsOn) > 0 {
			verdict += ": " + text.List(e.DependsOn, ", ")
		}
	}
	switch {
	case e.Cause == task.CauseUnknown:
		return text.Printable(cmp.Or(verdict, "see the message"))
	case verdict == "":
		return m.HintFor(e.RoleARN, e.Bucket)
	}
	return text.Printable(m.HintFor(e.RoleARN, e.Bucket) + "; " + verdict)
}
