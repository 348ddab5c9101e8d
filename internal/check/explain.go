package check

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// explainable reports whether findings about access may explain the message.
func explainable(m task.Meaning) bool {
	return m.Access() || m.Cause == task.CauseMismatch || m.Cause == task.CauseUnknown
}

// Locations holds the ARNs of the locations of a transfer's ends, as far as they are known. Those that the user names need not be in it.
type Locations map[plan.Side][]string

// Explain returns the error as a [plan.AccessTestError] with what the findings say about its cause. An error that is not about access, or is one
// already, comes back as it is.
func Explain(findings []plan.Finding, t *transfer.Transfer, at Locations, err error) error {
	var explained *plan.AccessTestError
	var unproved *plan.OwnershipError // what was refused is the proof, not the access of DataSync
	var call *smithy.OperationError
	if errors.As(err, &explained) || errors.As(err, &unproved) || errors.As(err, &call) && call.ServiceID != datasync.ServiceID {
		return err // what STS or S3 refused, DataSync was not asked
	}
	m := task.MeaningOf(err)
	if m.Access() || m.Cause == task.CauseMismatch && doubted(t, findings, m) != "" || endedAt(t, m, err) {
		return AccessError(findings, t, at, "", err)
	}
	return err
}

// AccessError returns the error with what the findings say about its cause. side is "" if the caller does not know which end the error is about.
func AccessError(findings []plan.Finding, t *transfer.Transfer, at Locations, side plan.Side, err error) *plan.AccessTestError {
	m := task.MeaningOf(err)
	if m.Action != "" && explainable(m) && byOperator(t, findings, err) {
		m.Cause = task.CauseCaller
	}
	e := &plan.AccessTestError{Transfer: t.Name, Side: cmp.Or(side, at.named(t, err), plan.Side(m.Side), namedEnd(t, err)), Cause: m.Cause, Action: m.Action, Err: err}
	job := namedJob(t, m, err)
	switch {
	case job != "":
		e.Side, e.Bucket, e.RoleARN = jobOf(t, job)
		if e.Bucket != "" && e.Bucket != t.Source.Bucket && e.Bucket != t.Destination.Bucket {
			e.Of = map[task.Cause]string{task.CauseReport: "report", task.CauseManifest: "manifest"}[job]
		}
		setVerdict(e, worst(findings, t, m, func(f plan.Finding) bool { return f.Side == "" && f.Subject == e.RoleARN }))
		byEnd(e, t, m)
		return e
	case e.Side == "" && explainable(m):
		e.Side = suspected(t, findings, m, err)
	}
	if explainable(m) {
		setVerdict(e, worst(findings, t, m, func(f plan.Finding) bool { return f.Side != "" && (f.Side == e.Side || e.Side == "") }))
		if !byJob(e, findings, t, m) {
			byOthers(e, findings, t, m)
		}
	} else {
		e.Remedy = insteadOf(t, m, err)
	}
	if e.Side != "" && e.Bucket == "" {
		e.Bucket, e.RoleARN = t.End(e.Side).Bucket, t.End(e.Side).DataSyncRole
	}
	byEnd(e, t, m)
	return e
}

// suspects is the table of the findings that tell why S3 or KMS refuses what the policies allow, the most certain first, and of the messages that they do not
// explain.
var suspects = []struct {
	code   plan.Code
	except []task.Cause
}{
	{plan.CodeNoBucket, nil},
	{plan.CodeWrongOwner, nil},
	{plan.CodeWrongRegion, nil},
	{plan.CodePublicAccess, []task.Cause{task.CauseTrust, task.CauseKey}},
	{plan.CodeRequesterPays, []task.Cause{task.CauseTrust, task.CauseKey}},
	{plan.CodeNoKey, []task.Cause{task.CauseTrust, task.CauseCaller, task.CauseList}},
	{plan.CodeKeyUnusable, []task.Cause{task.CauseTrust, task.CauseCaller, task.CauseList}},
	{plan.CodeKeyNotListed, []task.Cause{task.CauseTrust, task.CauseCaller, task.CauseList}},
	{plan.CodeObjectLock, []task.Cause{task.CauseTrust, task.CauseCaller, task.CauseList, task.CauseKey, task.CauseRead}},
	{plan.CodeACLsEnabled, []task.Cause{task.CauseTrust, task.CauseCaller, task.CauseList, task.CauseKey, task.CauseWrite}},
	{plan.CodePublicPolicy, []task.Cause{task.CauseTrust, task.CauseKey}},
}

// byJob takes the verdict on the role of a manifest or report, if the roles of both ends are trusted and that one is not: the message may not name the role.
func byJob(e *plan.AccessTestError, findings []plan.Finding, t *transfer.Transfer, m task.Meaning) bool {
	if m.Cause != task.CauseTrust || e.Verdict != plan.CodeAllowed && e.Verdict != "" {
		return false
	}
	for _, side := range transfer.Sides {
		if mentions(e.Err, principalNames(t.End(side).DataSyncRole)...) {
			return false
		}
	}
	m.Action = "sts:AssumeRole"
	f := worst(findings, t, m, func(f plan.Finding) bool { return f.Side == "" })
	if code := verdictOf(f); code != plan.CodeDenied && code != plan.CodeUndetermined {
		return false
	}
	setVerdict(e, f)
	e.Side, e.RoleARN = "", f.Subject
	for _, c := range []task.Cause{task.CauseReport, task.CauseManifest} {
		if side, bucket, role := jobOf(t, c); role == f.Subject {
			e.Side, e.Bucket = side, bucket
		}
	}
	return true
}

// byOthers takes the remedy from a finding beside the verdict, if the verdict does not explain the refusal: what is allowed was not refused by a policy, and
// what is named wrongly is undetermined only because of that.
func byOthers(e *plan.AccessTestError, findings []plan.Finding, t *transfer.Transfer, m task.Meaning) {
	limited := e.Verdict == plan.CodeLimited && m.Action == ""
	if e.Verdict == plan.CodeDenied || e.Verdict == plan.CodeLimited && !limited {
		return
	}
	f, ok := suspect(findings, t, m, e.Side)
	wrong := slices.Contains([]plan.Code{plan.CodeNoBucket, plan.CodeWrongOwner, plan.CodeWrongRegion}, f.Code)
	if !ok || e.Verdict == plan.CodeUndetermined && !wrong {
		return
	}
	if limited {
		e.Verdict, e.Statement = plan.CodeAllowed, ""
	}
	e.Side, e.Remedy = cmp.Or(e.Side, f.Side), f.Remedy
	if f.Code == plan.CodeObjectLock { // its own remedy is for whoever has not started yet
		e.Remedy = task.Meaning{Cause: task.CauseChecksum}.HintFor("", f.Subject)
	}
}

// suspect returns the finding beside the verdicts that explains best why what the policies allow is refused at the end; "" is either end. Findings on keys
// have no side: then the key is one of the end's.
func suspect(findings []plan.Finding, t *transfer.Transfer, m task.Meaning, side plan.Side) (plan.Finding, bool) {
	at := func(f plan.Finding) bool {
		if f.Side != "" || side == "" {
			return side == "" || f.Side == side
		}
		return slices.Contains(t.End(side).KMSKeys, f.Subject)
	}
	for _, s := range suspects {
		if slices.Contains(s.except, m.Cause) {
			continue
		}
		i := slices.IndexFunc(findings, func(f plan.Finding) bool {
			return f.Transfer == t.Name && f.Code == s.code && f.Severity != plan.Info && f.Remedy != "" && at(f) &&
				(f.Code != plan.CodeACLsEnabled || f.Side == plan.SourceSide) // at the destination it says who owns what was written
		})
		if i >= 0 {
			return findings[i], true
		}
	}
	return plan.Finding{}, false
}

// insteadOf returns what to do about the message where the hint of its cause names what the task is set to already; "" if it does not.
func insteadOf(t *transfer.Transfer, m task.Meaning, err error) string {
	run := task.IncompleteError{Outcome: task.Outcome{Mode: cmp.Or(t.Task.Mode, dstypes.TaskModeEnhanced), Options: t.Task.Options, ErrorDetail: err.Error()}}
	if hint := run.Hint(); hint != m.Hint() && task.MeaningOf(&run).Cause == m.Cause {
		return hint
	}
	return ""
}

// setVerdict copies into the error what the finding says.
func setVerdict(e *plan.AccessTestError, f plan.Finding) {
	e.Verdict, e.Statement, e.DependsOn, e.Remedy = verdictOf(f), f.Statement, f.DependsOn, f.Remedy
}

// namedJob returns CauseManifest or CauseReport if the message is about the manifest or the report: by its meaning, or because it names a bucket that is
// theirs and of neither end. Otherwise it is "".
func namedJob(t *transfer.Transfer, m task.Meaning, err error) task.Cause {
	for _, c := range []task.Cause{task.CauseReport, task.CauseManifest} {
		_, bucket, _ := jobOf(t, c)
		named := bucket != t.Source.Bucket && bucket != t.Destination.Bucket && mentions(err, bucket)
		if m.Cause == c || named && explainable(m) {
			return c
		}
	}
	return ""
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
	return (f.Code == plan.CodeNoOperator || f.Code == plan.CodeCaller) && !OnWrites(f)
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

// named returns the end whose location the message names, by its ARN or id, also in the name that DataSync gives to the session of the location's role:
// AwsSync-loc-…. It is "" if the message names those of neither end or of both. It tells the ends apart where one role serves both.
// https://docs.aws.amazon.com/datasync/latest/userguide/task-reports.html (a session), troubleshooting-storage-issues.html (an id)
func (at Locations) named(t *transfer.Transfer, err error) plan.Side {
	return only(func(side plan.Side) bool {
		return slices.ContainsFunc(append([]string{t.End(side).LocationARN}, at[side]...), func(arn string) bool {
			id := arn[strings.LastIndex(arn, "/")+1:]
			return id != "" && regexp.MustCompile(`(?i)(^|[^0-9a-z])`+regexp.QuoteMeta(id)+`([^0-9a-z]|$)`).MatchString(err.Error())
		})
	})
}

// only returns the end of which is says yes; "" if it says so of neither end or of both.
func only(is func(plan.Side) bool) plan.Side {
	switch source, destination := is(plan.SourceSide), is(plan.DestinationSide); {
	case source && !destination:
		return plan.SourceSide
	case destination && !source:
		return plan.DestinationSide
	}
	return ""
}

// namedEnd returns the end whose role or bucket the message names; "" if it names those of neither end or of both.
func namedEnd(t *transfer.Transfer, err error) plan.Side {
	return only(func(side plan.Side) bool {
		return mentions(err, append(principalNames(t.End(side).DataSyncRole), t.End(side).Bucket)...)
	})
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
