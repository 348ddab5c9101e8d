package task

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"
)

type run = datasync.DescribeTaskExecutionOutput

// Written by hand from https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html (a SUCCESS that left things behind),
// https://docs.aws.amazon.com/datasync/latest/userguide/transfer-performance-counters.html (the counters) and the assumptions in docs/limits.md.
func TestVerdict(t *testing.T) {
	tests := []struct {
		name      string
		out       run
		cancelled bool
		want      Verdict
	}{
		{"success", run{Status: "SUCCESS"}, false, Complete},
		{"success, though somebody tried to cancel", run{Status: "SUCCESS"}, true, Complete},
		{"success, file failed to prepare", run{Status: "SUCCESS", FilesFailed: &dstypes.TaskExecutionFilesFailedDetail{Prepare: 1}}, false, WithExceptions},
		{"success, file failed to transfer", run{Status: "SUCCESS", FilesFailed: &dstypes.TaskExecutionFilesFailedDetail{Transfer: 1}}, false, WithExceptions},
		{"success, file failed to verify", run{Status: "SUCCESS", FilesFailed: &dstypes.TaskExecutionFilesFailedDetail{Verify: 1}}, false, WithExceptions},
		{"success, file failed to be deleted", run{Status: "SUCCESS", FilesFailed: &dstypes.TaskExecutionFilesFailedDetail{Delete: 1}}, false, WithExceptions},
		{"success, folder failed to list", run{Status: "SUCCESS", FoldersFailed: &dstypes.TaskExecutionFoldersFailedDetail{List: 1}}, false, WithExceptions},
		{"success, folder failed to transfer", run{Status: "SUCCESS", FoldersFailed: &dstypes.TaskExecutionFoldersFailedDetail{Transfer: 1}}, false, WithExceptions},
		{"success, nothing failed", run{Status: "SUCCESS", FilesFailed: &dstypes.TaskExecutionFilesFailedDetail{}, FoldersFailed: &dstypes.TaskExecutionFoldersFailedDetail{}, FilesTransferred: 5}, false, Complete},
		{"success, skipped", run{Status: "SUCCESS", FilesSkipped: 1}, false, WithExceptions},
		{"success, folder skipped", run{Status: "SUCCESS", FoldersSkipped: new(int64(1))}, false, WithExceptions},
		{"success, skipped and never overwriting: it may be an archived object", run{Status: "SUCCESS", FilesSkipped: 1, Options: &dstypes.Options{OverwriteMode: "NEVER"}}, false, WithExceptions},
		{"success, skipped and overwriting", run{Status: "SUCCESS", FilesSkipped: 1, Options: &dstypes.Options{OverwriteMode: "ALWAYS"}}, false, WithExceptions},
		{"success with an error code", run{Status: "SUCCESS", Result: &dstypes.TaskExecutionResultDetail{ErrorCode: new("OpNotSupp")}}, false, WithExceptions},
		{"success that speaks of mismatches", run{Status: "SUCCESS", Result: &dstypes.TaskExecutionResultDetail{ErrorDetail: new("Transfer and verification completed. Verification detected mismatches.")}}, false, WithExceptions},
		{"success whose report failed", run{Status: "SUCCESS", ReportResult: &dstypes.ReportResult{Status: "ERROR"}}, false, Complete},
		{"success, verification found mismatches", run{Status: "SUCCESS", Result: &dstypes.TaskExecutionResultDetail{VerifyStatus: "ERROR"}}, false, WithExceptions},
		{"success, all phases well", run{Status: "SUCCESS", Result: &dstypes.TaskExecutionResultDetail{PrepareStatus: "SUCCESS", TransferStatus: "SUCCESS", VerifyStatus: "SUCCESS"}}, false, Complete},
		{"success, phases never reported", run{Status: "SUCCESS", Result: &dstypes.TaskExecutionResultDetail{VerifyStatus: "PENDING"}}, false, Complete},
		{"error", run{Status: "ERROR"}, false, Failed},
		{"error with a code", run{Status: "ERROR", Result: &dstypes.TaskExecutionResultDetail{ErrorCode: new("FsS3HeadBucketFailed")}}, false, Failed},
		{"error after cancelling", run{Status: "ERROR"}, true, Cancelled},
		{"error whose code says cancelled", run{Status: "ERROR", Result: &dstypes.TaskExecutionResultDetail{ErrorCode: new("Cancelled")}}, false, Cancelled},
		{"error of a request that DataSync cancelled itself", run{Status: "ERROR", Result: &dstypes.TaskExecutionResultDetail{ErrorCode: new("FsS3HeadBucketFailed"),
			ErrorDetail: new("request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers): context canceled")}}, false, Failed},
		{"success short of its estimates", run{Status: "SUCCESS", EstimatedFilesToTransfer: 100, FilesTransferred: 40}, false, Complete},
		{"error whose detail says canceled", run{Status: "ERROR", Result: &dstypes.TaskExecutionResultDetail{ErrorDetail: new("The task execution was canceled by the user.")}}, false, Cancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := outcome(&tt.out, counters(&tt.out), executionARN, tt.cancelled).Verdict; got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

func TestOutcome(t *testing.T) {
	start, launch, end := created, created.Add(time.Minute), created.Add(3*time.Minute)
	out := &run{
		Status: "SUCCESS", TaskMode: "ENHANCED", StartTime: &start, LaunchTime: &launch, EndTime: &end,
		EstimatedFilesToTransfer: 1, EstimatedBytesToTransfer: 2, EstimatedFilesToDelete: 3, FilesTransferred: 4, BytesWritten: 5, BytesTransferred: 6,
		FilesSkipped: 7, FoldersSkipped: new(int64(1)), FilesVerified: 9, FilesDeleted: 10, FilesPrepared: 11,
		EstimatedFoldersToTransfer: new(int64(21)), EstimatedFoldersToDelete: new(int64(22)), FoldersPrepared: new(int64(24)),
		FoldersTransferred: new(int64(25)), FoldersVerified: new(int64(26)), FoldersDeleted: new(int64(27)),
		FoldersListed: &dstypes.TaskExecutionFoldersListedDetail{AtSource: 23},
		FilesListed:   &dstypes.TaskExecutionFilesListedDetail{AtSource: 12},
		FilesFailed:   &dstypes.TaskExecutionFilesFailedDetail{Prepare: 1, Transfer: 2, Verify: 3, Delete: 4},
		FoldersFailed: &dstypes.TaskExecutionFoldersFailedDetail{List: 5, Prepare: 10, Transfer: 20, Verify: 30, Delete: 40},
		Result:        &dstypes.TaskExecutionResultDetail{ErrorCode: new("code"), ErrorDetail: new("detail"), TotalDuration: new(int64(1500))},
	}
	want := &Outcome{
		ExecutionARN: executionARN, Verdict: WithExceptions, Status: "SUCCESS", Mode: "ENHANCED", ErrorCode: "code", ErrorDetail: "detail",
		Counters: Counters{EstimatedFiles: 1, EstimatedBytes: 2, EstimatedDeletes: 3, Files: 4, BytesWritten: 5, BytesTransferred: 6, Skipped: 8, Verified: 9, Deleted: 10,
			Prepared: 11, Listed: 12, FailedList: 5, FailedPrepare: 11, FailedTransfer: 22, FailedVerify: 33, FailedDelete: 44,
			Folders: FolderCounters{Estimated: 21, EstimatedDeletes: 22, Listed: 23, Prepared: 24, Transferred: 25, Verified: 26, Deleted: 27}},
		StartTime: start, LaunchTime: launch, EndTime: end, Duration: 1500 * time.Millisecond,
	}
	got := outcome(out, counters(out), executionARN, false)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := want.Counters.Failed(); got != 115 {
		t.Errorf("failed %d", got)
	}
	for name, tt := range map[string]struct {
		change func()
		want   time.Duration
	}{
		"from the launch": {func() { out.Result = nil }, 2 * time.Minute},
		"from the start":  {func() { out.Result, out.LaunchTime = nil, nil }, 3 * time.Minute},
		"not known":       {func() { out.Result, out.LaunchTime, out.StartTime = nil, nil, nil }, 0},
	} {
		copied := *out
		tt.change()
		if got := outcome(out, Counters{}, executionARN, false).Duration; got != tt.want {
			t.Errorf("duration %s: %v, want %v", name, got, tt.want)
		}
		*out = copied
	}
}

func TestIncompleteError(t *testing.T) {
	tests := []struct {
		outcome     Outcome
		error, hint string
	}{
		{Outcome{ExecutionARN: "exec", Verdict: WithExceptions, Counters: Counters{FailedTransfer: 2, FailedVerify: 1, Skipped: 4}}, "exec: with exceptions, 3 failed, 4 skipped", "see the task's log group (/aws/datasync"},
		{Outcome{ExecutionARN: "exec", Verdict: WithExceptions, Counters: Counters{Skipped: 4}, Report: ReportOutcome{Status: "SUCCESS"}}, "exec: with exceptions, 0 failed, 4 skipped",
			"see the task's report, or its log group"},
		{Outcome{ExecutionARN: "exec", Verdict: WithExceptions, Counters: Counters{Skipped: 4}, Report: ReportOutcome{Status: "PENDING"}}, "exec: with exceptions, 0 failed, 4 skipped",
			"see the task's report, or its log group"},
		{Outcome{ExecutionARN: "exec", Verdict: WithExceptions, Counters: Counters{Skipped: 4}, Report: ReportOutcome{Status: "ERROR"}}, "exec: with exceptions, 0 failed, 4 skipped",
			"see the task's log group (/aws/datasync"},
		{Outcome{ExecutionARN: "exec", Verdict: Failed, ErrorCode: "FsS3HeadBucketFailed", ErrorDetail: "two\nlines"}, "exec: failed: FsS3HeadBucketFailed: two lines", "let the location's role"},
		{Outcome{ExecutionARN: "exec", Verdict: Failed, ErrorCode: "Unheard"}, "exec: failed: Unheard", "see the error code"},
		{Outcome{ExecutionARN: "exec", Verdict: Cancelled}, "exec: cancelled", "start the task again"},
		{Outcome{ExecutionARN: "exec"}, "exec: unknown", "see the error code"},
	}
	for _, tt := range tests {
		e := &IncompleteError{Outcome: tt.outcome}
		if e.Error() != tt.error || !strings.HasPrefix(e.Hint(), tt.hint) {
			t.Errorf("%q, hint %q", e, e.Hint())
		}
	}
	if got := Complete.String(); got != "complete" {
		t.Error(got)
	}
}

// Written by hand from https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html.
func TestExecutionError(t *testing.T) {
	for _, tt := range []struct {
		code, detail string
		want         Cause
	}{
		{"FsS3UnableToConnectToEndpoint", "", CauseEndpoint},
		{"FsS3HeadBucketFailed", "403", CauseBucket},
		{"SrcLocHitAccess", "", CauseSource},
		{"SyncTaskErrorLocationNotAdded", "", CauseLocation},
		{"ManifestFileDoesNotExist", "", CauseManifest},
		{"", "Cannot allocate memory", CauseMemory},
		{"EniNotFound", "", CauseNetwork},
		{"", "Transfer and verification completed. Verification detected mismatches. Files with mismatches are listed in Cloud Watch Logs", CauseMismatch},
		{"", "Verification failed due to a difference in metadata", CauseMismatch},
		{"", "Transfer and verification completed. Selected files transferred except for files skipped due to errors.", CauseFilesErrors},
		{"Unheard", "of", CauseUnknown},
	} {
		err := error(&IncompleteError{Outcome{Verdict: Failed, ErrorCode: tt.code, ErrorDetail: tt.detail}})
		var x *ExecutionError
		if !errors.As(err, &x) || x.Cause != tt.want || x.Hint() == "" || x.Hint() != err.(*IncompleteError).Hint() {
			t.Errorf("%s %s: %+v", tt.code, tt.detail, x)
		}
	}
	if err := (&IncompleteError{Outcome{Verdict: WithExceptions}}).Unwrap(); err != nil {
		t.Errorf("without code and detail: %v", err)
	}
}

func TestExceptions(t *testing.T) {
	brief := func(o Outcome) []string {
		var out []string
		for _, e := range o.Exceptions() {
			out = append(out, fmt.Sprintf("%s %d %v", e.What, e.Count, e.Note))
		}
		return out
	}
	for _, tt := range []struct {
		name    string
		outcome Outcome
		want    []string
	}{
		{"none", Outcome{Status: "SUCCESS", Counters: Counters{Files: 3}}, nil},
		{"every kind", Outcome{Status: "SUCCESS", ErrorCode: "X", Counters: Counters{FailedList: 1, FailedPrepare: 2, FailedTransfer: 3, FailedVerify: 4, FailedDelete: 5, Skipped: 6}},
			[]string{"failed to list 1 false", "failed to prepare 2 false", "failed to transfer 3 false", "failed to verify 4 false", "failed to delete 5 false", "skipped 6 false", "error 0 false"}},
		{"skipped and never overwriting", Outcome{Status: "SUCCESS", Counters: Counters{Skipped: 6}, Options: Options{OverwriteMode: "NEVER"}}, []string{"skipped 6 false"}},
		{"short of every estimate", Outcome{Status: "SUCCESS", Verdict: Complete, Counters: Counters{EstimatedFiles: 100, Files: 40, EstimatedBytes: 1000, BytesWritten: 400, EstimatedDeletes: 9, Deleted: 1}},
			[]string{"objects fewer than estimated 60 true", "bytes fewer than estimated 600 true", "deletes fewer than estimated 8 true"}},
		{"short of folders", Outcome{Status: "SUCCESS", Verdict: Complete, Counters: Counters{Folders: FolderCounters{Estimated: 5, Transferred: 2, EstimatedDeletes: 4, Deleted: 3}}},
			[]string{"folders fewer than estimated 3 true", "folder deletes fewer than estimated 1 true"}},
		{"more than estimated", Outcome{Status: "SUCCESS", Counters: Counters{EstimatedFiles: 1, Files: 2, EstimatedBytes: 1, BytesWritten: 2}}, nil},
		{"short because of a failure", Outcome{Status: "SUCCESS", Counters: Counters{EstimatedFiles: 2, Files: 1, FailedTransfer: 1}}, []string{"failed to transfer 1 false"}},
		{"short of the estimates and failed", Outcome{Status: "ERROR", Counters: Counters{EstimatedFiles: 2, Files: 1}}, nil},
		{"a report that could not be written", Outcome{Status: "SUCCESS", Verdict: Complete, Report: ReportOutcome{Status: "ERROR", ErrorCode: "X"}, Counters: Counters{EstimatedFiles: 2, Files: 1}},
			[]string{"report not written 0 true", "objects fewer than estimated 1 true"}},
		{"a report that could not be written, of a failed run", Outcome{Status: "ERROR", ErrorCode: "NoMem", Report: ReportOutcome{Status: "ERROR"}},
			[]string{"error 0 false", "report not written 0 true"}},
		{"a report that is not written yet", Outcome{Status: "SUCCESS", Counters: Counters{Files: 1}, Report: ReportOutcome{Status: "PENDING"}}, nil},
		{"a report", Outcome{Status: "SUCCESS", Counters: Counters{Files: 1}, Report: ReportOutcome{Status: "SUCCESS"}}, nil},
		{"mismatches without a counter", Outcome{Status: "SUCCESS", Mismatch: true}, []string{"mismatches 0 false"}},
		{"nothing found", Outcome{Status: "SUCCESS", Mode: "ENHANCED"}, []string{"no object found 0 true"}},
		{"nothing found but folders", Outcome{Status: "SUCCESS", Mode: "ENHANCED", Counters: Counters{Folders: FolderCounters{Listed: 3}}}, []string{"no object found 0 true"}},
		{"nothing found, and all deleted", Outcome{Status: "SUCCESS", Mode: "ENHANCED", Counters: Counters{EstimatedDeletes: 4, Deleted: 4}}, []string{"no object found 0 true"}},
		{"nothing found because of a failure", Outcome{Status: "SUCCESS", Mode: "ENHANCED", Counters: Counters{FailedList: 1}}, []string{"failed to list 1 false"}},
		{"nothing found in an ERROR", Outcome{Status: "ERROR", Mode: "ENHANCED"}, nil},
		{"all there already", Outcome{Status: "SUCCESS", Mode: "ENHANCED", Counters: Counters{Listed: 7, Prepared: 7}}, nil},
		{"BASIC, nothing to do", Outcome{Status: "SUCCESS", Mode: "BASIC"}, []string{"no object to transfer 0 true"}},
		{"BASIC, only deletions", Outcome{Status: "SUCCESS", Mode: "BASIC", Counters: Counters{EstimatedFiles: 4, EstimatedDeletes: 4, Deleted: 4}}, []string{"no object to transfer 0 true", "objects fewer than estimated 4 true"}},
		{"BASIC, all verified", Outcome{Status: "SUCCESS", Mode: "BASIC", Counters: Counters{Verified: 7}}, nil},
	} {
		if diff := cmp.Diff(tt.want, brief(tt.outcome)); diff != "" {
			t.Errorf("%s, -want +got:\n%s", tt.name, diff)
		}
	}
}

// TestReasonOfUnwrittenReport: the exception has DataSync's code and detail.
func TestReasonOfUnwrittenReport(t *testing.T) {
	for want, r := range map[string]ReportOutcome{
		"Code Failed to upload Task Report(s) to S3 due to an invalid bucket or IAM role": {Status: "ERROR", ErrorCode: "Code",
			ErrorDetail: "Failed to upload Task Report(s) to S3\n due to an invalid bucket or IAM role"},
		"DataSync does not say why": {Status: "ERROR"},
	} {
		if got := (&Outcome{Status: "SUCCESS", Counters: Counters{Files: 1}, Report: r}).Exceptions(); len(got) != 1 || got[0].Reason != want {
			t.Errorf("%+v, want %q", got, want)
		}
	}
}

// Wait returns the outcome together with an error that contains it.
func TestWaitIncomplete(t *testing.T) {
	r := &runner{looks: []look{at("ERROR", 0, 0, 0, 0).with(result("NoMem", "too many objects"))}}
	out, err := Attach(r, executionARN).Wait(t.Context())
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || out == nil || *out != incomplete.Outcome || out.ErrorCode != "NoMem" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestProgressString(t *testing.T) {
	for want, p := range map[string]Progress{
		"QUEUED, estimating": {Status: "QUEUED", Percent: -1, Estimating: true},
		"TRANSFERRING 41%, 12 of 30 objects, 1536 of 4096 bytes": {Status: "TRANSFERRING", Percent: 41.9, Counters: Counters{Files: 12, EstimatedFiles: 30, BytesWritten: 1536, EstimatedBytes: 4096}},
		"SUCCESS 100%": {Status: "SUCCESS", Percent: 100},
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
