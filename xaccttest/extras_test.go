package xaccttest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// lists is a bucket of the task's account for manifests and reports, and a role that may use it.
func (w *world) lists(versioned bool) (roleARN string) {
	w.cloud.AddBucket(src, dstRegion, "media-lists", func(o *xaccttest.BucketOptions) { o.Versioning = versioned })
	return w.role("lists", policy.New(on("media-lists", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject")))
}

func manifestOf(role, key, version string) *dstypes.ManifestConfig {
	s := &dstypes.S3ManifestConfig{S3BucketArn: aws.String("arn:aws:s3:::media-lists"), ManifestObjectPath: aws.String(key), BucketAccessRoleArn: aws.String(role)}
	if version != "" {
		s.ManifestObjectVersionId = aws.String(version)
	}
	return &dstypes.ManifestConfig{Action: dstypes.ManifestActionTransfer, Format: dstypes.ManifestFormatCsv, Source: &dstypes.SourceManifestConfig{S3: s}}
}

func reportTo(role string, level dstypes.ReportLevel) *dstypes.TaskReportConfig {
	return &dstypes.TaskReportConfig{OutputType: dstypes.ReportOutputTypeStandard, ReportLevel: level, ObjectVersionIds: dstypes.ObjectVersionIdsInclude,
		Destination: &dstypes.ReportDestination{S3: &dstypes.ReportDestinationS3{
			S3BucketArn: aws.String("arn:aws:s3:::media-lists"), Subdirectory: aws.String("reports/"), BucketAccessRoleArn: aws.String(role)}}}
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
func TestManifest(t *testing.T) {
	for _, tt := range []struct {
		name, list string
		want       map[string]string
		failed     int64
		code       string
	}{
		{"some objects", "1\n\"c/x,y\"\n", map[string]string{"b/1": "x", "b/c/x,y": "z"}, 0, ""},
		{"a slash in front", "/1\n", map[string]string{"b/1": "x"}, 0, ""},
		{"one that is not there", "1\nnowhere\n", map[string]string{"b/1": "x"}, 1, ""},
		{"a folder", "c/\n", nil, 0, "ManifestFileInvalid"},
		{"three columns", "1,2,3\n", nil, 0, "ManifestFileInvalid"},
		{"one object twice", "1\n1\n", nil, 0, "ManifestFileInvalid"},
		{"no manifest", "", nil, 0, "ManifestFileDoesNotExist"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				role := w.lists(false)
				w.put("a/1=x", "a/2=y", "a/c/x,y=z")
				w.cloud.PutObject("media-archive", "b/old", []byte("stays, as a manifest deletes nothing"))
				if tt.list != "" {
					w.cloud.PutObject("media-lists", "today.csv", []byte(tt.list))
				}
				e := w.finish(w.task(source, destination, func(in *datasync.CreateTaskInput) {
					in.ManifestConfig = manifestOf(role, "today.csv", "")
					in.Options = &dstypes.Options{PreserveDeletedFiles: dstypes.PreserveDeletedFilesRemove}
				}))
				if got := aws.ToString(e.Result.ErrorCode); got != tt.code || e.FilesFailed.Prepare != tt.failed {
					t.Errorf("code %q, %d failed", got, e.FilesFailed.Prepare)
				}
				want := map[string]string{"b/old": "stays, as a manifest deletes nothing"}
				for k, v := range tt.want {
					want[k] = v
				}
				w.wantArchive(want)
			})
		})
	}
}

// A manifest can name versions, of objects and of itself.
func TestVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.AddBucket(src, srcRegion, "media-old", func(o *xaccttest.BucketOptions) { o.Versioning = true })
		w.cloud.AddBucket(src, dstRegion, "media-new", func(o *xaccttest.BucketOptions) { o.Versioning = true })
		both := w.role("both", policy.New(on("media-old", readActions...), on("media-new", writeActions...)))
		role := w.lists(true)
		w.cloud.PutObject("media-old", "1", []byte("first"))
		w.cloud.PutObject("media-old", "1", []byte("second"))
		objects := w.c[src].S3(srcRegion).(task.ObjectsAPI)
		id := versionOf(t, objects, "media-old", "1", "first")
		w.cloud.PutObject("media-lists", "today.csv", []byte("1,"+id+"\n"))
		list := versionOf(t, w.c[src].S3(dstRegion).(task.ObjectsAPI), "media-lists", "today.csv", "1,"+id+"\n")
		w.cloud.PutObject("media-lists", "today.csv", []byte("nonsense\n"))

		arn := w.task(w.location(srcRegion, "media-old", "", both), w.location(dstRegion, "media-new", "", both), func(in *datasync.CreateTaskInput) {
			in.ManifestConfig = manifestOf(role, "today.csv", list)
		})
		time.Sleep(time.Minute)
		e := w.start(arn)
		time.Sleep(time.Hour)
		if out := w.execution(e); out.FilesTransferred != 1 {
			t.Errorf("%+v", out)
		}
		var got []string
		for _, body := range w.cloud.Versions("media-new", "1") {
			got = append(got, string(body))
		}
		if diff := cmp.Diff([]string{"first"}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		w.cloud.DeleteObject("media-old", "1")
		if n := len(w.cloud.Versions("media-old", "1")); n != 3 {
			t.Errorf("%d versions are left after a delete", n)
		}
	})
}

// versionOf puts the body again, and returns the id of the version that it makes.
func versionOf(t *testing.T, objects task.ObjectsAPI, bucket, key, body string) string {
	t.Helper()
	out, err := objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(body)})
	if err != nil || out.VersionId == nil {
		t.Fatalf("%+v, %v", out, err)
	}
	return *out.VersionId
}

// A report is written as objects, which package task reads back; what failed is run again by a manifest made of it.
func TestReportAndRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		source, destination := w.ready("a", "b")
		role := w.lists(false)
		w.put("a/1=x", "a/2=y", "a/3=z", "a/4//5=n")
		w.cloud.AddObject("media-raw", "a/ice", []byte("i"), func(o *xaccttest.ObjectOptions) { o.StorageClass = "GLACIER" })
		arn := w.task(source, destination, func(in *datasync.CreateTaskInput) { in.TaskReportConfig = reportTo(role, "SUCCESSES_AND_ERRORS") })
		time.Sleep(time.Minute)
		w.cloud.OnStep(func(s xaccttest.Step) error {
			if s.Key == "2" && s.Phase == dstypes.TaskExecutionStatusTransferring || s.Key == "3" && s.Phase == dstypes.TaskExecutionStatusVerifying {
				return xaccttest.Fault(403, "S3AccessDenied", "no")
			}
			return nil
		})
		e := w.start(arn)
		time.Sleep(time.Hour)
		if out := w.execution(e); out.ReportResult == nil || out.ReportResult.Status != dstypes.PhaseStatusSuccess {
			t.Errorf("report: %+v", out.ReportResult)
		}
		w.cloud.OnStep(nil)

		objects := w.c[src].S3(dstRegion).(task.ObjectsAPI)
		report := task.Report{Bucket: "media-lists", Prefix: "reports"}
		var got []string
		for x, err := range task.ReadReport(w.ctx, objects, report, e) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.TrimSpace(string(x.Kind)+" "+x.Key+" "+x.Status+" "+x.ErrorCode))
		}
		slices.Sort(got)
		want := []string{"Skipped 4//5 FAILED InvalidObjectKey", "Skipped ice FAILED ObjectInArchive", "Transferred 1 SUCCESS", "Transferred 2 FAILED S3AccessDenied",
			"Transferred 3 SUCCESS", "Verified 1 SUCCESS", "Verified 3 FAILED VerificationFailed"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}

		again, err := task.Retry(w.ctx, w.sync(dstRegion), objects, e, report, task.Manifest{Bucket: "media-lists", Key: "again.csv", RoleARN: role})
		if err != nil {
			t.Fatal(err)
		}
		outcome, err := again.Wait(w.ctx)
		if outcome == nil || outcome.Verdict != task.WithExceptions || outcome.Counters.Files != 2 || outcome.Counters.Verified != 2 || outcome.Counters.Skipped != 1 {
			t.Errorf("the object that failed and the one that differed are transferred and verified; the archived one cannot be: %+v, %v", outcome, err)
		}
		if diff := cmp.Diff([]string{"4//5"}, again.NotRetriable()); diff != "" || outcome.NotRetriable != 1 {
			t.Errorf("not retriable: %d, keys (-want +got):\n%s", outcome.NotRetriable, diff)
		}
		w.wantArchive(map[string]string{"b/1": "x", "b/2": "y", "b/3": "z"})
	})
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html
func TestReportFailsAndRunSucceeds(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		role := w.lists(false)
		w.put("a/1=x")
		arn := w.task(source, destination, func(in *datasync.CreateTaskInput) { in.TaskReportConfig = reportTo(role, "ERRORS_ONLY") })
		w.cloud.SetBucketPolicy("media-lists", policy.New(policy.Allow("s3:GetObject").WithSid("A").By(policy.AWS(role)).On("arn:aws:s3:::media-lists/*"),
			policy.Deny("s3:PutObject").WithSid("D").By(policy.AWS(role)).On("arn:aws:s3:::media-lists/*")).Bytes())
		time.Sleep(time.Minute)
		_, err := w.sync(dstRegion).StartTaskExecution(w.ctx, &datasync.StartTaskExecutionInput{TaskArn: &arn})
		if got := refused(err); !strings.Contains(got, "could not perform s3:PutObject in bucket media-lists") {
			t.Errorf("start: %s", got)
		}
		w.cloud.SetBucketPolicy("media-lists", nil)
		e := w.start(arn)
		w.cloud.SetBucketPolicy("media-lists", policy.New(policy.Deny("s3:PutObject").WithSid("D").By(policy.AWS(role)).On("arn:aws:s3:::media-lists/*")).Bytes())
		time.Sleep(time.Hour)
		if out := w.execution(e); out.Status != dstypes.TaskExecutionStatusSuccess || out.ReportResult.Status != dstypes.PhaseStatusError {
			t.Errorf("%s, report %+v", out.Status, out.ReportResult)
		}
	})
}

func TestExtrasAreRefused(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		role := w.lists(false)
		for _, tt := range []struct {
			name string
			edit func(*datasync.CreateTaskInput)
			want string
		}{
			{"manifest with filters", func(in *datasync.CreateTaskInput) {
				in.ManifestConfig = manifestOf(role, "a.csv", "")
				in.Includes = []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: aws.String("/a")}}
			}, "cannot be used together"},
			{"manifest key", func(in *datasync.CreateTaskInput) { in.ManifestConfig = manifestOf(role, "dt=1.csv", "") }, "ValidationException"},
			{"foreign role", func(in *datasync.CreateTaskInput) {
				in.ManifestConfig = manifestOf("arn:aws:iam::"+dst+":role/a", "a.csv", "")
			}, "Cross-account pass role"},
			{"summary with a level", func(in *datasync.CreateTaskInput) {
				in.TaskReportConfig = reportTo(role, "ERRORS_ONLY")
				in.TaskReportConfig.OutputType = "SUMMARY_ONLY"
			}, "no report level"},
			{"report that cannot be written", func(in *datasync.CreateTaskInput) {
				in.TaskReportConfig = reportTo(role, "ERRORS_ONLY")
				in.TaskReportConfig.Destination.S3.S3BucketArn = aws.String("arn:aws:s3:::media-archive")
			}, "could not perform s3:PutObject in bucket media-archive"},
			{"five cron fields", func(in *datasync.CreateTaskInput) {
				in.Schedule = &dstypes.TaskSchedule{ScheduleExpression: aws.String("cron(0 8 * * 3#1)")}
			}, "six fields"},
			{"two days", func(in *datasync.CreateTaskInput) {
				in.Schedule = &dstypes.TaskSchedule{ScheduleExpression: aws.String("cron(0 8 1 * 2 *)")}
			}, "has to be ?"},
			{"every half hour", func(in *datasync.CreateTaskInput) {
				in.Schedule = &dstypes.TaskSchedule{ScheduleExpression: aws.String("rate(30 minutes)")}
			}, "more than once an hour"},
			{"a moment", func(in *datasync.CreateTaskInput) {
				in.Schedule = &dstypes.TaskSchedule{ScheduleExpression: aws.String("at(2026-01-01T00:00:00)")}
			}, "ValidationException"},
		} {
			in := &datasync.CreateTaskInput{SourceLocationArn: &source, DestinationLocationArn: &destination}
			tt.edit(in)
			if _, err := w.sync(dstRegion).CreateTask(w.ctx, in); !strings.Contains(refused(err), tt.want) {
				t.Errorf("%s: %s, want %q in it", tt.name, refused(err), tt.want)
			}
		}
	})
}

func TestQuotas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *xaccttest.Options) { o.Quotas = xaccttest.Quotas{Tasks: 2, EnhancedRuns: 1, BasicObjects: 1} })
		source, destination := w.ready("a", "b")
		enhanced := w.task(source, destination, nil)
		basic := w.task(source, destination, func(in *datasync.CreateTaskInput) { in.TaskMode = dstypes.TaskModeBasic })
		_, err := w.sync(dstRegion).CreateTask(w.ctx, &datasync.CreateTaskInput{SourceLocationArn: &source, DestinationLocationArn: &destination})
		if got := refused(err); !strings.Contains(got, "limit of 2 tasks") {
			t.Error(got)
		}
		time.Sleep(time.Minute)
		w.put("a/1=x", "a/2=y")
		first := w.start(enhanced)
		if _, err := w.sync(dstRegion).StartTaskExecution(w.ctx, &datasync.StartTaskExecutionInput{TaskArn: &enhanced}); !strings.Contains(refused(err), "limit of 1 concurrent") {
			t.Error(refused(err))
		}
		second := w.start(basic)
		time.Sleep(time.Hour)
		if a, b := w.execution(first), w.execution(second); a.Status != dstypes.TaskExecutionStatusSuccess || aws.ToString(b.Result.ErrorCode) != "NoMem" {
			t.Errorf("%s, %+v", a.Status, b.Result)
		}
	})
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
func TestHistoryIsForgotten(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		arn := w.task(source, destination, nil)
		time.Sleep(phases.Creating)
		run := w.start(arn)
		time.Sleep(30 * 24 * time.Hour)
		if n := len(w.runs(arn)); n != 1 {
			t.Errorf("%d runs are known after thirty days", n)
		}
		time.Sleep(time.Hour)
		if n := len(w.runs(arn)); n != 0 {
			t.Errorf("%d runs are still known", n)
		}
		_, err := w.sync(dstRegion).DescribeTaskExecution(w.ctx, &datasync.DescribeTaskExecutionInput{TaskExecutionArn: &run})
		if got := refused(err); !strings.HasSuffix(got, "is not found.") {
			t.Error(got)
		}
	})
}

// A scheduled run needs a place among those of the account and Region, as any other does.
func TestScheduledRunsAndTheQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *xaccttest.Options) { o.Phases, o.Quotas.EnhancedRuns = phases, 1 })
		source, destination := w.ready("a", "b")
		hourly := func(in *datasync.CreateTaskInput) {
			in.Schedule = &dstypes.TaskSchedule{ScheduleExpression: aws.String("rate(1 hour)")}
		}
		first, second := w.task(source, destination, hourly), w.task(source, destination, hourly)
		time.Sleep(3*time.Hour + time.Minute)
		if a, b := len(w.runs(first)), len(w.runs(second)); a+b != 3 {
			t.Errorf("%d and %d runs in three hours, one at a time", a, b)
		}
	})
}
