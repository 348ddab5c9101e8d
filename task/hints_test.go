package task

import (
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"
)

// TestRunHintUnlike: no run is told to set what it had already, and none to allow what an explicit Deny forbids.
func TestRunHintUnlike(t *testing.T) {
	enhanced, basic := dstypes.TaskModeEnhanced, dstypes.TaskModeBasic
	const deny = "User: x is not authorized to perform: s3:GetObject on resource: y with an explicit deny in a resource-based policy"
	for _, tt := range []struct {
		name string
		run  Outcome
		want string
	}{
		{"memory, BASIC", Outcome{Mode: basic, ErrorCode: "NoMem"}, "use an ENHANCED task"},
		{"memory, ENHANCED", Outcome{Mode: enhanced, ErrorCode: "NoMem"}, "split the transfer by include filters"},
		{"memory, the mode is not known", Outcome{ErrorCode: "NoMem"}, "use an ENHANCED task"},
		{"endpoint, BASIC", Outcome{Mode: basic, ErrorCode: "FsS3UnableToConnectToEndpoint"}, "make the task in the destination's Region"},
		{"endpoint, ENHANCED", Outcome{Mode: enhanced, ErrorCode: "FsS3UnableToConnectToEndpoint"}, "see that the Regions of both locations are enabled"},
		{"locked, and it overwrites", Outcome{ErrorDetail: "Access Denied because object protected by object lock"}, "keep what is locked"},
		{"locked, and it deletes", Outcome{ErrorDetail: "Access Denied because object protected by object lock",
			Options: Options{OverwriteMode: dstypes.OverwriteModeNever, PreserveDeletedFiles: dstypes.PreserveDeletedFilesRemove}}, "keep what is locked"},
		{"locked, and it does neither", Outcome{ErrorDetail: "Access Denied because object protected by object lock", Options: Options{OverwriteMode: dstypes.OverwriteModeNever}},
			"let the retention or legal hold of the object end"},
		{"an explicit Deny", Outcome{ErrorDetail: deny}, "let the owner of the bucket or key exempt the location's role from the Deny on s3:GetObject"},
		{"not allowed", Outcome{ErrorDetail: "User: x is not authorized to perform: s3:GetObject on resource: y because no resource-based policy allows it"}, "let the location's role read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.run.Verdict = Failed
			if got := (&IncompleteError{tt.run}).Hint(); !strings.HasPrefix(got, tt.want) {
				t.Errorf("hint %q, want %q", got, tt.want)
			}
		})
	}
}

// TestStartHintDenied: an explicit Deny of a start is lifted for whom it refused, the caller or a role.
func TestStartHintDenied(t *testing.T) {
	const why = " on resource: arn:aws:s3:::media with an explicit deny in a service control policy"
	for action, want := range map[string]string{
		"datasync:StartTaskExecution": "let the organisation that keeps the service control policies exempt the caller from the Deny on datasync:StartTaskExecution",
		"iam:PassRole":                "let the organisation that keeps the service control policies exempt the caller from the Deny on iam:PassRole",
		"s3:ListBucket":               "let the organisation that keeps the service control policies exempt the location's role from the Deny on s3:ListBucket",
	} {
		e := &StartError{Err: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "User: x is not authorized to perform: " + action + why}}
		if got := e.Hint(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: hint %q, want %q", action, got, want)
		}
	}
}
