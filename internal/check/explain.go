package check

import (
	"cmp"
	"errors"
	"regexp"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// explainable reports whether findings about access may explain the message.
func explainable(m task.Meaning) bool {
	return m.Access() || m.Cause == task.CauseMismatch || m.Cause == task.CauseUnknown
}

// Explain returns the error as a [plan.AccessTestError] with what the findings say about its cause. An error that is not about access, or is one
// already, comes back as it is.
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

// AccessError returns the error with what the findings say about its cause. side is "" if the caller does not know which end the error is about.
func AccessError(findings []plan.Finding, t *transfer.Transfer, side plan.Side, err error) *plan.AccessTestError {
	m := task.MeaningOf(err)
	if m.Action != "" && explainable(m) && byOperator(t, findings, err) {
		m.Cause = task.CauseCaller
	}
	e := &plan.AccessTestError{Transfer: t.Name, Side: cmp.Or(side, plan.Side(m.Side), namedEnd(t, err)), Cause: m.Cause, Action: m.Action, Err: err}
	switch {
	case m.Cause == task.CauseManifest, m.Cause == task.CauseReport:
		e.Side, e.Bucket, e.RoleARN = jobOf(t, m.Cause)
		setVerdict(e, worst(findings, t, m, func(f plan.Finding) bool { return f.Side == "" && f.Subject == e.RoleARN }))
		return e
	case e.Side == "" && explainable(m):
		e.Side = doubted(t, findings, m)
	}
	if explainable(m) {
		setVerdict(e, worst(findings, t, m, func(f plan.Finding) bool { return f.Side != "" && (f.Side == e.Side || e.Side == "") }))
	}
	if e.Side != "" && e.Bucket == "" {
		e.Bucket, e.RoleARN = t.End(e.Side).Bucket, t.End(e.Side).DataSyncRole
	}
	return e
}

// setVerdict copies into the error what the finding says.
func setVerdict(e *plan.AccessTestError, f plan.Finding) {
	e.Verdict, e.Statement, e.DependsOn, e.Remedy = verdictOf(f), f.Statement, f.DependsOn, f.Remedy
}

// jobOf returns the bucket of the manifest or report, the role with which DataSync reaches it, and the end whose role that is; "" if it is neither's.
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

// byOperator reports whether the message names an operator or a caller, or a session of one, and no role of DataSync: S3 then refused whoever creates
// the location, not DataSync.
func byOperator(t *transfer.Transfer, findings []plan.Finding, err error) bool {
	for _, side := range transfer.Sides {
		if mentions(err, principalNames(t.End(side).DataSyncRole)...) {
			return false
		}
	}
	return slices.ContainsFunc(creators(t, findings), func(arn string) bool { return mentions(err, principalNames(arn)...) })
}

// creators returns the ARNs of those who may create the transfer's locations: the operators, and the callers that have findings.
func creators(t *transfer.Transfer, findings []plan.Finding) []string {
	out := slices.Clone(t.Operators)
	for _, f := range findings {
		if f.Transfer == t.Name && aboutCaller(f) {
			out = append(out, f.Subject)
		}
	}
	return out
}

// aboutCaller reports whether the finding is about what the caller may not make, or perhaps may not.
func aboutCaller(f plan.Finding) bool {
	return f.Code == plan.CodeNoOperator || f.Code == plan.CodeCaller
}

// verdictOf returns the verdict on access that the finding stands for.
func verdictOf(f plan.Finding) plan.Code {
	switch {
	case !aboutCaller(f):
		return f.Code
	case len(f.DependsOn) > 0:
		return plan.CodeUndetermined
	}
	return plan.CodeDenied
}

// principalNames returns the ARN of a principal and, for a role, the ARN with which the ARNs of its sessions begin: without the role's path.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func principalNames(arn string) []string {
	name, ok := transfer.RoleNameOf(arn)
	if !ok {
		return []string{arn}
	}
	a, _ := region.ParseARN(arn)
	return []string{arn, "arn:" + a.Partition + ":sts::" + a.Account + ":assumed-role/" + name}
}

// mentions reports whether the message has one of the names as a whole word; "" is no name.
func mentions(err error, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return name != "" && regexp.MustCompile(`(^|[^\w.+@/-])`+regexp.QuoteMeta(name)+`([^\w+=,@-]|$)`).MatchString(err.Error())
	})
}

// namedEnd returns the end whose role or bucket the message names; "" if it names those of neither end or of both.
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

// doubted returns the end with the worse findings, which a message that may be about either is likelier about; "" if everything is allowed.
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

// alike is the table of the actions on keys whose denial S3 reports as a denial of an action on objects, because it uses the object's key on behalf
// of the role.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
var alike = map[string][]string{
	"s3:GetObject": {"kms:Decrypt"},
	"s3:PutObject": {"kms:GenerateDataKey", "kms:Decrypt"},
}

// worst returns the finding in question that explains the message best: the worst one on the action and on the principal, DataSync's role or an
// operator, that the message is about; the zero Finding if there is none.
func worst(findings []plan.Finding, t *transfer.Transfer, m task.Meaning, inQuestion func(plan.Finding) bool) plan.Finding {
	order := []plan.Code{plan.CodeAllowed, plan.CodeLimited, plan.CodeUndetermined, plan.CodeDenied}
	var out plan.Finding
	for _, f := range findings {
		about := !slices.Contains(f.Actions, "sts:AssumeRole") // a trust policy does not explain what S3 refuses
		if m.Action != "" {
			about = slices.ContainsFunc(append([]string{m.Action}, alike[m.Action]...), func(a string) bool { return slices.Contains(f.Actions, a) })
		}
		operator := slices.Contains(creators(t, findings), f.Subject)
		if f.Transfer == t.Name && about && operator == (m.Cause == task.CauseCaller) && inQuestion(f) &&
			slices.Index(order, verdictOf(f)) > slices.Index(order, verdictOf(out)) {
			out = f
		}
	}
	return out
}
