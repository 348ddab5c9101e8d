package xaccttest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// An object that a manifest names and that is not there shows in the counters of both modes, and in the verdict.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
func TestMissingInManifest(t *testing.T) {
	for mode, want := range map[dstypes.TaskMode]task.Counters{
		dstypes.TaskModeBasic:    {Skipped: 1},
		dstypes.TaskModeEnhanced: {FailedPrepare: 1, Listed: 1, Prepared: 1},
	} {
		t.Run(string(mode), func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				role := w.lists(false)
				w.put("a/1=x")
				w.cloud.PutObject("media-lists", "today.csv", []byte("1\nnowhere\n"))
				arn := w.task(source, destination, func(in *datasync.CreateTaskInput) {
					in.TaskMode, in.ManifestConfig = mode, manifestOf(role, "today.csv", "")
				})
				time.Sleep(phases.Creating)
				outcome, err := task.Attach(w.sync(dstRegion), w.start(arn)).Wait(w.ctx)
				if outcome == nil || outcome.Verdict != task.WithExceptions {
					t.Fatalf("%+v, %v", outcome, err)
				}
				want.EstimatedFiles, want.EstimatedBytes, want.Files, want.BytesWritten, want.BytesTransferred, want.Verified = 1, 1, 1, 1, 1, 1
				if diff := cmp.Diff(want, outcome.Counters); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				if !strings.Contains(outcome.ErrorDetail, "except for files skipped due to errors") {
					t.Errorf("detail %q", outcome.ErrorDetail)
				}
			})
		})
	}
}

// What changes during a run is found by the verification.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/configure-data-verification-options.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/configure-logging.html (FileNotAtSource)
func TestMismatches(t *testing.T) {
	for _, tt := range []struct {
		name   string
		verify dstypes.VerifyMode
		change func(*xaccttest.Cloud) // once all is transferred
		failed int64                  // to verify
	}{
		{"nothing", dstypes.VerifyModeOnlyFilesTransferred, func(*xaccttest.Cloud) {}, 0},
		{"the source", dstypes.VerifyModeOnlyFilesTransferred, func(c *xaccttest.Cloud) { c.PutObject("media-raw", "a/3", []byte("new")) }, 1},
		{"the source is gone", dstypes.VerifyModeOnlyFilesTransferred, func(c *xaccttest.Cloud) { c.DeleteObject("media-raw", "a/3") }, 1},
		{"the destination", dstypes.VerifyModeOnlyFilesTransferred, func(c *xaccttest.Cloud) { c.PutObject("media-archive", "b/3", []byte("new")) }, 1},
		{"the destination is gone", dstypes.VerifyModeOnlyFilesTransferred, func(c *xaccttest.Cloud) { c.DeleteObject("media-archive", "b/3") }, 1},
		{"what was not transferred", dstypes.VerifyModeOnlyFilesTransferred, func(c *xaccttest.Cloud) { c.PutObject("media-archive", "b/1", []byte("new")) }, 0},
		{"what was not transferred, at a point in time", dstypes.VerifyModePointInTimeConsistent, func(c *xaccttest.Cloud) { c.PutObject("media-archive", "b/1", []byte("new")) }, 1},
		{"unverified", dstypes.VerifyModeNone, func(c *xaccttest.Cloud) { c.PutObject("media-raw", "a/3", []byte("new")) }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				w.put("a/1=x", "a/2=y")
				arn := w.task(source, destination, func(in *datasync.CreateTaskInput) {
					in.TaskMode, in.Options = dstypes.TaskModeBasic, &dstypes.Options{VerifyMode: tt.verify}
				})
				w.finish(arn)
				w.put("a/3=z")
				run := w.start(arn)
				time.Sleep(61 * time.Second) // all is transferred, and nothing verified
				tt.change(w.cloud)
				time.Sleep(time.Minute)
				e := w.execution(run)
				if got := strings.Contains(aws.ToString(e.Result.ErrorDetail), "Verification detected mismatches."); got != (tt.failed == 1) || e.FilesTransferred != 1 {
					t.Errorf("detail %q, %d transferred", aws.ToString(e.Result.ErrorDetail), e.FilesTransferred)
				}
				want := map[dstypes.VerifyMode]int64{dstypes.VerifyModeOnlyFilesTransferred: 1, dstypes.VerifyModePointInTimeConsistent: 3}[tt.verify] - tt.failed
				if e.FilesVerified != want {
					t.Errorf("%d verified, want %d", e.FilesVerified, want)
				}
			})
		})
	}
}

// What goes away between listing and copying fails; how depends on how far the run is.
func TestSourceGoesAway(t *testing.T) {
	for at, want := range map[time.Duration]dstypes.TaskExecutionFilesFailedDetail{
		11 * time.Second: {Prepare: 1},  // listed, and not compared yet
		55 * time.Second: {Transfer: 1}, // compared, and not transferred yet
	} {
		inTime(t, func(w *world, source, destination string) {
			w.put("a/1=x", "a/2=y")
			arn := w.task(source, destination, nil)
			time.Sleep(phases.Creating)
			run := w.start(arn)
			time.Sleep(at)
			w.cloud.DeleteObject("media-raw", "a/2")
			time.Sleep(time.Minute)
			if diff := cmp.Diff(want, *w.execution(run).FilesFailed, cmp.AllowUnexported(want)); diff != "" {
				t.Errorf("gone after %v (-want +got):\n%s", at, diff)
			}
		})
	}
}

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
func TestDeleteMarkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.AddBucket(src, dstRegion, "media-new", func(o *xaccttest.BucketOptions) { o.Versioning = true })
		both := w.role("both", policy.New(on("media-raw", readActions...), on("media-new", writeActions...)))
		w.cloud.PutObject("media-new", "old", []byte("o"))
		arn := w.task(w.location(srcRegion, "media-raw", "", both), w.location(dstRegion, "media-new", "", both),
			option(func(o *dstypes.Options) { o.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove }))
		time.Sleep(time.Minute)
		begun := time.Now()
		run := w.start(arn)
		time.Sleep(time.Hour)
		if e := w.execution(run); e.FilesDeleted != 1 {
			t.Fatalf("%d deleted", e.FilesDeleted)
		}
		history := w.cloud.History("media-new", "old")
		if len(history) != 2 || history[0].DeleteMarker || string(history[0].Body) != "o" || !history[1].DeleteMarker || history[1].Body != nil || !history[1].Modified.After(begun) {
			t.Fatalf("%+v", history)
		}
		if n := len(w.cloud.Versions("media-new", "old")); n != 1 || len(w.cloud.Objects("media-new")) != 0 {
			t.Errorf("%d versions, objects %v", n, w.cloud.Objects("media-new"))
		}
		objects := w.c[src].S3(dstRegion).(task.ObjectsAPI)
		for version, want := range map[string]string{"": "404 NoSuchKey", history[0].ID: "no error", history[1].ID: "405 MethodNotAllowed"} {
			in := &s3.GetObjectInput{Bucket: aws.String("media-new"), Key: aws.String("old")}
			if version != "" {
				in.VersionId = &version
			}
			if _, err := objects.GetObject(w.ctx, in); !strings.HasPrefix(refused(err), want) {
				t.Errorf("version %q: %s, want %s", version, refused(err), want)
			}
		}
		w.cloud.DeleteObject("media-new", "old")
		if n := len(w.cloud.History("media-new", "old")); n != 2 {
			t.Errorf("%d versions after what is not there was deleted", n)
		}
	})
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html (objects in archives)
func TestArchivedObjects(t *testing.T) {
	for name, tt := range map[string]struct {
		object  xaccttest.ObjectOptions
		skipped int64
	}{
		"glacier":                       {xaccttest.ObjectOptions{StorageClass: s3types.StorageClassGlacier}, 1},
		"glacier, restored":             {xaccttest.ObjectOptions{StorageClass: s3types.StorageClassGlacier, Restored: true}, 0},
		"deep archive":                  {xaccttest.ObjectOptions{StorageClass: s3types.StorageClassDeepArchive}, 1},
		"instant retrieval":             {xaccttest.ObjectOptions{StorageClass: s3types.StorageClassGlacierIr}, 0},
		"intelligent tiering":           {xaccttest.ObjectOptions{StorageClass: s3types.StorageClassIntelligentTiering}, 0},
		"intelligent tiering, archived": {xaccttest.ObjectOptions{StorageClass: s3types.StorageClassIntelligentTiering, ArchiveStatus: s3types.ArchiveStatusArchiveAccess}, 1},
	} {
		inTime(t, func(w *world, source, destination string) {
			w.cloud.AddObject("media-raw", "a/1", []byte("x"), func(o *xaccttest.ObjectOptions) { *o = tt.object })
			e := w.finish(w.task(source, destination, nil))
			if e.FilesSkipped != tt.skipped || e.FilesTransferred != 1-tt.skipped {
				t.Errorf("%s: %d skipped, %d transferred", name, e.FilesSkipped, e.FilesTransferred)
			}
			_, err := w.c[src].S3(srcRegion).(task.ObjectsAPI).GetObject(w.ctx, &s3.GetObjectInput{Bucket: aws.String("media-raw"), Key: aws.String("a/1")})
			if got := refused(err); (got == "no error") != (tt.skipped == 0) || tt.skipped == 1 && !strings.HasPrefix(got, "403 InvalidObjectState") {
				t.Errorf("%s: GetObject: %s", name, got)
			}
		})
	}
}

// The length of a filter is in characters, not in bytes. Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_FilterRule.html
func TestFilterLength(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		for n, want := range map[int]string{102_400: "no error", 102_401: "400 ValidationException"} {
			value := "/" + strings.Repeat("é", n-1)
			_, err := w.sync(dstRegion).CreateTask(w.ctx, &datasync.CreateTaskInput{SourceLocationArn: &source, DestinationLocationArn: &destination,
				Excludes: []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: &value}}})
			if got := refused(err); !strings.HasPrefix(got, want) {
				t.Errorf("%d characters: %.80s, want %s", n, got, want)
			}
		}
	})
}

// A BASIC run has no counters of failures: what failed is skipped, and the detail says so.
func TestBasicCountsFailuresAsSkipped(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		w.put("a/1=x", "a/2=y")
		w.cloud.OnStep(func(s xaccttest.Step) error {
			if s.Key == "2" {
				return xaccttest.Fault(403, "S3AccessDenied", "no")
			}
			return nil
		})
		e := w.finish(w.task(source, destination, func(in *datasync.CreateTaskInput) { in.TaskMode = dstypes.TaskModeBasic }))
		if e.FilesSkipped != 1 || e.FilesTransferred != 1 || !strings.Contains(aws.ToString(e.Result.ErrorDetail), "except for files skipped due to errors") {
			t.Errorf("%s, detail %q", files(e), aws.ToString(e.Result.ErrorDetail))
		}
	})
}
