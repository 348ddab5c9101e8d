package xacct

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
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

// judgeable reports whether findings about access may explain the message. A copy that cannot be read back to be verified counts as one that
// differs (assumed).
func judgeable(m task.Meaning) bool {
	return m.Access() || m.Cause == task.CauseMismatch || m.Cause == task.CauseUnknown
}

// explainable reports whether findings about access may explain the message, as AccessTestError has it.
func explainable(m task.Meaning) bool {
	return m.Access() || m.Cause == task.CauseMismatch || m.Cause == task.CauseUnknown
}

// Error is one line: the end of the transfer, what was refused, and what the plan had said of it.
func (e *AccessTestError) Error() string {
	if !judgeable(e.meaning()) {
		return fmt.Sprintf("transfer %s: datasync refused: %v", e.Transfer, e.Err)
	}
	what := "a bucket"
	if e.Bucket != "" {
		what = fmt.Sprintf("the %s as %s", strings.TrimSpace(string(e.Side)+" bucket "+e.Bucket), cmp.Or(e.RoleARN, "its location's role"))
	}
	return fmt.Sprintf("transfer %s: datasync could not reach %s (on paper: %s): %v", e.Transfer, what, cmp.Or(e.Verdict, "not judged"), e.Err)
}

// Unwrap is the SDK's error, or that of the run.
func (e *AccessTestError) Unwrap() error { return e.Err }

// Hint names where to look, given the message and the plan's verdict.
func (e *AccessTestError) Hint() string {
	m := e.meaning()
	if !judgeable(m) {
		return m.HintFor(e.RoleARN, e.Bucket)
	}
	paper := ""
	switch e.Verdict {
	case CodeAllowed:
		paper = "the policies that were read allow it" + text.By(e.Statement) + ": look at service and resource control policies, and keys, that were not"
	case CodeDenied, CodeLimited:
		paper = "the plan found it denied" + text.By(e.Statement) + ": " + cmp.Or(e.Remedy, "change that statement")
	case CodeUndetermined:
		paper = "settle what the plan's undetermined finding depends on" + text.Within(e.Statement)
		if len(e.DependsOn) > 0 {
			paper += ": " + strings.Join(e.DependsOn, ", ")
		}
	}
	switch {
	case e.Cause == task.CauseUnknown:
		return cmp.Or(paper, "see the message")
	case paper == "":
		return m.HintFor(e.RoleARN, e.Bucket)
	}
	return m.HintFor(e.RoleARN, e.Bucket) + "; " + paper
}

// explain is the error with what the findings say of it, if it is about access and has no verdict already.
func explain(findings []Finding, t *resolved, err error) error {
	var explained *AccessTestError
	if errors.As(err, &explained) {
		return err
	}
	m := task.MeaningOf(err)
	if m.Access() || m.Cause == task.CauseMismatch && doubted(t, findings, m) != "" {
		return accessError(findings, t, "", err)
	}
	return err
}

// accessError is the error with what the findings say of it. side is known already, or "".
func accessError(findings []Finding, t *resolved, side Side, err error) *AccessTestError {
	m := task.MeaningOf(err)
	if m.Action != "" && explainable(m) && byOperator(t, err) {
		m.Cause = task.CauseCaller
	}
	e := &AccessTestError{Transfer: t.Name, Side: cmp.Or(side, Side(m.Side), namedEnd(t, err)), Cause: m.Cause, Action: m.Action, Err: err}
	switch {
	case m.Cause == task.CauseManifest, m.Cause == task.CauseReport:
		e.Side, e.Bucket, e.RoleARN = jobOf(t, m.Cause)
		says(e, worst(findings, t, m, func(f Finding) bool { return f.Side == "" && f.Subject == e.RoleARN }))
		return e
	case e.Side == "" && explainable(m):
		e.Side = doubted(t, findings, m)
	}
	if explainable(m) {
		says(e, worst(findings, t, m, func(f Finding) bool { return f.Side != "" && (f.Side == e.Side || e.Side == "") }))
	}
	if e.Side != "" && e.Bucket == "" {
		e.Bucket, e.RoleARN = t.end(e.Side).Bucket, t.end(e.Side).DataSyncRole
	}
	return e
}

func says(e *AccessTestError, f Finding) {
	e.Verdict, e.Statement, e.DependsOn, e.Remedy = f.Code, f.Statement, f.DependsOn, f.Remedy
}

// jobOf is the bucket of the manifest or report and the role that reaches it, and the end that this role serves; "" is none.
func jobOf(t *resolved, c task.Cause) (side Side, bucket, role string) {
	s := t.withData(t.Task)
	if s.Manifest == nil {
		s.Manifest = t.withData(task.Spec{Manifest: t.Retries}).Manifest
	}
	side = SourceSide
	switch {
	case c == task.CauseReport && s.Report != nil:
		side, bucket, role = DestinationSide, s.Report.Bucket, s.Report.RoleARN
	case c == task.CauseManifest && s.Manifest != nil:
		bucket, role = s.Manifest.Bucket, s.Manifest.RoleARN
	}
	if role == "" || role != t.end(side).DataSyncRole {
		side = ""
	}
	return side, bucket, role
}

// byOperator reports whether the message names an operator, or a session of one, and nobody else's role: S3 then refused whoever makes the
// location, not DataSync.
func byOperator(t *resolved, err error) bool {
	for _, side := range sides {
		if mentions(err, principalNames(t.end(side).DataSyncRole)...) {
			return false
		}
	}
	return slices.ContainsFunc(t.Operators, func(op string) bool { return mentions(err, principalNames(op)...) })
}

// principalNames are the ARN of a principal and, of a role, how its sessions are named: without its path.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func principalNames(arn string) []string {
	a, ok := region.ParseARN(arn)
	if !ok || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
		return []string{arn}
	}
	name := a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
	return []string{arn, "arn:" + a.Partition + ":sts::" + a.Account + ":assumed-role/" + name}
}

// mentions reports whether the message has one of the names whole; "" is in none.
func mentions(err error, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return name != "" && regexp.MustCompile(`(^|[^\w.+@/-])`+regexp.QuoteMeta(name)+`([^\w+=,@-]|$)`).MatchString(err.Error())
	})
}

// namedEnd is the end whose role or bucket the message names, and not the other's; "" if there is none.
func namedEnd(t *resolved, err error) Side {
	var found []Side
	for _, side := range sides {
		if mentions(err, append(principalNames(t.end(side).DataSyncRole), t.end(side).Bucket)...) {
			found = append(found, side)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// doubted is the end that the findings doubt more: it is likelier to be what a message about both means. Without a doubt it is neither.
func doubted(t *resolved, findings []Finding, m task.Meaning) Side {
	for _, code := range []Code{CodeDenied, CodeUndetermined, CodeLimited} {
		for _, side := range sides {
			if worst(findings, t, m, func(f Finding) bool { return f.Side == side }).Code == code {
				return side
			}
		}
	}
	return ""
}

// alike are the actions whose denial S3 reports as that of another: it uses the key of the object in the role's name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
var alike = map[string][]string{
	"s3:GetObject": {"kms:Decrypt"},
	"s3:PutObject": {"kms:GenerateDataKey", "kms:Decrypt"},
}

// worst is the finding, of those in question, that explains the message best: the worst verdict on the action that it is about, of whoever it
// is about.
func worst(findings []Finding, t *resolved, m task.Meaning, inQuestion func(Finding) bool) Finding {
	order := []Code{CodeAllowed, CodeLimited, CodeUndetermined, CodeDenied}
	var out Finding
	for _, f := range findings {
		about := !slices.Contains(f.Actions, "sts:AssumeRole") // which says nothing of what S3 refuses
		if m.Action != "" {
			about = slices.ContainsFunc(append([]string{m.Action}, alike[m.Action]...), func(a string) bool { return slices.Contains(f.Actions, a) })
		}
		operator := slices.Contains(t.Operators, f.Subject)
		if f.Transfer == t.Name && about && operator == (m.Cause == task.CauseCaller) && inQuestion(f) &&
			slices.Index(order, f.Code) > slices.Index(order, out.Code) {
			out = f
		}
	}
	return out
}
