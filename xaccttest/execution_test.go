package xaccttest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

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
func (w *world) put(objects ...string) { w.putInto("media-raw", objects...) }

func (w *world) putInto(bucket string, objects ...string) {
	for _, o := range objects {
		name, body, _ := strings.Cut(o, "=")
		w.cloud.PutObject(bucket, name, []byte(body))
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

// Fifty runs of a task may wait. Source: https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
func TestQueueIsFull(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		arn := w.task(source, destination, nil)
		time.Sleep(phases.Creating)
		first := w.start(arn)
		for range 49 {
			w.start(arn)
		}
		last := w.start(arn)
		_, err := w.sync(dstRegion).StartTaskExecution(w.ctx, &datasync.StartTaskExecutionInput{TaskArn: aws.String(arn)})
		if got := refused(err); !strings.HasSuffix(got, "has 50 executions in its queue already.") {
			t.Error(got)
		}
		time.Sleep(70 * time.Second)
		if a, b := w.execution(first).Status, w.execution(last).Status; a != dstypes.TaskExecutionStatusSuccess || b != dstypes.TaskExecutionStatusQueued {
			t.Errorf("the first is %s, the last %s", a, b)
		}
		w.start(arn)
		time.Sleep(51 * 70 * time.Second)
		if e := w.execution(last); e.Status != dstypes.TaskExecutionStatusSuccess || e.LaunchTime.Sub(*e.StartTime) != 50*70*time.Second {
			t.Errorf("the last: %s, waited %v", e.Status, e.LaunchTime.Sub(*e.StartTime))
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

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTaskExecution.html
func TestBandwidthInFlight(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		task := w.task(source, destination, nil)
		time.Sleep(phases.Creating)
		run := w.start(task)
		update := func() string {
			api := w.sync(dstRegion).(interface {
				UpdateTaskExecution(context.Context, *datasync.UpdateTaskExecutionInput, ...func(*datasync.Options)) (*datasync.UpdateTaskExecutionOutput, error)
			})
			_, err := api.UpdateTaskExecution(w.ctx, &datasync.UpdateTaskExecutionInput{TaskExecutionArn: aws.String(run), Options: &dstypes.Options{BytesPerSecond: aws.Int64(1 << 20)}})
			return refused(err)
		}
		w.must(errorOf(update()))
		if got := *w.execution(run).Options.BytesPerSecond; got != 1<<20 {
			t.Errorf("%d bytes a second", got)
		}
		time.Sleep(2 * time.Minute)
		if got, want := update(), "400 InvalidRequestException: Task execution "+run+" is not in progress."; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
