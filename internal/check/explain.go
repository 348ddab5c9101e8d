package check

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// explainable reports whether findings about access may explain the message, as AccessTestError has it.
func explainable(m task.Meaning) bool {
	return m.Access() || m.Cause == task.CauseMismatch || m.Cause == task.CauseUnknown
}

// Explain is the error with what the findings say of it, if it is about access and has no verdict already.
func Explain(findings []plan.Finding, t *transfer.Transfer, err error) error {
	var explained *plan.AccessTestError
	if errors.As(err, &explained) {
		return err
	}
	m := task.MeaningOf(err)
	if m.Access() || m.Cause == task.CauseMismatch && doubted(t, findings, m) != "" {
		return AccessError(findings, t, "", err)
	}
	return err
}

// AccessError is the error with what the findings say of it. side is known already, or "".
func AccessError(findings []plan.Finding, t *transfer.Transfer, side plan.Side, err error) *plan.AccessTestError {
	m := task.MeaningOf(err)
	if m.Action != "" && explainable(m) && byOperator(t, err) {
		m.Cause = task.CauseCaller
	}
	e := &plan.AccessTestError{Transfer: t.Name, Side: cmp.Or(side, plan.Side(m.Side), namedEnd(t, err)), Cause: m.Cause, Action: m.Action, Err: err}
	switch {
	case m.Cause == task.CauseManifest, m.Cause == task.CauseReport:
		e.Side, e.Bucket, e.RoleARN = jobOf(t, m.Cause)
		says(e, worst(findings, t, m, func(f plan.Finding) bool { return f.Side == "" && f.Subject == e.RoleARN }))
		return e
	case e.Side == "" && explainable(m):
		e.Side = doubted(t, findings, m)
	}
	if explainable(m) {
		says(e, worst(findings, t, m, func(f plan.Finding) bool { return f.Side != "" && (f.Side == e.Side || e.Side == "") }))
	}
	if e.Side != "" && e.Bucket == "" {
		e.Bucket, e.RoleARN = t.End(e.Side).Bucket, t.End(e.Side).DataSyncRole
	}
	return e
}

func says(e *plan.AccessTestError, f plan.Finding) {
	e.Verdict, e.Statement, e.DependsOn, e.Remedy = f.Code, f.Statement, f.DependsOn, f.Remedy
}

// jobOf is the bucket of the manifest or report and the role that reaches it, and the end that this role serves; "" is none.
func jobOf(t *transfer.Transfer, c task.Cause) (side plan.Side, bucket, role string) {
	s := t.WithData(t.Task)
	if s.Manifest == nil {
		s.Manifest = t.WithData(task.Spec{Manifest: t.Retries}).Manifest
	}
	side = plan.SourceSide
	switch {
	case c == task.CauseReport && s.Report != nil:
		side, bucket, role = plan.DestinationSide, s.Report.Bucket, s.Report.RoleARN
	case c == task.CauseManifest && s.Manifest != nil:
		bucket, role = s.Manifest.Bucket, s.Manifest.RoleARN
	}
	if role == "" || role != t.End(side).DataSyncRole {
		side = ""
	}
	return side, bucket, role
}

// byOperator reports whether the message names an operator, or a session of one, and nobody else's role: S3 then refused whoever makes the
// location, not DataSync.
func byOperator(t *transfer.Transfer, err error) bool {
	for _, side := range transfer.Sides {
		if mentions(err, principalNames(t.End(side).DataSyncRole)...) {
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
func namedEnd(t *transfer.Transfer, err error) plan.Side {
	var found []plan.Side
	for _, side := range transfer.Sides {
		if mentions(err, append(principalNames(t.End(side).DataSyncRole), t.End(side).Bucket)...) {
			found = append(found, side)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// doubted is the end that the findings doubt more: it is likelier to be what a message about both means. Without a doubt it is neither.
func doubted(t *transfer.Transfer, findings []plan.Finding, m task.Meaning) plan.Side {
	for _, code := range []plan.Code{plan.CodeDenied, plan.CodeUndetermined, plan.CodeLimited} {
		for _, side := range transfer.Sides {
			if worst(findings, t, m, func(f plan.Finding) bool { return f.Side == side }).Code == code {
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
func worst(findings []plan.Finding, t *transfer.Transfer, m task.Meaning, inQuestion func(plan.Finding) bool) plan.Finding {
	order := []plan.Code{plan.CodeAllowed, plan.CodeLimited, plan.CodeUndetermined, plan.CodeDenied}
	var out plan.Finding
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
