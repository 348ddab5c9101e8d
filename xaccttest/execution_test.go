package xaccttest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// The phases of the executions in these tests.
var phases = xaccttest.Phases{
	Creating: time.Second, Launching: 10 * time.Second, Preparing: 10 * time.Second, Transferring: 40 * time.Second, Verifying: 10 * time.Second, Cancelling: 5 * time.Second,
}

// inTime runs a test in a bubble of virtual time, with both locations ready.
func inTime(t *testing.T, test func(w *world, source, destination string)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *xaccttest.Options) { o.Phases = phases })
		source, destination := w.ready("a", "b")
		test(w, source, destination)
	})
}

// finish starts the task, lets it end and returns what became of it.
func (w *world) finish(task string) *datasync.DescribeTaskExecutionOutput {
	w.t.Helper()
	time.Sleep(phases.Creating)
	run := w.start(task)
	time.Sleep(70 * time.Second)
	return w.execution(run)
}

// put fills the source: name=body.
func (w *world) put(objects ...string) {
	for _, o := range objects {
		name, body, _ := strings.Cut(o, "=")
		w.cloud.PutObject("media-raw", name, []byte(body))
	}
}

// archive is what the destination holds.
func (w *world) archive() map[string]string {
	out := map[string]string{}
	for key, body := range w.cloud.Objects("media-archive") {
		out[key] = string(body)
	}
	return out
}

func (w *world) wantArchive(want map[string]string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.archive()); diff != "" {
		w.t.Errorf("destination (-want +got):\n%s", diff)
	}
}

func option(edit func(*dstypes.Options)) func(*datasync.CreateTaskInput) {
	return func(in *datasync.CreateTaskInput) { in.Options = &dstypes.Options{}; edit(in.Options) }
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transfer-performance-counters.html
func TestCountersGrow(t *testing.T) {
	for _, mode := range []dstypes.TaskMode{dstypes.TaskModeEnhanced, dstypes.TaskModeBasic} {
		t.Run(string(mode), func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				for n := range 10 {
					w.put(fmt.Sprintf("a/%d=xx", n))
				}
				task := w.task(source, destination, func(in *datasync.CreateTaskInput) { in.TaskMode = mode })
				time.Sleep(phases.Creating)
				run := w.start(task)
				var got []string
				for range 8 {
					e := w.execution(run)
					got = append(got, fmt.Sprintf("%s %d/%d %d/%d %d", e.Status, e.FilesTransferred, e.EstimatedFilesToTransfer, e.BytesWritten, e.EstimatedBytesToTransfer, e.FilesVerified))
					if n := len(w.archive()); int64(n) != e.FilesTransferred {
						t.Errorf("%d objects, %d counted", n, e.FilesTransferred)
					}
					if (e.FilesFailed != nil) != (mode == dstypes.TaskModeEnhanced) || (e.FilesListed != nil) != (mode == dstypes.TaskModeEnhanced) {
						t.Errorf("counters of the other mode: %v %v", e.FilesFailed, e.FilesListed)
					}
					time.Sleep(10 * time.Second)
				}
				want := []string{
					"LAUNCHING 0/0 0/0 0", "PREPARING 0/0 0/0 0", "TRANSFERRING 0/10 0/20 0", "TRANSFERRING 2/10 4/20 0", "TRANSFERRING 5/10 10/20 0",
					"TRANSFERRING 7/10 14/20 0", "VERIFYING 10/10 20/20 0", "SUCCESS 10/10 20/20 10",
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				e := w.execution(run)
				if got, want := e.EndTime.Sub(*e.StartTime), 70*time.Second; got != want || *e.Result.TotalDuration != want.Milliseconds() {
					t.Errorf("took %v, %d ms", got, *e.Result.TotalDuration)
				}
			})
		})
	}
}

// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html (keys that cannot be transferred).
func TestWhatIsCopied(t *testing.T) {
	filter := func(value string) []dstypes.FilterRule {
		return []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: aws.String(value)}}
	}
	tests := map[string]struct {
		source, before string // name=body, in words; before at the destination
		edit           func(*datasync.CreateTaskInput)
		want           map[string]string
		skipped        int64
	}{
		"prefixes are exchanged": {"a/1=x a/c/2=y b/3=z ab=n", "", nil, map[string]string{"b/1": "x", "b/c/2": "y"}, 0},
		"overwrite":              {"a/1=new", "b/1=old b/2=keep", nil, map[string]string{"b/1": "new", "b/2": "keep"}, 0},
		"never overwrite": {"a/1=new a/2=n", "b/1=old", option(func(o *dstypes.Options) { o.OverwriteMode = dstypes.OverwriteModeNever }),
			map[string]string{"b/1": "old", "b/2": "n"}, 1},
		"remove": {"a/1=x", "b/1=old b/2=gone other=stays", option(func(o *dstypes.Options) { o.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove }),
			map[string]string{"b/1": "x", "other": "stays"}, 0},
		"remove what is excluded": {"a/1=x", "b/2.tmp=stays", func(in *datasync.CreateTaskInput) {
			in.Options = &dstypes.Options{PreserveDeletedFiles: dstypes.PreserveDeletedFilesRemove}
			in.Excludes = filter("*.tmp")
		}, map[string]string{"b/1": "x", "b/2.tmp": "stays"}, 0},
		"untransferable keys": {"a//1=x a/./2=x a/../3=x a/4=y", "", nil, map[string]string{"b/4": "y"}, 3},
		"helper folder":       {"a/.aws-datasync/1=x a/2=y", "", nil, map[string]string{"b/2": "y"}, 0},
		"include a folder":    {"a/1=x a/c/2=y a/cd/3=z", "", func(in *datasync.CreateTaskInput) { in.Includes = filter("/c") }, map[string]string{"b/c/2": "y"}, 0},
		"include a beginning": {"a/1=x a/c/2=y a/cd/3=z", "", func(in *datasync.CreateTaskInput) { in.Includes = filter("/c*") }, map[string]string{"b/c/2": "y", "b/cd/3": "z"}, 0},
		"exclude an ending":   {"a/1.tmp=x a/c/2.tmp=y a/c/3=z", "", func(in *datasync.CreateTaskInput) { in.Excludes = filter("*.tmp") }, map[string]string{"b/c/3": "z"}, 0},
		"exclude any folder":  {"a/temp/1=x a/c/temp/2=y a/c/3=z", "", func(in *datasync.CreateTaskInput) { in.Excludes = filter("*/temp") }, map[string]string{"b/c/3": "z"}, 0},
		"exclude wins":        {"a/c/1=x a/c/d/2=y", "", func(in *datasync.CreateTaskInput) { in.Includes, in.Excludes = filter("/c"), filter("/c/d") }, map[string]string{"b/c/1": "x"}, 0},
		"two patterns":        {"a/1=x a/2=y a/3=z", "", func(in *datasync.CreateTaskInput) { in.Includes = filter("/1|/3") }, map[string]string{"b/1": "x", "b/3": "z"}, 0},
		"an escaped bar":      {"a/x|y=x a/x=y a/y=z", "", func(in *datasync.CreateTaskInput) { in.Includes = filter(`/x\|y`) }, map[string]string{"b/x|y": "x"}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				w.put(strings.Fields(test.source)...)
				for _, o := range strings.Fields(test.before) {
					name, body, _ := strings.Cut(o, "=")
					w.cloud.PutObject("media-archive", name, []byte(body))
				}
				e := w.finish(w.task(source, destination, test.edit))
				if e.Status != dstypes.TaskExecutionStatusSuccess || e.FilesSkipped != test.skipped {
					t.Errorf("%s, %d skipped", e.Status, e.FilesSkipped)
				}
				w.wantArchive(test.want)
			})
		})
	}
}

// A second run copies what changed only, unless told to copy all.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html (TransferMode)
func TestSecondRun(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		w.put("a/1=x", "a/2=y")
		task := w.task(source, destination, nil)
		w.finish(task)
		w.put("a/2=z")
		if e := w.finish(task); e.FilesTransferred != 1 {
			t.Errorf("%d transferred, want 1", e.FilesTransferred)
		}
		if e := w.finish(task); e.FilesTransferred != 0 || e.EstimatedFilesToTransfer != 0 {
			t.Errorf("%d transferred, want none", e.FilesTransferred)
		}
		_, err := w.sync(dstRegion).UpdateTask(w.ctx, &datasync.UpdateTaskInput{TaskArn: aws.String(task), Options: &dstypes.Options{TransferMode: dstypes.TransferModeAll}})
		w.must(err)
		time.Sleep(time.Minute)
		if e := w.finish(task); e.FilesTransferred != 2 {
			t.Errorf("%d transferred, want both", e.FilesTransferred)
		}
		w.wantArchive(map[string]string{"b/1": "x", "b/2": "z"})
	})
}

// Objects that the role may not read or write fail one by one, and the run is a SUCCESS all the same.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-datasync-locations-tasks.html
func TestFailedObjects(t *testing.T) {
	deny := func(action, key string) policy.Statement {
		return policy.Deny(action).By(policy.AWS("arn:aws:iam::" + src + ":role/writer")).On("arn:aws:s3:::media-archive/" + key)
	}
	tests := map[string]struct {
		deny policy.Statement
		want dstypes.TaskExecutionFilesFailedDetail
		held map[string]string
	}{
		"not written":  {deny("s3:PutObject", "b/2"), dstypes.TaskExecutionFilesFailedDetail{Transfer: 1}, map[string]string{"b/1": "x", "b/old": "o"}},
		"not verified": {deny("s3:GetObject", "b/2"), dstypes.TaskExecutionFilesFailedDetail{Verify: 1}, map[string]string{"b/1": "x", "b/2": "y", "b/old": "o"}},
		"not deleted":  {deny("s3:DeleteObject", "*"), dstypes.TaskExecutionFilesFailedDetail{Delete: 1}, map[string]string{"b/1": "x", "b/2": "y", "b/old": "o"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				w.put("a/1=x", "a/2=y")
				w.cloud.PutObject("media-archive", "b/old", []byte("o"))
				w.cloud.SetBucketPolicy("media-archive", w.grant("arn:aws:iam::"+src+":role/writer").With(test.deny).Bytes())
				task := w.task(source, destination, func(in *datasync.CreateTaskInput) {
					if name == "not deleted" {
						in.Options = &dstypes.Options{PreserveDeletedFiles: dstypes.PreserveDeletedFilesRemove}
					}
				})
				e := w.finish(task)
				if e.Status != dstypes.TaskExecutionStatusSuccess {
					t.Errorf("status %s", e.Status)
				}
				if diff := cmp.Diff(test.want, *e.FilesFailed, cmp.AllowUnexported(dstypes.TaskExecutionFilesFailedDetail{})); diff != "" {
					t.Errorf("failed (-want +got):\n%s", diff)
				}
				w.wantArchive(test.held)
			})
		})
	}
}

// Access that goes away between start and preparation ends the run.
func TestAccessLostInBetween(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		task := w.task(source, destination, nil)
		time.Sleep(phases.Creating)
		run := w.start(task)
		w.cloud.SetBucketPolicy("media-archive", nil)
		_, err := w.sync(dstRegion).StartTaskExecution(w.ctx, &datasync.StartTaskExecutionInput{TaskArn: aws.String(task)})
		if got := refused(err); !strings.Contains(got, "DataSync location access test failed") {
			t.Errorf("a second start: %s", got)
		}
		time.Sleep(time.Minute)
		if e := w.execution(run); e.Status != dstypes.TaskExecutionStatusError || *e.Result.ErrorCode != "FsS3HeadBucketFailed" || e.Result.PrepareStatus != dstypes.PhaseStatusError {
			t.Errorf("%s %+v", e.Status, e.Result)
		}
	})
}

// A Basic task between Regions has to be in the destination's.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-datasync-locations-tasks.html
func TestBasicInSourceRegion(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		api := w.sync(srcRegion)
		out, err := api.CreateTask(w.ctx, &datasync.CreateTaskInput{SourceLocationArn: aws.String(source), DestinationLocationArn: aws.String(destination)})
		w.must(err)
		time.Sleep(phases.Creating)
		run, err := api.StartTaskExecution(w.ctx, &datasync.StartTaskExecutionInput{TaskArn: out.TaskArn})
		w.must(err)
		time.Sleep(time.Minute)
		e, err := api.DescribeTaskExecution(w.ctx, &datasync.DescribeTaskExecutionInput{TaskExecutionArn: run.TaskExecutionArn})
		w.must(err)
		if got := aws.ToString(e.Result.ErrorCode); got != "FsS3UnableToConnectToEndpoint" {
			t.Errorf("error code %q", got)
		}
	})
}

// With ACLs enabled, what a role of another account writes belongs to that account.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func TestOwner(t *testing.T) {
	for ownership, want := range map[s3types.ObjectOwnership]string{
		s3types.ObjectOwnershipBucketOwnerEnforced:  dst,
		s3types.ObjectOwnershipBucketOwnerPreferred: src,
		s3types.ObjectOwnershipObjectWriter:         src,
		"":                                          src,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(o *xaccttest.Options) { o.Phases = phases })
			w.cloud.AddBucket(dst, dstRegion, "owned", func(o *xaccttest.BucketOptions) { o.Ownership = ownership })
			role := w.role("both", policy.New(on("owned", writeActions...), on("media-raw", readActions...)))
			w.cloud.SetBucketPolicy("owned", policy.New(
				on("owned", writeActions...).By(policy.AWS(role)),
				policy.Allow("s3:ListBucket").By(policy.Account(src)).On("arn:aws:s3:::owned"),
			).Bytes())
			w.put("1=x")
			w.finish(w.task(w.location(srcRegion, "media-raw", "", role), w.location(dstRegion, "owned", "", role), nil))
			if got := w.cloud.Object("owned", "1").Owner; got != want {
				t.Errorf("%q: owner %q, want %s", ownership, got, want)
			}
		})
	}
}

// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/run-task.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/API_CancelTaskExecution.html
func TestQueueAndCancel(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		w.put("a/1=x", "a/2=x", "a/3=x", "a/4=x")
		task := w.task(source, destination, nil)
		time.Sleep(phases.Creating)
		first, second, third := w.start(task), w.start(task), w.start(task)
		cancel := func(arn string) string {
			_, err := w.sync(dstRegion).CancelTaskExecution(w.ctx, &datasync.CancelTaskExecutionInput{TaskExecutionArn: aws.String(arn)})
			return refused(err)
		}
		statuses := func() string {
			return fmt.Sprintf("%s %s %s", w.execution(first).Status, w.execution(second).Status, w.execution(third).Status)
		}
		var got []string
		note := func() { got = append(got, statuses()) }
		note()
		time.Sleep(41 * time.Second) // half of the objects are there
		w.must(errorOf(cancel(first)))
		w.must(errorOf(cancel(third)))
		note()
		if n := len(w.archive()); n != 2 {
			t.Errorf("%d objects at the time of the cancellation", n)
		}
		time.Sleep(5 * time.Second)
		note()
		if n := len(w.archive()); n != 2 {
			t.Errorf("%d objects after the cancellation", n)
		}
		time.Sleep(70 * time.Second)
		note()
		want := []string{"LAUNCHING QUEUED QUEUED", "CANCELLING QUEUED CANCELLING", "ERROR LAUNCHING ERROR", "ERROR SUCCESS ERROR"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, arn := range []string{first, second} {
			if got, want := cancel(arn), "400 InvalidRequestException: Task execution "+arn+" is not in progress."; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if e := w.execution(second); !e.LaunchTime.After(*e.StartTime) {
			t.Errorf("started %v, launched %v", e.StartTime, e.LaunchTime)
		}
		list, err := w.sync(dstRegion).ListTaskExecutions(w.ctx, &datasync.ListTaskExecutionsInput{TaskArn: aws.String(task)})
		w.must(err)
		if len(list.TaskExecutions) != 3 {
			t.Errorf("%d executions listed", len(list.TaskExecutions))
		}
		d, err := w.sync(dstRegion).DescribeTask(w.ctx, &datasync.DescribeTaskInput{TaskArn: aws.String(task)})
		w.must(err)
		if *d.CurrentTaskExecutionArn != third || d.Status != dstypes.TaskStatusAvailable {
			t.Errorf("current %s, status %s", *d.CurrentTaskExecutionArn, d.Status)
		}
	})
}

// errorOf is nil if refused found no error.
func errorOf(refused string) error {
	if refused == "no error" {
		return nil
	}
	return errors.New(refused)
}

func TestNoQueue(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		task := w.task(source, destination, option(func(o *dstypes.Options) { o.TaskQueueing = dstypes.TaskQueueingDisabled }))
		_, err := w.sync(dstRegion).StartTaskExecution(w.ctx, &datasync.StartTaskExecutionInput{TaskArn: aws.String(task)})
		if got := refused(err); !strings.HasSuffix(got, "is being created.") {
			t.Error(got)
		}
		time.Sleep(phases.Creating)
		w.start(task)
		_, err = w.sync(dstRegion).StartTaskExecution(w.ctx, &datasync.StartTaskExecutionInput{TaskArn: aws.String(task)})
		if got := refused(err); !strings.HasSuffix(got, "has an execution in progress, and queueing is disabled.") {
			t.Error(got)
		}
	})
}

func TestOverrides(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		w.put("a/1=x", "a/2=y")
		task := w.task(source, destination, nil)
		time.Sleep(phases.Creating)
		out, err := w.sync(dstRegion).StartTaskExecution(w.ctx, &datasync.StartTaskExecutionInput{
			TaskArn: aws.String(task), OverrideOptions: &dstypes.Options{VerifyMode: dstypes.VerifyModeNone},
			Includes: []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: aws.String("/2")}},
			Tags:     []dstypes.TagListEntry{{Key: aws.String("run"), Value: aws.String("1")}},
		})
		w.must(err)
		time.Sleep(60 * time.Second) // no verification
		if e := w.execution(*out.TaskExecutionArn); e.Status != dstypes.TaskExecutionStatusSuccess || e.FilesVerified != 0 {
			t.Errorf("%s, %d verified", e.Status, e.FilesVerified)
		}
		w.wantArchive(map[string]string{"b/2": "y"})
		tags, err := w.sync(dstRegion).ListTagsForResource(w.ctx, &datasync.ListTagsForResourceInput{ResourceArn: out.TaskExecutionArn})
		w.must(err)
		if len(tags.Tags) != 1 || *tags.Tags[0].Key != "run" {
			t.Errorf("tags %v", tags.Tags)
		}
	})
}

// Failures can be made at every step.
func TestOnStep(t *testing.T) {
	tests := map[string]struct {
		fail xaccttest.Step // without the execution
		want string
	}{
		"launching":    {xaccttest.Step{Phase: "LAUNCHING"}, "ERROR Broken 0 0 0"},
		"preparing":    {xaccttest.Step{Phase: "PREPARING"}, "ERROR Broken 0 0 0"},
		"transferring": {xaccttest.Step{Phase: "TRANSFERRING"}, "ERROR Broken 0 0 0"},
		"verifying":    {xaccttest.Step{Phase: "VERIFYING"}, "ERROR Broken 2 0 0"},
		"an object":    {xaccttest.Step{Phase: "TRANSFERRING", Key: "1"}, "SUCCESS  1 1 0"},
		"a mismatch":   {xaccttest.Step{Phase: "VERIFYING", Key: "1"}, "SUCCESS  2 0 1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				w.put("a/1=x", "a/2=y")
				w.cloud.OnStep(func(s xaccttest.Step) error {
					s.Execution = ""
					if s == test.fail {
						return xaccttest.Fault(0, "Broken", "broken on purpose")
					}
					return nil
				})
				e := w.finish(w.task(source, destination, nil))
				got := fmt.Sprintf("%s %s %d %d %d", e.Status, aws.ToString(e.Result.ErrorCode), e.FilesTransferred, e.FilesFailed.Transfer, e.FilesFailed.Verify)
				if got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		})
	}
}
