package task

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/internal/inputtest"
)

const (
	sourceARN      = "arn:aws:datasync:us-east-1:111122223333:location/loc-0a1b2c3d4e5f67890"
	destinationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-abcdef01234567890"
	taskARN        = "arn:aws:datasync:us-east-2:111122223333:task/task-0a1b2c3d4e5f67890"
	executionARN   = taskARN + "/execution/exec-0123456789abcdef0"
	logGroupARN    = "arn:aws:logs:us-east-2:111122223333:log-group:datasync"
)

func spec() Spec {
	return Spec{Name: "media", Account: "111122223333", Region: "us-east-2", SourceLocationARN: sourceARN, DestinationLocationARN: destinationARN}
}

// Step 5 of the tutorial, edition of April 2025: create the task, then "Start with defaults" or "Start with overriding options". The tutorial uses the
// console; these are the requests behind it. Of the settings it says only that Enhanced mode is recommended, so the overriding options are an example.
// PreserveDeletedFiles has DataSync's default, which this package always sends.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func TestTutorialStep5(t *testing.T) {
	s := Tutorial()
	s.Name, s.Account, s.Region, s.SourceLocationARN, s.DestinationLocationARN = "cross-account-transfer", "111122223333", "us-east-2", sourceARN, destinationARN
	create, err := s.CreateInput()
	if err != nil {
		t.Fatal(err)
	}
	inputtest.Pinned(t, "testdata/tutorial-step5-task.golden.json", inputtest.JSON(create))

	defaults, err := StartOptions{}.Input(taskARN)
	if err != nil {
		t.Fatal(err)
	}
	inputtest.Pinned(t, "testdata/tutorial-step5-start-with-defaults.golden.json", inputtest.JSON(defaults))

	overriding, err := StartOptions{
		Options:  Options{VerifyMode: dstypes.VerifyModeNone, LogLevel: dstypes.LogLevelTransfer, BytesPerSecond: 1 << 20},
		Includes: []string{"/folder1", "/folder2"},
	}.Input(taskARN)
	if err != nil {
		t.Fatal(err)
	}
	inputtest.Pinned(t, "testdata/tutorial-step5-start-with-overriding-options.golden.json", inputtest.JSON(overriding))
}

var unexported = cmpopts.IgnoreUnexported(datasync.CreateTaskInput{}, datasync.UpdateTaskInput{}, datasync.DeleteTaskInput{}, datasync.TagResourceInput{},
	datasync.UntagResourceInput{}, datasync.StartTaskExecutionInput{}, dstypes.Options{}, dstypes.TagListEntry{}, dstypes.FilterRule{},
	dstypes.TaskSchedule{}, dstypes.ManifestConfig{}, dstypes.SourceManifestConfig{}, dstypes.S3ManifestConfig{}, dstypes.TaskReportConfig{}, dstypes.ReportDestination{},
	dstypes.ReportDestinationS3{}, dstypes.ReportOverrides{}, dstypes.ReportOverride{})

func rule(value string) []dstypes.FilterRule {
	return []dstypes.FilterRule{{FilterType: "SIMPLE_PATTERN", Value: &value}}
}

func TestCreateInput(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Spec)
		want   datasync.CreateTaskInput // besides name and locations
	}{
		{"default", func(s *Spec) {}, datasync.CreateTaskInput{TaskMode: "ENHANCED", Options: &dstypes.Options{LogLevel: "BASIC", PreserveDeletedFiles: "PRESERVE"}}},
		{"basic", func(s *Spec) { s.Mode = "BASIC" }, datasync.CreateTaskInput{TaskMode: "BASIC", Options: &dstypes.Options{PreserveDeletedFiles: "PRESERVE"}}},
		{"basic with a group of its own", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: "datasync"} },
			datasync.CreateTaskInput{TaskMode: "BASIC", CloudWatchLogGroupArn: new(logGroupARN), Options: &dstypes.Options{LogLevel: "BASIC", PreserveDeletedFiles: "PRESERVE"}}},
		{"basic with a log group", func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", logGroupARN+":*" },
			datasync.CreateTaskInput{TaskMode: "BASIC", CloudWatchLogGroupArn: new(logGroupARN), Options: &dstypes.Options{LogLevel: "BASIC", PreserveDeletedFiles: "PRESERVE"}}},
		{"basic to an archive", func(s *Spec) { s.Mode, s.DestinationStorageClass = "BASIC", "DEEP_ARCHIVE" },
			datasync.CreateTaskInput{TaskMode: "BASIC", Options: &dstypes.Options{VerifyMode: "ONLY_FILES_TRANSFERRED", PreserveDeletedFiles: "PRESERVE"}}},
		{"everything", func(s *Spec) {
			s.Options = Options{VerifyMode: "NONE", OverwriteMode: "NEVER", PreserveDeletedFiles: "REMOVE", TransferMode: "CHANGED", ObjectTags: "NONE", TaskQueueing: "DISABLED", LogLevel: "TRANSFER", BytesPerSecond: -1}
			s.Includes, s.Excludes, s.Tags = []string{"/a", "/b*"}, []string{"*.tmp"}, map[string]string{"b": "2", "a": "1"}
		}, datasync.CreateTaskInput{
			TaskMode: "ENHANCED", Includes: rule("/a|/b*"), Excludes: rule("*.tmp"),
			Options: &dstypes.Options{VerifyMode: "NONE", OverwriteMode: "NEVER", PreserveDeletedFiles: "REMOVE", TransferMode: "CHANGED", ObjectTags: "NONE", TaskQueueing: "DISABLED", LogLevel: "TRANSFER", BytesPerSecond: new(int64(-1))},
			Tags:    []dstypes.TagListEntry{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("2")}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := spec()
			tt.change(&s)
			tt.want.Name, tt.want.SourceLocationArn, tt.want.DestinationLocationArn = new("media"), new(sourceARN), new(destinationARN)
			got, err := s.CreateInput()
			if err := inputtest.Model(got); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(&tt.want, got, unexported); diff != "" || err != nil {
				t.Errorf("%v, -want +got:\n%s", err, diff)
			}
		})
	}
}

// An update contains only what the spec contains, and an empty filter if the spec has none.
func TestUpdateInput(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Spec)
		want   *datasync.UpdateTaskInput
	}{
		{"nothing", func(s *Spec) { s.Name = "" }, &datasync.UpdateTaskInput{
			Includes: []dstypes.FilterRule{}, Excludes: []dstypes.FilterRule{}, Schedule: &dstypes.TaskSchedule{ScheduleExpression: new("")},
			ManifestConfig: &dstypes.ManifestConfig{}, TaskReportConfig: &dstypes.TaskReportConfig{},
		}},
		{"everything", func(s *Spec) {
			s.Mode, s.LogGroupARN, s.Includes, s.Excludes = "BASIC", logGroupARN+":*", []string{"/a"}, []string{"*.tmp", "*/temp"}
			s.Options = Options{LogLevel: "TRANSFER"}.Over(Options{LogLevel: "OFF", VerifyMode: "NONE", BytesPerSecond: -1})
			s.Schedule, s.Report = &Schedule{Expression: "rate(1 hour)", Status: "DISABLED"}, fullReport()
		}, &datasync.UpdateTaskInput{
			Schedule: &dstypes.TaskSchedule{ScheduleExpression: new("rate(1 hour)"), Status: "DISABLED"}, TaskReportConfig: fullReportConfig(),
			ManifestConfig: &dstypes.ManifestConfig{}, Name: new("media"), CloudWatchLogGroupArn: new(logGroupARN), Includes: rule("/a"), Excludes: rule("*.tmp|*/temp"),
			Options: &dstypes.Options{LogLevel: "TRANSFER", VerifyMode: "NONE", BytesPerSecond: new(int64(-1))},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := spec()
			tt.change(&s)
			tt.want.TaskArn = new(taskARN)
			got, err := s.UpdateInput(taskARN)
			if err := inputtest.Model(got); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(tt.want, got, unexported); diff != "" || err != nil {
				t.Errorf("%v, -want +got:\n%s", err, diff)
			}
		})
	}
}

func TestStartInput(t *testing.T) {
	got, err := StartOptions{Token: "2026-03-01", Includes: []string{}, Excludes: []string{"*.tmp"}, Tags: map[string]string{"a": "1"}}.Input(taskARN)
	want := &datasync.StartTaskExecutionInput{
		TaskArn: new(taskARN), Includes: []dstypes.FilterRule{}, Excludes: rule("*.tmp"),
		Tags: []dstypes.TagListEntry{{Key: new("a"), Value: new("1")}, {Key: new("xacct:run"), Value: new("2026-03-01")}},
	}
	if diff := cmp.Diff(want, got, unexported); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}

func TestSmallInputs(t *testing.T) {
	tagged := spec()
	tagged.Tags = map[string]string{"a": "1"}
	tests := []struct {
		name string
		got  func() (any, error)
		want any
	}{
		{"delete", func() (any, error) { return Spec{}.DeleteInput(taskARN) }, &datasync.DeleteTaskInput{TaskArn: new(taskARN)}},
		{"tag", func() (any, error) { return tagged.TagInput(taskARN) }, &datasync.TagResourceInput{ResourceArn: new(taskARN), Tags: []dstypes.TagListEntry{{Key: new("a"), Value: new("1")}}}},
		{"tag, none", func() (any, error) { return spec().TagInput(taskARN) }, (*datasync.TagResourceInput)(nil)},
		{"untag", func() (any, error) { return Spec{}.UntagInput(taskARN, "b", "a") }, &datasync.UntagResourceInput{ResourceArn: new(taskARN), Keys: []string{"a", "b"}}},
		{"untag, none", func() (any, error) { return Spec{}.UntagInput(taskARN) }, (*datasync.UntagResourceInput)(nil)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.got()
			if err := inputtest.Model(got); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(tt.want, got, unexported); diff != "" || err != nil {
				t.Errorf("%v, -want +got:\n%s", err, diff)
			}
		})
	}
}

// No method returns an input for an invalid spec or a wrong ARN.
func TestNoInput(t *testing.T) {
	bad := spec()
	bad.Account = "x"
	elsewhere := "arn:aws:datasync:us-east-2:444455556666:task/task-0a1b2c3d4e5f67890"
	for name, fn := range map[string]func() (any, error){
		"create":            func() (any, error) { in, err := bad.CreateInput(); return in == nil, err },
		"update":            func() (any, error) { in, err := bad.UpdateInput(taskARN); return in == nil, err },
		"update, elsewhere": func() (any, error) { in, err := spec().UpdateInput(elsewhere); return in == nil, err },
		"tag":               func() (any, error) { in, err := bad.TagInput(taskARN); return in == nil, err },
		"tag, elsewhere":    func() (any, error) { in, err := spec().TagInput(elsewhere); return in == nil, err },
		"untag, elsewhere":  func() (any, error) { in, err := spec().UntagInput(elsewhere, "k"); return in == nil, err },
		"delete, elsewhere": func() (any, error) { in, err := spec().DeleteInput(elsewhere); return in == nil, err },
		"start":             func() (any, error) { in, err := StartOptions{}.Input(sourceARN); return in == nil, err },
	} {
		var p *Problem
		if isNil, err := fn(); !errors.As(err, &p) || isNil != true {
			t.Errorf("%s: nil = %v, err = %v", name, isNil, err)
		}
	}
}

// Every member of Options is sent, read back, and filled in by Over.
func TestOptionsRoundTrip(t *testing.T) {
	all := Options{VerifyMode: "NONE", OverwriteMode: "NEVER", PreserveDeletedFiles: "REMOVE", TransferMode: "ALL", ObjectTags: "NONE", TaskQueueing: "DISABLED", LogLevel: "TRANSFER", Atime: "NONE", Mtime: "NONE", BytesPerSecond: 7}
	if got := fromSDK(all.sdk()); got != all {
		t.Errorf("sent and read: %+v", got)
	}
	if got := (Options{}).Over(all); got != all {
		t.Errorf("nothing over all: %+v", got)
	}
	if got := all.Over(Options{VerifyMode: "X", BytesPerSecond: 8}); got != all {
		t.Errorf("all over something: %+v", got)
	}
	if got := fromSDK(nil); got != (Options{}) || (Options{}).sdk() != nil {
		t.Errorf("nothing: %+v", got)
	}
}
