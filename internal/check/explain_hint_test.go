package check

import (
	"errors"
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// TestExplainByOtherFindings: what the policies allow, a finding beside the verdicts explains, if it can explain the message.
func TestExplainByOtherFindings(t *testing.T) {
	const key = "arn:aws:kms:us-east-2:444455556666:key/k"
	beside := func(side plan.Side, severity plan.Severity, code plan.Code) plan.Finding {
		return plan.Finding{Transfer: "media-archive", Side: side, Severity: severity, Code: code, Subject: key, Remedy: "mend " + code}
	}
	verdictOn := func(side plan.Side, code plan.Code, role string) plan.Finding {
		f := plan.Finding{Transfer: "media-archive", Side: side, Code: code, Subject: role, Actions: []string{"s3:ListBucket", "s3:PutObject", "s3:GetObject"}}
		if code != plan.CodeAllowed {
			f.Remedy = "mend " + code
		}
		return f
	}
	objects := &task.IncompleteError{Outcome: task.Outcome{Verdict: task.WithExceptions, Counters: task.Counters{FailedTransfer: 2}}}
	list := errors.New("DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket media-archive. Access denied.")
	out := plan.DestinationSide
	for _, tt := range []struct {
		name    string
		verdict plan.Code
		other   plan.Finding
		err     error
		hint    string
	}{
		{"a key that is disabled", plan.CodeAllowed, beside("", plan.Blocking, plan.CodeKeyUnusable), objects, "mend key-unusable; then start the task again"},
		{"a key that is not listed", plan.CodeAllowed, beside(out, plan.Blocking, plan.CodeKeyNotListed), objects, "mend key-not-listed; then start the task again"},
		{"a key does not explain a listing", plan.CodeAllowed, beside("", plan.Blocking, plan.CodeKeyUnusable), list, "the policies that were read allow it"},
		{"Requester Pays explains it", plan.CodeAllowed, beside(out, plan.Blocking, plan.CodeRequesterPays), list, "mend requester-pays"},
		{"of the other end", plan.CodeAllowed, beside(plan.SourceSide, plan.Blocking, plan.CodeRequesterPays), list, "the policies that were read allow it"},
		{"only information", plan.CodeAllowed, beside(out, plan.Info, plan.CodePublicPolicy), list, "the policies that were read allow it"},
		{"ACLs of the destination explain nothing", plan.CodeAllowed, beside(out, plan.Blocking, plan.CodeACLsEnabled), objects, "see the task's report"},
		{"ACLs of the source", plan.CodeAllowed, beside(plan.SourceSide, plan.Warning, plan.CodeACLsEnabled), objects, "mend acls-enabled"},
		{"Object Lock", plan.CodeAllowed, beside(out, plan.Warning, plan.CodeObjectLock), objects, "take the default retention of bucket"},
		{"what is limited explains no failed objects", plan.CodeLimited, beside("", plan.Blocking, plan.CodeKeyUnusable), objects, "mend key-unusable"},
		{"a denial explains more", plan.CodeDenied, beside(out, plan.Blocking, plan.CodeRequesterPays), list, "the plan found it denied: mend denied"},
		{"what is open explains more", plan.CodeUndetermined, beside(out, plan.Blocking, plan.CodeRequesterPays), list, "the plan found it undetermined: mend undetermined"},
		{"unless the bucket is another's", plan.CodeUndetermined, beside(out, plan.Warning, plan.CodeWrongOwner), list, "the plan found it undetermined: mend wrong-owner"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := explained()
			p.Transfers[0].Destination.KMSKeys = []string{key}
			p.Findings = []plan.Finding{verdictOn(plan.SourceSide, plan.CodeAllowed, inRole), verdictOn(out, tt.verdict, outRole), tt.other}
			var e *plan.AccessTestError
			if err := p.Explain("media-archive", tt.err); !errors.As(err, &e) || !strings.HasPrefix(e.Hint(), tt.hint) {
				t.Errorf("%v, hint %q, want %q", err, plan.Hints(err), tt.hint)
			}
		})
	}
}

// TestExplainTrustOfReports: the role of a report that DataSync may not assume is blamed, if the message names no role and those of the ends are trusted.
func TestExplainTrustOfReports(t *testing.T) {
	const reporter = "arn:aws:iam::111122223333:role/reporter"
	for _, tt := range []struct {
		name, message, role string
		verdict             plan.Code
	}{
		{"no role named", "Unable to assume role", reporter, plan.CodeDenied},
		{"the destination's named", "Unable to assume role. roleArn=" + outRole, outRole, plan.CodeAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := explained()
			p.Transfers[0].Task.Report = &task.Report{Bucket: "reports", RoleARN: reporter}
			p.Findings = append(p.Findings, plan.Finding{Transfer: "media-archive", Severity: plan.Blocking, Code: plan.CodeDenied, Subject: reporter, Actions: []string{"sts:AssumeRole"}, Remedy: "trust it"})
			var e *plan.AccessTestError
			if err := p.Explain("media-archive", errors.New(tt.message)); !errors.As(err, &e) || e.RoleARN != tt.role || e.Verdict != tt.verdict {
				t.Errorf("%+v, want %s %s", e, tt.role, tt.verdict)
			}
		})
	}
}

// TestExplainUnlikeTheTask: a task that is ENHANCED is not told to become so.
func TestExplainUnlikeTheTask(t *testing.T) {
	for mode, want := range map[dstypes.TaskMode]string{
		"":                       "see that the Regions of both locations are enabled",
		dstypes.TaskModeEnhanced: "see that the Regions of both locations are enabled",
		dstypes.TaskModeBasic:    "make the task in the destination's Region, or as an ENHANCED task",
	} {
		p := explained()
		p.Transfers[0].Task.Mode = mode
		e := AccessError(p.Findings, transfer.Resolve(p.Transfers[0]), nil, "", errors.New("FsS3UnableToConnectToEndpoint"))
		if !strings.HasPrefix(e.Hint(), want) {
			t.Errorf("%q: hint %q, want %q", mode, e.Hint(), want)
		}
	}
}
