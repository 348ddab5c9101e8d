package xacct

import (
	"errors"
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// TestAccessCauses: the messages as they were reported; see accessCauses for where.
func TestAccessCauses(t *testing.T) {
	seen := map[AccessCause]bool{}
	for _, tt := range []struct {
		message string
		want    AccessCause
		hint    string
	}{
		{"Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=sync, roleArn=arn:aws:iam::111122223333:role/sync", AccessTrust, "let the trust policy of arn:aws:iam::111122223333:role/sync"},
		{"Invalid request provided: Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=sync", AccessTrust, "a new role takes a minute"},
		{"Invalid IAM role", AccessRole, "see that role arn:aws:iam::111122223333:role/sync exists"},
		{"DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket. Ensure bucket access role has s3:ListBucket permission.", AccessList, "list bucket media"},
		{"Invalid request provided: DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket.", AccessList, "list bucket media"},
		{"DataSync location access test failed: could not perform s3:GetObject in bucket media. Access denied. Ensure bucket access role has s3:GetObject permission.", AccessRead, "KMSKeys"},
		{"DataSync bucket access test failed: could not perform s3:HeadBucket on bucket. Access denied. Ensure bucket access role has s3:ListBucket permission.", AccessCaller, "Operators"},
		{"DataSync bucket access test failed: could not perform s3:PutObject in bucket reports", AccessWrite, "report's bucket"},
		{"The bucket is in this region: eu-west-1. Please use this region to retry the request", AccessRegion, "set the Region"},
		{"Invalid parameter: ARN account () must match authenticated user.", AccessARN, "ARNs of DataSync resources"},
		{"Invalid SyncOption value. Option: Uid", AccessOption, "change the option"},
		{"Something else", AccessUnknown, "see the message"},
	} {
		err := error(&dstypes.InvalidRequestException{Message: &tt.message})
		got := accessCauseOf(err)
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.message, got, tt.want)
		}
		seen[got] = true
		e := &AccessTestError{Transfer: "t", Side: SourceSide, Bucket: "media", RoleARN: "arn:aws:iam::111122223333:role/sync", Cause: got, Err: err}
		if hint := e.Hint(); !strings.Contains(hint, tt.hint) || strings.Contains(hint, "%!") || strings.Contains(hint, "\n") {
			t.Errorf("%s: hint %q, want %q in it", tt.message, hint, tt.hint)
		}
		if !errors.Is(e, err) || strings.Contains(e.Error(), "\n") {
			t.Errorf("%v: does not unwrap, or has several lines", e)
		}
	}
	for cause := range accessHints {
		if !seen[cause] {
			t.Errorf("no message means %s", cause)
		}
	}
	if accessCauseOf(nil) != AccessUnknown {
		t.Error("no error has a cause")
	}
}

// TestAccessHintsCarryTheVerdict: what the plan knew is part of the hint, unless the message is about something else.
func TestAccessHintsCarryTheVerdict(t *testing.T) {
	for _, tt := range []struct {
		cause   AccessCause
		verdict Code
		want    string
	}{
		{AccessList, CodeAllowed, "the policies that were read allow it, by Ours"},
		{AccessList, CodeDenied, "denied, by Ours: change that statement"},
		{AccessList, CodeUndetermined, "depends on (Ours)"},
		{AccessUnknown, CodeDenied, "denied, by Ours"},
		{AccessRegion, CodeAllowed, "set the Region of that end to the one that the message names"},
	} {
		e := &AccessTestError{Cause: tt.cause, Verdict: tt.verdict, Statement: "Ours"}
		if got := e.Hint(); !strings.HasSuffix(got, tt.want) && !strings.Contains(got, tt.want) || tt.cause == AccessRegion && strings.Contains(got, "Ours") {
			t.Errorf("%s, %s: %q, want %q", tt.cause, tt.verdict, got, tt.want)
		}
	}
	if got := (&AccessTestError{}).Error(); !strings.Contains(got, "could not reach a bucket (on paper: not judged)") {
		t.Errorf("without a side: %s", got)
	}
}
