package task

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"
	"github.com/xacct/xacct/problem"
)

// reportedRun describes a run that has ended and whose report is written.
func reportedRun(change func(*datasync.DescribeTaskExecutionOutput)) look {
	return look{status: "SUCCESS", change: func(out *datasync.DescribeTaskExecutionOutput) {
		out.ReportResult = &dstypes.ReportResult{Status: "SUCCESS"}
		if change != nil {
			change(out)
		}
	}}
}

// basicSkipped describes a BASIC run that skipped n objects and folders.
func basicSkipped(n int64) look {
	return reportedRun(func(out *datasync.DescribeTaskExecutionOutput) { out.TaskMode, out.FilesSkipped = "BASIC", n })
}

// ended describes a run that ended with another status.
func ended(status dstypes.TaskExecutionStatus, code, detail string) look {
	l := reportedRun(result(code, detail))
	l.status = status
	return l
}

func failed(prepare, transfer, verify int64) func(*datasync.DescribeTaskExecutionOutput) {
	return func(out *datasync.DescribeTaskExecutionOutput) {
		out.FilesFailed = &dstypes.TaskExecutionFilesFailedDetail{Prepare: prepare, Transfer: transfer, Verify: verify}
	}
}

func retryRunner(l look) *runner {
	return &runner{task: &datasync.DescribeTaskOutput{TaskMode: "ENHANCED", Includes: rule("/photos*")}, looks: []look{l}}
}

func TestRetry(t *testing.T) {
	s, r := reports(), retryRunner(reportedRun(failed(0, 2, 2)))
	m := *manifest()
	m.Account = ""
	e, err := Retry(t.Context(), r, s, executionARN, reported, m)
	if err != nil || e == nil {
		t.Fatal(e, err)
	}
	// The keys are in the order of the parts, each once, and quoted where CSV requires it.
	if got, want := s.objects["lists/today.csv"], "old\n\"b,\"\"c\"\".txt\"\na.txt\n"; got != want {
		t.Errorf("manifest %q, want %q", got, want)
	}
	if owner := s.owners[len(s.owners)-1]; owner != "111122223333" {
		t.Errorf("the manifest's bucket may be of %q: want the task's account, if none is given", owner)
	}
	in := r.inputs[0]
	if *in.TaskArn != taskARN || *in.ManifestConfig.Source.S3.ManifestObjectVersionId != "v7" || in.Includes == nil || len(in.Includes) != 0 {
		t.Errorf("started with %+v", in)
	}
}

// successes changes the report so that nothing failed.
func successes(s *shelf) {
	for k := range s.objects {
		if strings.Contains(k, "Detailed") {
			s.objects[k] = `{"Transferred":[{"RelativePath":"/a","TransferStatus":"SUCCESS"}]}`
		}
	}
}

func TestRetryNothing(t *testing.T) {
	for name, change := range map[string]func(*datasync.DescribeTaskExecutionOutput){
		"nothing failed": nil,
		"nothing but what was kept": func(out *datasync.DescribeTaskExecutionOutput) {
			out.FilesSkipped, out.Options = 3, &dstypes.Options{OverwriteMode: "NEVER"}
		},
	} {
		s, r := reports(), retryRunner(reportedRun(change))
		successes(s)
		if e, err := Retry(t.Context(), r, s, executionARN, reported, *manifest()); e != nil || err != nil || len(r.inputs) > 0 {
			t.Errorf("%s: %v, %v, %d runs", name, e, err, len(r.inputs))
		}
	}
}

// A report that does not list the failures must not be read as "nothing failed".
func TestRetryWithoutProof(t *testing.T) {
	report := func(status dstypes.PhaseStatus) look {
		return reportedRun(func(out *datasync.DescribeTaskExecutionOutput) {
			out.ReportResult = &dstypes.ReportResult{Status: status, ErrorDetail: new("Failed to upload Task Report(s) to S3 due to an invalid bucket or IAM role")}
		})
	}
	elsewhere := reported
	elsewhere.Prefix = "typo"
	for _, tt := range []struct {
		name   string
		look   look
		report Report
		want   string
	}{
		{"no report", look{status: "SUCCESS", change: failed(0, 1, 0)}, reported, "the run has no report"},
		{"the report failed", report("ERROR"), reported, "could not be written: Failed to upload"},
		{"the report is not written yet", report("PENDING"), reported, "is not written yet (PENDING)"},
		{"the run has not ended", look{status: "TRANSFERRING"}, reported, "has not ended (TRANSFERRING)"},
		{"another prefix", reportedRun(failed(0, 1, 0)), elsewhere, "counts 1 failed objects, and the report in s3://amzn-s3-demo-bucket/typo/ lists 0"},
		{"another prefix, of a run that counts no failures", reportedRun(func(out *datasync.DescribeTaskExecutionOutput) {
			out.Result = &dstypes.TaskExecutionResultDetail{VerifyStatus: "ERROR"}
		}), elsewhere, "ended with exceptions, and the report in s3://amzn-s3-demo-bucket/typo/ lists no object"},
		{"another prefix, of a BASIC run", basicSkipped(1), elsewhere, "counts 1 failed objects, and the report in s3://amzn-s3-demo-bucket/typo/ lists 0"},
		{"a part is missing, of a BASIC run", basicSkipped(4), reported, "counts 4 failed objects, and the report in s3://amzn-s3-demo-bucket/reports/ lists 3"},
		{"the run failed", ended("ERROR", "FsS3HeadBucketFailed", "403"), reported, "the run ended failed: what it never came to is in no report"},
		{"the run was cancelled", ended("ERROR", "Cancelled", ""), reported, "the run ended cancelled: what it never came to is in no report"},
		{"the run never overwrites, and skipped besides", reportedRun(func(out *datasync.DescribeTaskExecutionOutput) {
			out.Options = &dstypes.Options{OverwriteMode: "NEVER"}
		}), reported, "the run never overwrites"},
		{"more failed than is listed", reportedRun(failed(3, 2, 1)), reported, "counts 5 failed objects"},
		{"a folder was not listed", reportedRun(func(out *datasync.DescribeTaskExecutionOutput) {
			out.FoldersFailed = &dstypes.TaskExecutionFoldersFailedDetail{List: 1}
		}), reported, "could not list every folder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := reports(), retryRunner(tt.look)
			e, err := Retry(t.Context(), r, s, executionARN, tt.report, *manifest())
			var retry *RetryError
			if e != nil || !errors.As(err, &retry) || retry.Hint() == "" || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, %v, want %q", e, err, tt.want)
			}
			if s.objects["lists/today.csv"] != "" || len(r.inputs) > 0 {
				t.Error("something was written or started")
			}
		})
	}
}

// reportOf returns a bucket with a report of one part.
func reportOf(body string) *shelf {
	return &shelf{objects: map[string]string{"reports/Detailed-Reports/task-0a1b2c3d4e5f67890/exec-0123456789abcdef0/exec-0123456789abcdef0.json": body}}
}

// A copy that failed verification has the size and time of its source, so that a run which compares would skip it.
func TestRetryCopiesUnverifiedAnew(t *testing.T) {
	anew := Options{TransferMode: "ALL", OverwriteMode: "ALWAYS", PreserveDeletedFiles: "PRESERVE"}
	never := anew
	never.OverwriteMode = "NEVER"
	for _, tt := range []struct {
		name, report string
		opt          func(*StartOptions)
		want         Options
	}{
		{"only transfers failed", `{"Transferred":[{"RelativePath":"/a","TransferStatus":"FAILED"}]}`, nil, Options{}},
		{"a folder failed verification", `{"Transferred":[{"RelativePath":"/a","TransferStatus":"FAILED"}],"Verified":[{"RelativePath":"/f","SrcMetadata":{"Type":"Directory"},"VerifyStatus":"FAILED"}]}`, nil, Options{}},
		{"a verification failed", `{"Transferred":[{"RelativePath":"/a","TransferStatus":"SUCCESS"}],"Verified":[{"RelativePath":"/a","VerifyStatus":"FAILED"}]}`, nil, anew},
		{"a transfer and its verification failed", `{"Transferred":[{"RelativePath":"/a","TransferStatus":"FAILED"}],"Verified":[{"RelativePath":"/a","VerifyStatus":"FAILED"}]}`, nil, anew},
		{"the caller knows better", `{"Verified":[{"RelativePath":"/a","VerifyStatus":"FAILED"}]}`, func(o *StartOptions) { o.Options.OverwriteMode = "NEVER" }, never},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := reportOf(tt.report), retryRunner(reportedRun(failed(0, 0, 1)))
			r.task.Options = &dstypes.Options{TransferMode: "CHANGED", OverwriteMode: "ALWAYS", PreserveDeletedFiles: "REMOVE"}
			opts := []func(*StartOptions){}
			if tt.opt != nil {
				opts = append(opts, tt.opt)
			}
			if _, err := Retry(t.Context(), r, s, executionARN, reported, *manifest(), opts...); err != nil {
				t.Fatal(err)
			}
			got := Options{}
			if o := r.inputs[0].OverrideOptions; o != nil {
				got = fromSDK(o)
			}
			if got != tt.want {
				t.Errorf("options %+v, want %+v", got, tt.want)
			}
		})
	}
}

// A run that has gone through all of its objects can be retried, whatever its status. Folders that a BASIC run skipped are in no manifest.
func TestRetryOfWhatWentThrough(t *testing.T) {
	for name, l := range map[string]look{
		"ended as ERROR": ended("ERROR", "", "Transfer and verification completed. Verification detected mismatches."),
		"BASIC":          basicSkipped(3),
	} {
		s, r := reports(), retryRunner(l)
		if e, err := Retry(t.Context(), r, s, executionARN, reported, *manifest()); e == nil || err != nil {
			t.Errorf("%s: %v, %v", name, e, err)
		}
	}
	r := retryRunner(basicSkipped(2))
	s := reportOf(`{"Skipped":[{"RelativePath":"/old","ErrorCode":"X"},{"RelativePath":"/folder","SrcMetadata":{"Type":"Directory"},"ErrorCode":"X"}]}`)
	if e, err := Retry(t.Context(), r, s, executionARN, reported, *manifest()); e == nil || err != nil {
		t.Errorf("a folder among what was skipped: %v, %v", e, err)
	}
}

func TestRetryFails(t *testing.T) {
	for op, err := range map[string]error{"ListObjectsV2": denied, "GetObject": denied, "PutObject": denied} {
		s, r := reports(), retryRunner(reportedRun(nil))
		s.err = map[string]error{op: err}
		if _, got := Retry(t.Context(), r, s, executionARN, reported, *manifest()); !errors.Is(got, err) || len(r.inputs) > 0 {
			t.Errorf("%s: %v, %d runs", op, got, len(r.inputs))
		}
	}
	r := &runner{looks: []look{{err: denied}}}
	if _, err := Retry(t.Context(), r, reports(), executionARN, reported, *manifest()); !errors.Is(err, denied) {
		t.Errorf("DescribeTaskExecution: %v", err)
	}
}

func written(keys ...string) (*shelf, int, error) {
	s := &shelf{}
	m := *manifest()
	m.Account = ""
	_, n, err := WriteManifest(context.Background(), s, m, func(yield func(string, error) bool) {
		for _, k := range keys {
			if !yield(k, nil) {
				return
			}
		}
	})
	return s, n, err
}

// A manifest with which the run would fail is not written.
func TestWriteManifestEntries(t *testing.T) {
	s, n, err := written("a", "b", "a", strings.Repeat("k", 1024))
	if err != nil || n != 3 || strings.Count(s.objects["lists/today.csv"], "a\n") != 1 || !slices.Equal(s.owners, []string{"111122223333"}) {
		t.Errorf("%v, %d keys, %q, owners %v", err, n, s.objects, s.owners)
	}
	for name, key := range map[string]string{"empty": "", "a folder": "dir/", "too long": strings.Repeat("k", 1025), "not UTF-8": "a\xff"} {
		s, n, err := written("a", key)
		var p *Problem
		if !errors.As(err, &p) || p.ID != "manifest-entry" || n != 0 || len(s.objects) > 0 {
			t.Errorf("%s: %v, %d keys", name, err, n)
		}
	}
}

// A manifest with keys that DataSync skips would leave their objects behind without an error of the run.
func TestWriteManifestOfSkippedKeys(t *testing.T) {
	for name, key := range map[string]string{"two slashes": "a//b", "a slash in front": "/a", "a dot": "a/./b", "two dots": "a/../b",
		"a dot in front": "./a", "two dots in front": "../a", "text of others": "a//\u202e\x1b[31m\nb"} {
		t.Run(name, func(t *testing.T) {
			s, n, err := written("a", "a", "b/.c", key, "d//e")
			var p *Problem
			if !errors.As(err, &p) || p.ID != "manifest-entry-skipped" || p.Path != "key 4" || p.Value != key || n != 0 || len(s.objects) > 0 {
				t.Errorf("%v, %d keys, %v", err, n, s.objects)
			}
			if want := "key 4 " + strconv.Quote(key) + " must not"; !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%q, want it to begin with %q", err, want)
			}
		})
	}
}

// Objects with keys that DataSync skips are left out of a retry, which is then never complete.
func TestRetryOfSkippedKeys(t *testing.T) {
	skipped := func(keys ...string) string {
		var entries []string
		for _, key := range keys {
			entries = append(entries, `{"RelativePath":"/`+key+`","ErrorCode":"X"}`)
		}
		return `{"Skipped":[` + strings.Join(entries, ",") + `]}`
	}
	for _, tt := range []struct {
		name, report, manifest string
		lost                   []string
		err                    string
	}{
		{"none", skipped("a", "b/.c"), "a\nb/.c\n", nil, ""},
		{"some", skipped("a//b", "c", "d/../e", "/f"), "c\n", []string{"a//b", "d/../e", "/f"}, ""},
		{"all", skipped("a//b"), "", []string{"a//b"}, `is 1 object with keys that DataSync skips: "a//b", which holds //`},
		{"more than are shown", skipped("1//", "//1", "//2", "//3", "//4\\u001b"), "", []string{"//1", "//2", "//3", "//4\x1b"},
			`is 4 objects with keys that DataSync skips: "//1", which begins with a slash, "//2", which begins with a slash, "//3", which begins with a slash, and 1 more`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := reportOf(tt.report), retryRunner(reportedRun(nil))
			e, err := Retry(t.Context(), r, s, executionARN, reported, *manifest())
			if diff := cmp.Diff(tt.manifest, s.objects["lists/today.csv"]); diff != "" {
				t.Errorf("manifest (-want +got):\n%s", diff)
			}
			if tt.err != "" {
				var retry *RetryError
				if e != nil || len(r.inputs) > 0 || !errors.As(err, &retry) || !strings.Contains(err.Error(), tt.err) || !strings.Contains(retry.Hint(), "other keys") {
					t.Fatalf("%v, %v, %d runs, want %q", e, err, len(r.inputs), tt.err)
				}
				if diff := cmp.Diff(tt.lost, retry.NotRetriable); diff != "" {
					t.Errorf("not retriable (-want +got):\n%s", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.lost, e.NotRetriable()); diff != "" {
				t.Errorf("not retriable (-want +got):\n%s", diff)
			}
			out, err := e.Wait(t.Context())
			if want := map[bool]Verdict{true: Complete, false: WithExceptions}[len(tt.lost) == 0]; out == nil || out.Verdict != want || out.NotRetriable != len(tt.lost) {
				t.Errorf("%v, %v, want %v", out, err, want)
			}
			told := slices.ContainsFunc(out.Exceptions(), func(e Exception) bool {
				return e.What == "not retriable" && e.Count == int64(len(tt.lost)) && !e.Note
			})
			if told != (len(tt.lost) > 0) {
				t.Errorf("exceptions %v", out.Exceptions())
			}
		})
	}
}

// Folders are not objects, in whatever form a report lists them.
func TestFailuresAreObjects(t *testing.T) {
	report := func(yield func(ReportEntry, error) bool) {
		for _, e := range []ReportEntry{{Kind: Transferred, Key: "dir/", Status: "FAILED"}, {Kind: Transferred, Key: "a", Status: "FAILED"}} {
			if !yield(e, nil) {
				return
			}
		}
	}
	var got []string
	for key := range Failures(report) {
		got = append(got, key)
	}
	if !slices.Equal(got, []string{"a"}) {
		t.Errorf("%v", got)
	}
}

// A manifest that cannot be written is refused before any call.
func TestRetryRefusesAManifest(t *testing.T) {
	api := &endless{}
	m := Manifest{Bucket: "lists", RoleARN: "arn:aws:iam::111122223333:role/lists"}
	_, err := Retry(t.Context(), api, &sink{}, executionARN, Report{Bucket: "lists"}, m)
	var p *problem.Problem
	if !errors.As(err, &p) || p.Path != "Manifest.Key" || api.looks != 0 {
		t.Errorf("%d calls: %v", api.looks, err)
	}
}
