package task

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"

	"github.com/xacct/xacct/internal/option"
)

// neverRun describes a run with OverwriteMode NEVER that skipped n objects, with a report that lists what was skipped.
func neverRun(n int64, more ...func(*run)) look {
	return reportedRun(func(out *datasync.DescribeTaskExecutionOutput) {
		out.FilesSkipped, out.Options = n, &dstypes.Options{OverwriteMode: "NEVER"}
		out.TaskReportConfig = &dstypes.TaskReportConfig{OutputType: "STANDARD", ReportLevel: "SUCCESSES_AND_ERRORS",
			Destination: &dstypes.ReportDestination{S3: &dstypes.ReportDestinationS3{S3BucketArn: new("arn:aws:s3:::amzn-s3-demo-bucket"), Subdirectory: new("reports/")}}}
		option.Apply(out, more)
	})
}

// TestAcceptExisting: a run that never overwrites is accepted if its report names everything that it skipped as existing; the verdict stays.
func TestAcceptExisting(t *testing.T) {
	const one, two = `{"RelativePath":"/a","SkipStatus":"SUCCESS"}`, `{"RelativePath":"/b","SkipStatus":"SUCCESS"}`
	skipped := func(entries ...string) *shelf { return reportOf(`{"Skipped":[` + strings.Join(entries, ",") + `]}`) }
	entry := func(members string) string { return `{"RelativePath":"/b",` + members + `}` }
	always := func(out *run) { out.Options.OverwriteMode = "ALWAYS" }
	errorsOnly := func(out *run) { out.TaskReportConfig.ReportLevel = "ERRORS_ONLY" }
	for _, tt := range []struct {
		name    string
		look    look
		objects *shelf
		want    string // of the error; "" is none
		hint    string
	}{
		{"all of them", neverRun(2), skipped(one, two), "", ""},
		{"with unchanged objects, which are listed and not counted", neverRun(1), skipped(one, two), "", ""},
		{"with a reason", neverRun(2), skipped(one, entry(`"SkipStatus":"SUCCESS","SkipReason":"The object already exists at the destination"`)), "", ""},
		{"with a code as the reason", neverRun(2), skipped(one, entry(`"SkipStatus":"SUCCESS","ErrorCode":"FileExists"`)), "", ""},
		{"in two parts", neverRun(2), &shelf{objects: map[string]string{
			"reports/Detailed-Reports/task-0a1b2c3d4e5f67890/exec-0123456789abcdef0/1.json": `{"Skipped":[` + one + `]}`,
			"reports/Detailed-Reports/task-0a1b2c3d4e5f67890/exec-0123456789abcdef0/2.json": `{"Skipped":[` + two + `]}`}}, "", ""},
		{"with a folder", neverRun(1, func(out *run) { out.FoldersSkipped = new(int64(1)) }), skipped(one, `{"RelativePath":"/f","SrcMetadata":{"Type":"Directory"},"SkipStatus":"SUCCESS"}`), "", ""},

		{"no report", neverRun(2, func(out *run) { out.TaskReportConfig, out.ReportResult = nil, nil }), skipped(one, two), "the run has no task report", "give the task a STANDARD report"},
		{"a summary", neverRun(2, func(out *run) { out.TaskReportConfig.OutputType = "SUMMARY_ONLY" }), skipped(one, two), "is a summary", "give the task a STANDARD report"},
		{"a report that could not be written", neverRun(2, func(out *run) { out.ReportResult = &dstypes.ReportResult{Status: "ERROR", ErrorDetail: new("no role")} }),
			skipped(one, two), "could not be written: no role", "let the report's role write"},
		{"a report of errors only", neverRun(2, errorsOnly), skipped(), "skipped 2 objects and folders, and its report in s3://amzn-s3-demo-bucket/reports/ names 0", "give the task a STANDARD report"},
		{"a report that is not there", neverRun(2), &shelf{}, "names 0 as existing", "give the task a STANDARD report"},
		{"one is not listed", neverRun(2), skipped(one), "names 1 as existing", "give the task a STANDARD report"},
		{"the only one is not listed", neverRun(1), skipped(), "the run skipped 1 object or folder, and its report in s3://amzn-s3-demo-bucket/reports/ names 0", "give the task a STANDARD report"},
		{"one is listed twice", neverRun(2), skipped(one, one), "names 1 as existing", "give the task a STANDARD report"},
		{"archived, by its code", neverRun(2), skipped(one, entry(`"ErrorCode":"ObjectInArchive"`)), `does not say of "b" that it exists (ObjectInArchive)`, "see the report in s3://amzn-s3-demo-bucket/reports/"},
		{"archived, with success", neverRun(2), skipped(one, entry(`"SkipStatus":"SUCCESS","SkipReason":"archived"`)), `"b" that it exists (SUCCESS: archived)`, "see the report"},
		{"archived, in hostile words", neverRun(2), skipped(one, entry(`"SkipStatus":"SUCCESS","SkipReason":"gone\u001b[2J\u2028"`)), `(SUCCESS: gone\x1b[2J`, "see the report"},
		{"not existing", neverRun(2), skipped(one, entry(`"SkipStatus":"SUCCESS","SkipReason":"does not exist"`)), "does not exist", "see the report"},
		{"not existent", neverRun(2), skipped(one, entry(`"SkipStatus":"SUCCESS","SkipReason":"non-existent object"`)), "non-existent", "see the report"},
		{"failed to skip", neverRun(2), skipped(one, entry(`"SkipStatus":"FAILED","SkipReason":"exists"`)), "FAILED: exists", "see the report"},
		{"no word on it", neverRun(2), skipped(one, `{"RelativePath":"/b"}`), `does not say of "b" that it exists`, "see the report"},
		{"a failure of which no counter knows", neverRun(1), reportOf(`{"Skipped":[` + one + `],"Transferred":[{"RelativePath":"/c\u001b","TransferStatus":"FAILED"}]}`), `says of "c\x1b" that it failed`, "see the report"},
		{"a report that is no report", neverRun(2), reportOf(`{"Skipped":[`), "could not be read", "let the client of WatchOptions.Objects"},
		{"a bucket that refuses", neverRun(2), &shelf{err: map[string]error{"ListObjectsV2": &smithy.GenericAPIError{Code: "AccessDenied"}}}, "could not be read: listing", "let the client of WatchOptions.Objects"},
		{"expired credentials", neverRun(2), &shelf{err: map[string]error{"ListObjectsV2": &smithy.GenericAPIError{Code: "ExpiredToken"}}}, "have expired", "renew the credentials of account 444455556666"},
		{"no client", neverRun(2), nil, "for want of a client", "set WatchOptions.Objects"},
		{"overwriting", neverRun(2, always), skipped(one, two), "the run overwrites what exists", "set OverwriteMode NEVER"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &runner{looks: []look{tt.look}}
			out, err := Attach(r, executionARN).Wait(t.Context(), func(o *WatchOptions) {
				o.AcceptExisting, o.ReportAccount = true, "444455556666"
				if tt.objects != nil {
					o.Objects = tt.objects
				}
			})
			if out == nil || out.Verdict != WithExceptions {
				t.Fatalf("%+v, want an outcome with exceptions", out)
			}
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				if !slices.Contains(tt.objects.owners, "444455556666") || len(slices.Compact(tt.objects.owners)) != 1 {
					t.Errorf("expected owners %q", tt.objects.owners)
				}
				return
			}
			var existing *ExistingError
			var incomplete *IncompleteError
			if !errors.As(err, &existing) || !errors.As(err, &incomplete) || incomplete.Outcome != *out {
				t.Fatalf("%v, want an ExistingError around an IncompleteError", err)
			}
			if !strings.Contains(err.Error(), tt.want) || strings.ContainsAny(err.Error(), "\n\x1b") || !strings.HasPrefix(existing.Hint(), tt.hint) || tt.hint == "" {
				t.Errorf("%v; hint %q, want %q, %q", err, existing.Hint(), tt.want, tt.hint)
			}
		})
	}
}

// TestAcceptNothingElse: what is worse than a skip is told as always, and nothing is read for a run that needs no acceptance.
func TestAcceptNothingElse(t *testing.T) {
	for _, tt := range []struct {
		name    string
		look    look
		verdict Verdict
	}{
		{"complete", neverRun(0), Complete},
		{"an object failed", neverRun(1, failed(0, 1, 0)), WithExceptions},
		{"an error", neverRun(1, result("", "Selected files transferred except for files skipped due to errors.")), WithExceptions},
		{"a mismatch", neverRun(1, func(out *run) { out.Result = &dstypes.TaskExecutionResultDetail{VerifyStatus: "ERROR"} }), WithExceptions},
		{"an error without skips", neverRun(0, result("X", "")), WithExceptions},
		{"failed", func() look { l := neverRun(1); l.status = "ERROR"; return l }(), Failed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := reportOf(`{"Skipped":[{"RelativePath":"/a","SkipStatus":"SUCCESS"}]}`), &runner{looks: []look{tt.look}}
			out, err := Attach(r, executionARN).Wait(t.Context(), func(o *WatchOptions) { o.AcceptExisting, o.Objects = true, s })
			var existing *ExistingError
			if out == nil || out.Verdict != tt.verdict || (err == nil) != (tt.verdict == Complete) || errors.As(err, &existing) || len(s.owners) > 0 {
				t.Errorf("%+v, %v, %d reads", out, err, len(s.owners))
			}
		})
	}
}

// TestAcceptExistingWaitsForTheReport: a report may be written after the run has ended.
func TestAcceptExistingWaitsForTheReport(t *testing.T) {
	pending := neverRun(1, func(out *run) { out.ReportResult.Status = "PENDING" })
	for _, tt := range []struct {
		name  string
		looks []look
		least time.Duration
		want  string
	}{
		{"it comes", []look{pending, pending, {err: &smithy.GenericAPIError{Code: "ThrottlingException"}}, {err: &dstypes.InternalException{}}, neverRun(1)}, time.Second, ""},
		{"it never comes", []look{pending}, reportPatience, "not written yet"},
		{"the run cannot be read any more", []look{pending, {err: &smithy.GenericAPIError{Code: "AccessDeniedException"}}}, 0, "the run could not be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				s, r := reportOf(`{"Skipped":[{"RelativePath":"/a","SkipStatus":"SUCCESS"}]}`), &runner{looks: tt.looks}
				out, err := Attach(r, executionARN).Wait(t.Context(), func(o *WatchOptions) { o.AcceptExisting, o.Objects = true, s })
				if passed := time.Since(start); passed < tt.least || passed > 2*reportPatience {
					t.Errorf("after %v", passed)
				}
				if out == nil || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && out.Report.Status != "SUCCESS" {
					t.Errorf("%+v, %v", out, err)
				}
			})
		})
	}
}

// TestAcceptExistingInputs: what is wrong with the options is told before any call.
func TestAcceptExistingInputs(t *testing.T) {
	for field, opt := range map[string]func(*WatchOptions){
		"ReportAccount": func(o *WatchOptions) { o.ReportAccount = "4444" },
		"Objects":       func(o *WatchOptions) { o.Objects = (*shelf)(nil) },
	} {
		r := &runner{looks: []look{neverRun(1)}}
		if out, err := Attach(r, executionARN).Wait(t.Context(), opt); out != nil || err == nil || !strings.Contains(err.Error(), field) || len(r.calls) > 0 {
			t.Errorf("%s: %+v, %v, after %q", field, out, err, r.calls)
		}
	}
}
