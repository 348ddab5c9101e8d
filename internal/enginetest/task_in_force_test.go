package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// TestTaskInForce edits a transfer whose task exists: the plan after the apply is empty, and what the transfer leaves alone is as it was.
func TestTaskInForce(t *testing.T) {
	t.Parallel()
	const group = "arn:aws:logs:us-east-2:111122223333:log-group:datasync"
	basic := func(tr *xacct.Transfer) { tr.Task.Mode = dstypes.TaskModeBasic }
	scheduled := func(tr *xacct.Transfer) { tr.Task.Schedule = &task.Schedule{Expression: "rate(1 hour)"} }
	for _, tt := range []struct {
		name   string
		before func(*xacct.Transfer)
		drift  func(*testing.T, *xaccttest.Cloud, string) // by hand, on the task
		edit   func(*xacct.Transfer)
		want   string // of the task, afterwards
	}{
		{"the mode is left out", basic, nil, func(tr *xacct.Transfer) { tr.Task.Mode, tr.Task.Options.BytesPerSecond = "", task.MiBPerSecond }, "BASIC"},
		{"an archive class", basic, nil, func(tr *xacct.Transfer) { tr.Destination.StorageClass = dstypes.S3StorageClassDeepArchive }, "ONLY_FILES_TRANSFERRED"},
		{"a log group", basic, nil, func(tr *xacct.Transfer) { tr.Task.LogGroupARN = group }, "BASIC"},
		{"times are kept out by hand", nil, func(t *testing.T, cloud *xaccttest.Cloud, arn string) {
			updateTask(t, cloud, &datasync.UpdateTaskInput{TaskArn: &arn, Options: &dstypes.Options{Atime: dstypes.AtimeNone, Mtime: dstypes.MtimeNone}})
		}, func(tr *xacct.Transfer) { tr.Task.Options.BytesPerSecond = task.MiBPerSecond }, "NONE"},
		{"DataSync has disabled the schedule", scheduled, func(t *testing.T, cloud *xaccttest.Cloud, arn string) {
			granted := cloud.BucketPolicy("media-archive")
			cloud.SetBucketPolicy("media-archive", nil)
			time.Sleep(10 * time.Hour) // its runs fail
			cloud.SetBucketPolicy("media-archive", granted)
		}, func(tr *xacct.Transfer) {
			tr.Task.Schedule = &task.Schedule{Expression: "rate(2 hours)", Status: dstypes.ScheduleStatusEnabled}
		}, "rate(1 hour)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.before != nil {
					tt.before(&tr)
				}
				arn := kittest.SetUp(t, cloud, tr).TaskARN(tr.Name)
				if tt.drift != nil {
					tt.drift(t, cloud, arn)
				}
				tt.edit(&tr)
				if again := kittest.SetUp(t, cloud, tr).TaskARN(tr.Name); again != arn {
					t.Errorf("another task: %s, was %s", again, arn)
				}
				out, err := cloud.Clients()[accountA].DataSync("us-east-2").DescribeTask(t.Context(), &datasync.DescribeTaskInput{TaskArn: &arn})
				if err != nil {
					t.Fatal(err)
				}
				got := string(out.TaskMode) + " " + string(out.Options.VerifyMode) + " " + string(out.Options.Atime)
				if tt.name == "a log group" {
					got = string(out.Options.LogLevel)
				}
				if out.Schedule != nil {
					got = *out.Schedule.ScheduleExpression
				}
				if !strings.Contains(got, tt.want) {
					t.Errorf("%q, want %q", got, tt.want)
				}
			})
		})
	}
}

func updateTask(t *testing.T, cloud *xaccttest.Cloud, in *datasync.UpdateTaskInput) {
	t.Helper()
	if _, err := cloud.Clients()[accountA].DataSync("us-east-2").UpdateTask(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// TestReplacedTaskTakesOver replaces a task: what the transfer leaves alone is as it was, and nothing that was disabled runs again.
func TestReplacedTaskTakesOver(t *testing.T) {
	t.Parallel()
	byHand := func(in *datasync.UpdateTaskInput) func(*testing.T, *xaccttest.Cloud, string) {
		return func(t *testing.T, cloud *xaccttest.Cloud, arn string) {
			in.TaskArn = &arn
			updateTask(t, cloud, in)
		}
	}
	bucket := func(tr *xacct.Transfer) { tr.Source.Bucket, tr.Task.Mode = "media-raw-2", "" }
	mode := func(tr *xacct.Transfer) { tr.Task.Mode = dstypes.TaskModeEnhanced }
	for _, tt := range []struct {
		name  string
		drift func(*testing.T, *xaccttest.Cloud, string)
		edit  func(*xacct.Transfer)
		want  string
	}{
		{"an option", byHand(&datasync.UpdateTaskInput{Options: &dstypes.Options{OverwriteMode: dstypes.OverwriteModeNever}}), bucket, "BASIC NEVER ENABLED"},
		{"a schedule disabled by hand", byHand(&datasync.UpdateTaskInput{Schedule: &dstypes.TaskSchedule{ScheduleExpression: new("rate(1 hour)"), Status: dstypes.ScheduleStatusDisabled}}), bucket, "BASIC ALWAYS DISABLED"},
		{"a schedule that DataSync disabled", func(t *testing.T, cloud *xaccttest.Cloud, _ string) {
			granted := cloud.BucketPolicy("media-archive")
			cloud.SetBucketPolicy("media-archive", nil)
			time.Sleep(10 * time.Hour)
			cloud.SetBucketPolicy("media-archive", granted)
		}, bucket, "BASIC ALWAYS DISABLED"},
		{"a schedule disabled by hand, and another mode", byHand(&datasync.UpdateTaskInput{Schedule: &dstypes.TaskSchedule{ScheduleExpression: new("rate(1 hour)"), Status: dstypes.ScheduleStatusDisabled}}), mode, "ENHANCED ALWAYS DISABLED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddBucket(accountA, "eu-west-1", "media-raw-2")
				cloud.PutObject("media-raw-2", "2026/01.mov", []byte("x"))
				tr := kittest.Push(cloud)
				tr.Task.Mode, tr.Task.Schedule = dstypes.TaskModeBasic, &task.Schedule{Expression: "rate(1 hour)"}
				tt.drift(t, cloud, kittest.SetUp(t, cloud, tr).TaskARN(tr.Name))
				tt.edit(&tr)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.AllowReplace = true })
				arn := kittest.MustApply(t, t.Context(), cloud.Clients(), p).TaskARN(tr.Name)
				out, err := cloud.Clients()[accountA].DataSync("us-east-2").DescribeTask(t.Context(), &datasync.DescribeTaskInput{TaskArn: &arn})
				if err != nil {
					t.Fatal(err)
				}
				if got := string(out.TaskMode) + " " + string(out.Options.OverwriteMode) + " " + string(out.Schedule.Status); got != tt.want {
					t.Errorf("%s, want %s", got, tt.want)
				}
			})
		})
	}
}

// TestWishThatDoesNotFitTheTask is blocked by the plan, not refused by DataSync in the apply.
func TestWishThatDoesNotFitTheTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		tr.Task.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove
		kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, removing))
		tr.Task.Options = task.Options{TransferMode: dstypes.TransferModeAll}
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, removing)
		if !blockedBy(p, xacct.CodeTaskOption, "does not go together with what the task has already") || !p.Empty() {
			t.Errorf("not blocked:\n%s", p)
		}
	})
}
