package plan

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/task"
)

// AccessTestError says that DataSync would not make a location or task, or start or finish a run, mostly because it could not reach a bucket,
// and what the plan had said of that.
type AccessTestError struct {
	Transfer  string
	Side      Side   // the end that it is about: by the message, or else the one that the plan doubts more; "" is not known
	Bucket    string // of that end, or of the manifest or report; "" is not known
	Of        string // "manifest" or "report" if the bucket is theirs and no end's; "" otherwise
	RoleARN   string // likewise; "" also if only a given location names it
	Cause     task.Cause
	Action    string    // what is likely not allowed, such as s3:ListBucket; "" is not known
	Verdict   Code      // what the plan said of that: CodeAllowed, CodeLimited, CodeDenied or CodeUndetermined; "" is nothing
	Statement string    // the statement that this verdict rests on; "" is none
	DependsOn []string  // what would settle it, if it is CodeUndetermined
	Ended     time.Time // the Until of the transfer, if it had come before the refusal: what other accounts allowed was over; zero otherwise
	Remedy    string    // the plan's: of that verdict or, if it is CodeAllowed, of a warning that tells why the access fails all the same
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
		whose := string(e.Side)
		if e.Of != "" {
			whose = e.Of + "'s"
		}
		who := cmp.Or(e.RoleARN, "its location's role")
		if e.Cause == task.CauseCaller {
			who = "whoever makes its location"
		}
		what = fmt.Sprintf("the %s as %s", strings.TrimSpace(whose+" bucket "+e.Bucket), who)
	}
	verdict := cmp.Or(e.Verdict, "not evaluated")
	if !e.Ended.IsZero() {
		verdict += ", and ended at " + e.Ended.UTC().Format(time.RFC3339)
	}
	return text.Printable(fmt.Sprintf("transfer %s: datasync could not reach %s (by its policies: %s): %v", e.Transfer, what, verdict, e.Err))
}

// Unwrap is the SDK's error, or that of the run.
func (e *AccessTestError) Unwrap() error { return e.Err }

// Hint names the next action, given the message and the plan's verdict. What would not help is left out: what the policies allow already, and to grant what
// a Deny forbids.
func (e *AccessTestError) Hint() string {
	m := e.meaning()
	message := m.HintFor(e.RoleARN, e.Bucket)
	if e.Cause == task.CauseLocation && e.Side != "" {
		message = "check the " + string(e.Side) + " location: its bucket, Region and role"
	}
	if !mayExplain(m) {
		return text.Printable(cmp.Or(e.Remedy, message))
	}
	if !e.Ended.IsZero() {
		return text.Printable(e.Remedy)
	}
	if deny := e.denial(); deny != "" {
		message = deny
	}
	hint := e.hint(message)
	if id := locationID.FindString(awserr.Message(e.Err)); id != "" && e.Side == "" && e.Of == "" {
		hint += "; which end " + id + " is, a plan knows that is made now: let it explain the error"
	}
	return text.Printable(hint)
}

// locationID is the id of a location, by which a message may name an end.
var locationID = regexp.MustCompile(`\bloc-[0-9a-f]{8,17}\b`)

// denied reports whether the plan found denied what the message is about. A limited verdict is about more than one action: it counts only if the message
// names an action, because the transfer may not need the others.
func (e *AccessTestError) denied() bool {
	return e.Verdict == CodeDenied || e.Verdict == CodeLimited && e.Action != ""
}

// denial is what to do about an explicit Deny that the message names; "" if it names none.
func (e *AccessTestError) denial() string {
	who, resource := cmp.Or(e.RoleARN, "the location's role"), "the bucket or key"
	if e.Cause == task.CauseCaller {
		who = "whoever makes the location"
	}
	if e.Bucket != "" && !strings.HasPrefix(e.Action, "kms:") {
		resource = "bucket " + e.Bucket
	}
	return awserr.RefusalIn(awserr.Message(e.Err)).Remedy(who, resource)
}

// hint puts the hint of the message and that of the verdict together, the one that helps first.
func (e *AccessTestError) hint(message string) string {
	again := ""
	if e.Cause == task.CauseFilesErrors && (e.denied() || e.Remedy != "") {
		again = "; then start the task again"
	}
	switch deny := e.denial(); {
	case e.denied() && e.Statement == "" && deny != "": // the plan found it not allowed, and the message names a Deny besides
		return deny + "; and the plan found it denied: " + cmp.Or(e.Remedy, "allow it")
	case e.denied():
		return "the plan found it denied" + text.By(e.Statement) + ": " + cmp.Or(e.Remedy, "change that statement") + again
	case e.Verdict == CodeUndetermined && e.Remedy != "":
		return "the plan found it undetermined" + text.Within(e.Statement) + ": " + e.Remedy + again
	case e.Verdict == CodeUndetermined:
		return strings.TrimSuffix(message+"; settle what the plan's undetermined finding depends on"+text.Within(e.Statement)+": "+text.List(e.DependsOn, ", "), ": ")
	case e.Verdict == CodeLimited:
		return message + "; what the plan found denied" + text.By(e.Statement) + ", the transfer needs rarely or not at all"
	case e.Verdict == CodeAllowed:
		return e.allowed(message, deny) + again
	}
	if e.Remedy != "" { // what another finding says
		return e.Remedy + again
	}
	look := "the plan has no verdict on " + cmp.Or(e.Action, "it") + ": see what the policies of the role, the bucket, the key and the organisations say of it"
	if e.Cause == task.CauseUnknown {
		message = "see the message"
	}
	return message + "; " + look
}

// allowed is the hint where the policies allow what was refused: to allow it again does not help.
func (e *AccessTestError) allowed(message, deny string) string {
	look := "the policies that were read allow it" + text.By(e.Statement) + ": plan again, because one may have changed, and look at service and resource control policies, and keys, that were not read"
	switch lacking := e.lacking(); {
	case deny != "":
		return deny + "; " + look
	case lacking != "":
		return lacking
	case e.Remedy != "":
		return e.Remedy
	case e.Cause == task.CauseTrust:
		return look + "; a new role takes a minute"
	case e.granting() || e.Cause == task.CauseUnknown:
		return look
	}
	return message + "; " + look
}

// lacking is what to do where the message names the kind of policy that does not allow what the plan found allowed; "" if it names none. Other kinds are
// not to blame then.
func (e *AccessTestError) lacking() string {
	kind, what := awserr.Lacking(awserr.Message(e.Err)), cmp.Or(e.Action, "what was refused")
	switch kind {
	case "":
		return ""
	case "identity-based policy", "resource-based policy", "permissions boundary":
		return "the message says that no " + kind + " allows " + what + ", and the policies that were read allow it" + text.By(e.Statement) +
			": plan again, because a policy may have been changed since, or not be in force yet"
	}
	return "let whoever keeps the " + strings.Replace(kind, "vpc", "VPC", 1) + " allow " + what + ": the message says that it does not, and the policies that were read do" + text.By(e.Statement)
}

// granting reports whether the hint of the cause is to allow something.
func (e *AccessTestError) granting() bool {
	switch e.Cause {
	case task.CauseTrust, task.CauseCaller, task.CauseList, task.CauseRead, task.CauseWrite, task.CauseReport, task.CauseKey, task.CauseAccess, task.CauseSource,
		task.CauseBucket:
		return true
	}
	return false
}
