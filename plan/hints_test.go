package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

const (
	accessTest = "DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket media. Access denied."
	listing    = "User: arn:aws:sts::111122223333:assumed-role/out/AwsSync-loc-0a is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::media\" "
	exempting  = ": an explicit Deny holds whatever else allows it"
)

func answer(code, message string) error { return &smithy.GenericAPIError{Code: code, Message: message} }

// TestCallHint: the hint of a call is about the service that refused it: DataSync stores no policy, and a grant lifts no explicit Deny.
func TestCallHint(t *testing.T) {
	for _, tt := range []struct {
		name, operation, subject string
		err                      error
		want                     string // how the hint begins; "" is no hint
	}{
		{"DataSync's access test", "datasync:CreateLocationS3", "media-archive", &dstypes.InvalidRequestException{Message: new(accessTest)},
			"let the location's role list the bucket"},
		{"DataSync cannot assume the role", "datasync:CreateLocationS3", "media-archive", &dstypes.InvalidRequestException{Message: new("Unable to assume role.")},
			"let the trust policy of the location's role"},
		{"DataSync does not see the role", "datasync:CreateTask", "media-archive", &dstypes.InvalidRequestException{Message: new("Invalid IAM role")},
			"see that the location's role exists"},
		{"what the error that it wraps says by itself", "datasync:CreateLocationS3", "media-archive",
			&plan.AccessTestError{Cause: task.CauseList, Err: &dstypes.InvalidRequestException{Message: new(accessTest)}}, ""},
		{"a principal that S3 does not know", "s3:PutBucketPolicy", "media", answer("MalformedPolicy", "Invalid principal in policy"), "see that the role named in the policy exists"},
		{"a principal that KMS does not know", "kms:PutKeyPolicy", "k", answer("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."),
			"see that the role named in the policy exists"},
		{"not allowed", "s3:GetBucketPolicy", "media", answer("AccessDenied", "Access Denied"), "allow s3:GetBucketPolicy on media to the caller in account 111122223333"},
		{"another action is not allowed", "datasync:CreateLocationS3", "media", answer("AccessDeniedException", "User: x is not authorized to perform: iam:PassRole on resource: y"),
			"allow iam:PassRole, which datasync:CreateLocationS3 needs, to the caller in account 111122223333"},
		{"denied by the bucket's policy", "s3:PutBucketPolicy", "media", answer("AccessDenied", "User: x is not authorized to perform: s3:PutBucketPolicy on resource: y with an explicit deny in a resource-based policy"),
			"let the owner of bucket media exempt the caller in account 111122223333 from the Deny on s3:PutBucketPolicy" + exempting},
		{"denied by an organisation", "datasync:CreateTask", "nightly", answer("AccessDeniedException", "User: x is not authorized to perform: datasync:CreateTask on resource: y with an explicit deny in a service control policy"),
			"let the organisation that keeps the service control policies exempt the caller in account 111122223333 from the Deny on datasync:CreateTask"},
		{"denied by the key's policy", "kms:GetKeyPolicy", "k", answer("AccessDeniedException", "User: x is not authorized to perform: kms:GetKeyPolicy on resource: y with an explicit deny in a resource-based policy"),
			"let the owner of key k exempt"},
		{"a public policy", "s3:PutBucketPolicy", "media", answer("AccessDenied", "User: x is not authorized to perform: s3:PutBucketPolicy on resource: y because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access"),
			"let the owner of bucket media limit the statement that makes its policy public"},
		{"a role that reads do not show", "iam:CreateRole", "nightly-source", answer("EntityAlreadyExists", "Role with name nightly-source already exists."),
			"plan again in a few minutes: nightly-source is there already"},
		{"throttled", "s3:GetBucketPolicy", "media", answer("SlowDown", "Please reduce your request rate."), "run again, with a smaller Concurrency"},
		{"expired", "s3:GetBucketPolicy", "media", answer("ExpiredToken", "The provided token has expired."), "renew the credentials of account 111122223333"},
		{"anything else", "s3:GetBucketPolicy", "media", errors.New("no such host"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := &plan.CallError{Account: "111122223333", Operation: tt.operation, Subject: tt.subject, Err: tt.err}
			if got := e.Hint(); !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") || strings.Contains(got, "\n") {
				t.Errorf("hint %q, want %q", got, tt.want)
			}
		})
	}
}

// TestAccessHint: of what the message and the plan say, what helps comes first, and what would not help is left out.
func TestAccessHint(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/out"
	at := func(cause task.Cause, action string, verdict plan.Code, statement, remedy, message string) *plan.AccessTestError {
		return &plan.AccessTestError{Transfer: "nightly", Side: plan.SourceSide, Bucket: "media", RoleARN: role, Cause: cause, Action: action, Verdict: verdict, Statement: statement,
			Remedy: remedy, Err: answer("InvalidRequestException", message)}
	}
	const deny = listing + "with an explicit deny in a resource-based policy"
	const ownDeny = "let the owner of bucket media exempt " + role + " from the Deny on s3:ListBucket" + exempting
	const allowed = "the policies that were read allow it, by statement \"Ours\": plan again, because one may have changed, and look at service and resource control policies, and keys, that were not read"
	const putting = "User: arn:aws:sts::111122223333:assumed-role/out/AwsSync-loc-0a is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::media/a\" "
	const changed = ", and the policies that were read allow it, by statement \"Ours\": plan again, because a policy may have been changed since, or not be in force yet"
	for _, tt := range []struct {
		name string
		err  *plan.AccessTestError
		want string
	}{
		{"denied by a statement", at(task.CauseList, "s3:ListBucket", plan.CodeDenied, "Guard", "exempt it", accessTest), `the plan found it denied, by statement "Guard": exempt it`},
		{"denied by a statement, which S3 says too", at(task.CauseList, "s3:ListBucket", plan.CodeDenied, "Guard", "exempt it", deny), `the plan found it denied, by statement "Guard": exempt it`},
		{"not allowed, and S3 names a Deny", at(task.CauseList, "s3:ListBucket", plan.CodeDenied, "", "allow it there", deny), ownDeny + "; and the plan found it denied: allow it there"},
		{"allowed, and S3 names a Deny", at(task.CauseList, "s3:ListBucket", plan.CodeAllowed, "Ours", "", deny), ownDeny + "; " + allowed},
		{"no verdict, and S3 names a Deny", at(task.CauseList, "s3:ListBucket", "", "", "", deny),
			ownDeny + "; the plan has no verdict on s3:ListBucket: see what the policies of the role, the bucket, the key and the organisations say of it"},
		{"no verdict", at(task.CauseList, "s3:ListBucket", "", "", "", accessTest), "let " + role + " list bucket media, in its own policies and in the bucket's; " +
			"the plan has no verdict on s3:ListBucket: see what the policies of the role, the bucket, the key and the organisations say of it"},
		{"no verdict on what is not known", at(task.CauseUnknown, "", "", "", "", "x"),
			"see the message; the plan has no verdict on it: see what the policies of the role, the bucket, the key and the organisations say of it"},
		{"the caller, and S3 names a Deny", at(task.CauseCaller, "s3:ListBucket", plan.CodeAllowed, "Ours", "", deny),
			"let the owner of bucket media exempt whoever makes the location from the Deny on s3:ListBucket" + exempting + "; " + allowed},
		{"allowed", at(task.CauseList, "s3:ListBucket", plan.CodeAllowed, "Ours", "", accessTest), allowed},
		{"allowed, and S3 names the bucket's policy", at(task.CauseWrite, "s3:PutObject", plan.CodeAllowed, "Ours", "", putting+"because no resource-based policy allows the s3:PutObject action"),
			"the message says that no resource-based policy allows s3:PutObject" + changed},
		{"allowed, and S3 names the role's policies", at(task.CauseWrite, "s3:PutObject", plan.CodeAllowed, "Ours", "list the key", putting+"because no identity-based policy allows the s3:PutObject action"),
			"the message says that no identity-based policy allows s3:PutObject" + changed},
		{"allowed, and S3 names the boundary", at(task.CauseWrite, "", plan.CodeAllowed, "Ours", "", putting+"because no permissions boundary allows the s3:PutObject action"),
			"the message says that no permissions boundary allows what was refused" + changed},
		{"allowed, and S3 names the organisation's policies", at(task.CauseWrite, "s3:PutObject", plan.CodeAllowed, "Ours", "", putting+"because no service control policy allows the s3:PutObject action"),
			"let whoever keeps the service control policy allow s3:PutObject: the message says that it does not, and the policies that were read do, by statement \"Ours\""},
		{"allowed, and S3 names an endpoint's policy", at(task.CauseWrite, "s3:PutObject", plan.CodeAllowed, "", "", putting+"because no VPC endpoint policy allows the s3:PutObject action"),
			"let whoever keeps the VPC endpoint policy allow s3:PutObject: the message says that it does not, and the policies that were read do"},
		{"allowed to assume", at(task.CauseTrust, "", plan.CodeAllowed, "Ours", "", "Unable to assume role."), allowed + "; a new role takes a minute"},
		{"allowed, and a warning tells why", at(task.CauseFilesErrors, "", plan.CodeAllowed, "Ours", "list the key", "x"), "list the key; then start the task again"},
		{"allowed, and objects failed", at(task.CauseFilesErrors, "", plan.CodeAllowed, "Ours", "", "x"), task.Meaning{Cause: task.CauseFilesErrors}.Hint() + "; " + allowed},
		{"limited, and the message does not name an action", at(task.CauseFilesErrors, "", plan.CodeLimited, "NoDeletes", "exempt it", "x"),
			task.Meaning{Cause: task.CauseFilesErrors}.Hint() + `; what the plan found denied, by statement "NoDeletes", the transfer needs rarely or not at all`},
		{"limited, and the message names the action", at(task.CauseAccess, "s3:DeleteObject", plan.CodeLimited, "NoDeletes", "exempt it", "x"),
			`the plan found it denied, by statement "NoDeletes": exempt it`},
		{"undetermined", at(task.CauseList, "s3:ListBucket", plan.CodeUndetermined, "Guard", "give OrgIDs", accessTest), `the plan found it undetermined (statement "Guard"): give OrgIDs`},
		{"not about access", at(task.CauseRegion, "", "", "", "", "x"), "set the Region of that end to the one that the message names, or else to the bucket's own: s3:GetBucketLocation tells it"},
		{"not about access, and the task is set so", at(task.CauseEndpoint, "", "", "", "see the Regions", "x"), "see the Regions"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.err.Hint()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestHintOfLocation: a hint is about the end that is known. Of a location that the plan does not know it says which plan does.
func TestHintOfLocation(t *testing.T) {
	const id = "loc-0123456789abcdef0"
	for _, tt := range []struct {
		name string
		side plan.Side
		want string
	}{
		{"known", plan.DestinationSide, "check the destination location: its bucket, Region and role; the policies that were read allow it: plan again, because one may have changed, and look at service and resource control policies, and keys, that were not read"},
		{"not known", "", "check both locations: their buckets, Regions and roles; the policies that were read allow it: plan again, because one may have changed, and look at service and resource control policies, and keys, that were not read; " +
			"which end " + id + " is, a plan knows that is made now: let it explain the error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := &plan.AccessTestError{Transfer: "nightly", Side: tt.side, Cause: task.CauseLocation, Verdict: plan.CodeAllowed, Err: errors.New("Task failed to access location " + id + ": x40016")}
			if diff := cmp.Diff(tt.want, e.Hint()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestAccessErrorOfCaller: where DataSync refused the caller, the error does not say that it was the role.
func TestAccessErrorOfCaller(t *testing.T) {
	e := &plan.AccessTestError{Transfer: "nightly", Side: plan.SourceSide, Bucket: "media", RoleARN: "arn:aws:iam::111122223333:role/out", Cause: task.CauseCaller, Verdict: plan.CodeAllowed,
		Err: errors.New("x")}
	want := "transfer nightly: datasync could not reach the source bucket media as whoever makes its location (by its policies: allowed): x"
	if diff := cmp.Diff(want, e.Error()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestAmbiguousErrorSaysHow names what the resources differ in, of many things the first ones, and nothing where they do not differ yet.
func TestAmbiguousErrorSaysHow(t *testing.T) {
	for _, tt := range []struct {
		name   string
		differ []string
		want   string
	}{
		{"not yet", nil, ""},
		{"one", []string{"role"}, "; they differ in role"},
		{"many", []string{"a", "b", "c", "d", "e", "f", "tag g"}, "; they differ in a, b, c, d, e and 2 more"},
		{"of others", []string{"tag x\n\x1b[2J"}, `; they differ in tag x \x1b[2J`},
	} {
		e := &plan.AmbiguousError{Account: "111122223333", Region: "us-east-2", Kind: plan.DataSyncTask, Name: "nightly", ARNs: []string{"a", "b"}, Differ: tt.differ}
		if got, want := e.Error(), "account 111122223333 us-east-2: 2 of datasync-task nightly are tagged as ours: a, b"+tt.want; got != want {
			t.Errorf("%s: %s, want %s", tt.name, got, want)
		}
	}
}

// TestHintsDoNotRepeat: what one error says is not said again by what it wraps, in the same words or in words that know less.
func TestHintsDoNotRepeat(t *testing.T) {
	run := &task.IncompleteError{Outcome: task.Outcome{Verdict: task.Failed, ErrorDetail: accessTest}}
	ambiguous := &plan.AmbiguousError{Kind: plan.DataSyncTask, Name: "nightly"}
	explained := &plan.AccessTestError{Cause: task.CauseList, Verdict: plan.CodeDenied, Remedy: "exempt it", Err: run}
	blocked := &plan.BlockedError{Findings: []plan.Finding{{Remedy: ambiguous.Hint()}, {Remedy: "set AllowReplace"}, {Remedy: "set AllowReplace"}, {}}, Causes: []error{ambiguous}}
	for _, tt := range []struct {
		name string
		err  error
		want []string
	}{
		{"nil", nil, nil},
		{"none", errors.New("x"), nil},
		{"a run", run, []string{run.Hint()}},
		{"explained", explained, []string{explained.Hint()}},
		{"a call that is explained", &plan.CallError{Operation: "datasync:CreateLocationS3", Err: explained}, []string{explained.Hint()}},
		{"twice", errors.Join(explained, fmt.Errorf("again: %w", explained)), []string{explained.Hint()}},
		{"blocked, each remedy by itself", blocked, []string{ambiguous.Hint(), "set AllowReplace"}},
		{"blocked by the caller's findings", &plan.CallerError{Findings: []plan.Finding{{Remedy: "name it"}, {Remedy: "name it"}}}, []string{"name it"}},
		{"the same with more behind it", errors.Join(&plan.AccessTestError{Cause: task.CauseRegion, Remedy: "a; b"}, &plan.BlockedError{Findings: []plan.Finding{{Remedy: "a"}, {Remedy: "b"}, {Remedy: "c"}}}),
			[]string{"a; b", "c"}},
		{"not the whole of a part", errors.Join(&plan.AccessTestError{Cause: task.CauseRegion, Remedy: "set a to b"}, &plan.BlockedError{Findings: []plan.Finding{{Remedy: "set a"}}}),
			[]string{"set a to b", "set a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, plan.Hints(tt.err)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
