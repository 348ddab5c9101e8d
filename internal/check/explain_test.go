package check

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

const (
	inRole  = "arn:aws:iam::111122223333:role/media-archive-source"
	outRole = "arn:aws:iam::111122223333:role/media-archive-destination"
)

// explainedPlan is as much of a plan as explaining takes.
type explainedPlan struct {
	Transfers []transfer.Given
	Findings  []plan.Finding
	Locations Locations
}

func (p *explainedPlan) Explain(name string, err error) error {
	for _, t := range p.Transfers {
		if t.Name == name {
			return Explain(p.Findings, transfer.Resolve(t), p.Locations, err)
		}
	}
	return err
}

// explained is a transfer from one account's bucket into another's, with findings on both ends.
func explained() *explainedPlan {
	on := func(side plan.Side, code plan.Code, statement, subject string, actions ...string) plan.Finding {
		return plan.Finding{Transfer: "media-archive", Side: side, Code: code, Statement: statement, Subject: subject, Actions: actions}
	}
	denied := on(plan.DestinationSide, plan.CodeDenied, "NoUploads", outRole, "s3:PutObject")
	denied.Remedy = "exempt the role"
	unknown := on(plan.DestinationSide, plan.CodeUndetermined, "OurOrganisation", outRole, "s3:ListBucket")
	unknown.DependsOn = []string{"aws:PrincipalOrgID"}
	return &explainedPlan{
		Transfers: []transfer.Given{{Name: "media-archive", Operators: []string{"arn:aws:iam::111122223333:role/ops"},
			Source:      transfer.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media"},
			Destination: transfer.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"}}},
		Findings: []plan.Finding{
			on(plan.SourceSide, plan.CodeAllowed, "", inRole, "sts:AssumeRole"),
			on(plan.SourceSide, plan.CodeAllowed, "DataSync", inRole, "s3:ListBucket", "s3:GetObject"),
			on(plan.SourceSide, plan.CodeDenied, "NoDecrypt", inRole, "kms:Decrypt"),
			on(plan.SourceSide, plan.CodeDenied, "NoOps", "arn:aws:iam::111122223333:role/ops", "s3:ListBucket"),
			on(plan.DestinationSide, plan.CodeAllowed, "", outRole, "sts:AssumeRole"),
			on(plan.DestinationSide, plan.CodeAllowed, "Ours", outRole, "s3:GetObject"),
			on(plan.DestinationSide, plan.CodeLimited, "NoDeletes", outRole, "s3:DeleteObject"),
			unknown, denied,
			{Transfer: "another", Side: plan.SourceSide, Code: plan.CodeDenied, Statement: "Theirs", Actions: []string{"s3:ListBucket"}},
		},
	}
}

// TestExplain: which end an error is about, and what the plan had said of just that.
func TestExplain(t *testing.T) {
	answer := func(text string) error { return &dstypes.InvalidRequestException{Message: &text} }
	failed := func(code, detail string) error {
		return &task.IncompleteError{Outcome: task.Outcome{Verdict: task.Failed, ErrorCode: code, ErrorDetail: detail}}
	}
	for _, tt := range []struct {
		name      string
		err       error
		side      plan.Side
		verdict   plan.Code
		statement string
		hint      string
	}{
		{"a start, no side named: the one that is doubted",
			&task.StartError{Err: answer("DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket.")},
			plan.DestinationSide, plan.CodeUndetermined, "OurOrganisation",
			"let " + outRole + " list bucket media-archive, in its own policies and in the bucket's; " +
				"settle what the plan's undetermined finding depends on (statement \"OurOrganisation\"): aws:PrincipalOrgID"},
		{"a start, the bucket is named",
			&task.StartError{Err: answer("DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket media. Access denied.")},
			plan.SourceSide, plan.CodeAllowed, "DataSync",
			"the policies that were read allow it, by statement \"DataSync\": plan again, because one may have changed, and look at service and resource control policies"},
		{"reading, which decrypts", answer("DataSync location access test failed: could not perform s3:GetObject in bucket media. Access denied."),
			plan.SourceSide, plan.CodeDenied, "NoDecrypt", "the plan found it denied, by statement \"NoDecrypt\": change that statement"},
		{"the role is named",
			answer("Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=media-archive-destination, roleArn=" + outRole),
			plan.DestinationSide, plan.CodeAllowed, "", "and keys, that were not read; a new role takes a minute"},
		{"the caller, not the role", answer("DataSync bucket access test failed: could not perform s3:HeadBucket on bucket. Access denied."),
			plan.SourceSide, plan.CodeDenied, "NoOps", "the plan found it denied, by statement \"NoOps\": change that statement"},
		{"a run: the code tells the side",
			failed("SrcLocHitAccess", ""),
			plan.SourceSide, plan.CodeDenied, "NoDecrypt", "the plan found it denied, by statement \"NoDecrypt\": change that statement"},
		{"a run: the detail tells the side",
			failed("FsS3HeadBucketFailed", "403 on the destination bucket"),
			plan.DestinationSide, plan.CodeUndetermined, "OurOrganisation", "let " + outRole + ", the policy of bucket media-archive and"},
		{"a run that failed on objects",
			&task.IncompleteError{Outcome: task.Outcome{Verdict: task.WithExceptions, Counters: task.Counters{FailedTransfer: 2}}},
			plan.SourceSide, plan.CodeDenied, "NoDecrypt", "the plan found it denied, by statement \"NoDecrypt\": change that statement; then start the task again"},
		{"S3's own words", failed("", "User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: s3:PutObject on resource: x"),
			plan.DestinationSide, plan.CodeDenied, "NoUploads", "the plan found it denied, by statement \"NoUploads\": exempt the role"},
		{"S3's own words, of the operator",
			answer("User: arn:aws:sts::111122223333:assumed-role/ops/me is not authorized to perform: s3:ListBucket on resource: x"),
			plan.SourceSide, plan.CodeDenied, "NoOps", "the plan found it denied, by statement \"NoOps\": change that statement"},
		{"S3's own words, of the destination's role",
			answer("User: arn:aws:sts::111122223333:assumed-role/media-archive-destination/AwsSync-loc-0123456789abcdef0 " +
				"is not authorized to perform: s3:ListBucket on resource: x"),
			plan.DestinationSide, plan.CodeUndetermined, "OurOrganisation", "let " + outRole + " list bucket media-archive"},
		{"S3's own words, of the source's role",
			answer("User: arn:aws:sts::111122223333:assumed-role/media-archive-source/AwsSync-loc-0123456789abcdef0 " +
				"is not authorized to perform: s3:ListBucket on resource: x"),
			plan.SourceSide, plan.CodeAllowed, "DataSync", "the policies that were read allow it, by statement \"DataSync\""},
		{"an action of which no message is known",
			answer("DataSync location access test failed: could not perform s3:DeleteObject in bucket media-archive. Access denied."),
			plan.DestinationSide, plan.CodeLimited, "NoDeletes", "the plan found it denied, by statement \"NoDeletes\""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := explained()
			err := p.Explain("media-archive", fmt.Errorf("nightly: %w", tt.err))
			var e *plan.AccessTestError
			if !errors.As(err, &e) || !errors.Is(err, tt.err) {
				t.Fatalf("%v is no plan.AccessTestError, or has lost its cause", err)
			}
			if e.Side != tt.side || e.Verdict != tt.verdict || e.Statement != tt.statement {
				t.Errorf("side %q, verdict %q, statement %q, want %q, %q, %q", e.Side, e.Verdict, e.Statement, tt.side, tt.verdict, tt.statement)
			}
			if hint := e.Hint(); !strings.Contains(hint, tt.hint) || plan.Hints(err)[0] != hint {
				t.Errorf("hint %q, want %q in it", hint, tt.hint)
			}
			if !strings.Contains(e.Error(), "(by its policies: "+tt.verdict+")") || strings.Contains(e.Error(), "\n") {
				t.Errorf("error %q lacks the verdict, or has several lines", e)
			}
			if again := p.Explain("media-archive", err); again != err {
				t.Errorf("explained again: %v", again)
			}
		})
	}
}

// TestExplainSkipsTrust: that the role may be assumed says nothing of what S3 refuses it.
func TestExplainSkipsTrust(t *testing.T) {
	p := explained()
	p.Findings = []plan.Finding{{Transfer: "media-archive", Side: plan.SourceSide, Code: plan.CodeUndetermined, Statement: "Trust",
		Subject: inRole, Actions: []string{"sts:AssumeRole"}}}
	var e *plan.AccessTestError
	err := p.Explain("media-archive", errors.New("DataSync location access test failed: bucket media"))
	if !errors.As(err, &e) || e.Verdict != "" || e.Statement != "" {
		t.Errorf("%+v, want no verdict", e)
	}
	err = p.Explain("media-archive", errors.New("Unable to assume role"))
	if !errors.As(err, &e) || e.Verdict != plan.CodeUndetermined || e.Statement != "Trust" {
		t.Errorf("%+v, want the verdict on the trust policy", e)
	}
}

// TestExplainLeavesAlone: what is not about access, or not of the plan, comes back as it is.
func TestExplainLeavesAlone(t *testing.T) {
	access := errors.New("DataSync location access test failed")
	for _, tt := range []struct {
		name, transfer string
		err            error
	}{
		{"nil", "media-archive", nil},
		{"memory", "media-archive", errors.New("NoMem")},
		{"the caller may not start", "media-archive", errors.New("AccessDeniedException: not authorized to perform: datasync:StartTaskExecution")},
		{"cancelled", "media-archive", &task.IncompleteError{Outcome: task.Outcome{Verdict: task.Cancelled, ErrorDetail: "access denied"}}},
		{"unheard of", "media-archive", errors.New("something else")},
		{"a transfer that the plan has not", "nobody's", access},
	} {
		if got := explained().Explain(tt.transfer, tt.err); got != tt.err {
			t.Errorf("%s: %v, want it untouched", tt.name, got)
		}
	}
}

// TestExplainJobs: the bucket of a manifest or report need not be an end's, and its role need not either.
func TestExplainJobs(t *testing.T) {
	gone := errors.New("ManifestFileDoesNotExist")
	report := errors.New("DataSync bucket access test failed: could not perform s3:PutObject in bucket reports. Access denied.")
	for _, tt := range []struct {
		name   string
		edit   func(*transfer.Given)
		err    error
		side   plan.Side
		bucket string
		role   string
	}{
		{"a manifest, with the source's role",
			func(t *transfer.Given) { t.Task.Manifest = &task.Manifest{Bucket: "lists", Key: "x.csv"} },
			gone, plan.SourceSide, "lists", inRole},
		{"a manifest, with a role of its own",
			func(t *transfer.Given) { t.Task.Manifest = &task.Manifest{Bucket: "lists", Key: "x.csv", RoleARN: "r"} },
			gone, "", "lists", "r"},
		{"the manifest of retries",
			func(t *transfer.Given) { t.Retries = &task.Manifest{Bucket: "lists", Key: "x.csv"} },
			gone, plan.SourceSide, "lists", inRole},
		{"a report, with the destination's role",
			func(t *transfer.Given) { t.Task.Report = &task.Report{Bucket: "reports"} },
			report, plan.DestinationSide, "reports", outRole},
		{"none that is known", func(*transfer.Given) {}, gone, "", "", ""},
	} {
		p := explained()
		tt.edit(&p.Transfers[0])
		var e *plan.AccessTestError
		if err := p.Explain("media-archive", tt.err); !errors.As(err, &e) || e.Side != tt.side || e.Bucket != tt.bucket || e.RoleARN != tt.role {
			t.Errorf("%s: %+v", tt.name, e)
		}
	}
}

// TestAccessTestErrorOfOthers: what is not about access is told without a verdict, and what is not known with it.
func TestAccessTestErrorOfOthers(t *testing.T) {
	region := errors.New("The bucket is in this region: eu-west-1. Please use this region to retry the request")
	for _, tt := range []struct {
		err         error
		error, hint string
	}{
		{region, "datasync refused: The bucket is in this region", "set the Region of that end to the one that the message names, or else to the bucket's own: s3:GetBucketLocation tells it"},
		{errors.New("access test failed somehow"),
			"could not reach the source bucket media as " + inRole + " (by its policies: denied)",
			"the plan found it denied, by statement \"NoDecrypt\": change that statement"},
	} {
		p := explained()
		e := AccessError(p.Findings, transfer.Resolve(p.Transfers[0]), nil, plan.SourceSide, tt.err)
		if !strings.Contains(e.Error(), tt.error) || e.Hint() != tt.hint {
			t.Errorf("%v, hint %q, want %q, %q", e, e.Hint(), tt.error, tt.hint)
		}
	}
	if got := (&plan.AccessTestError{}).Error(); !strings.Contains(got, "could not reach a bucket (by its policies: not evaluated)") {
		t.Errorf("without a side: %s", got)
	}
}

// TestExplainWhatDataSyncRefused leaves what another service refused as it is: DataSync was not asked.
func TestExplainWhatDataSyncRefused(t *testing.T) {
	refused := &smithy.GenericAPIError{Code: "InvalidRequestException", Message: "S3 denied s3:PutObject: Access Denied"}
	for service, explains := range map[string]bool{"DataSync": true, "STS": false, "S3": false, "IAM": false} {
		err := fmt.Errorf("start: %w", &smithy.OperationError{ServiceID: service, OperationName: "Call", Err: refused})
		got := explained().Explain("media-archive", err)
		var access *plan.AccessTestError
		if errors.As(got, &access) != explains {
			t.Errorf("%s: %v", service, got)
		}
	}
}
