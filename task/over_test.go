package task

import (
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/inputtest"
)

// The cases are the changes that an update makes to the options in force. DataSync's service model must accept them.
func TestUpdateFromOptions(t *testing.T) {
	basic := Options{VerifyMode: "POINT_IN_TIME_CONSISTENT", LogLevel: "OFF", Atime: "BEST_EFFORT", Mtime: "PRESERVE", BytesPerSecond: -1}
	change := func(edit func(*Options)) Options {
		o := basic
		edit(&o)
		return o
	}
	for _, tt := range []struct {
		name  string
		state State
		edit  func(*Spec)
		want  Options
	}{
		{"a BASIC task that verifies everything, and the spec names no mode", State{Mode: "BASIC", Options: basic}, func(*Spec) {}, basic},
		{"times that are left alone", State{Mode: "ENHANCED", Options: Options{Atime: "NONE", Mtime: "NONE"}}, func(*Spec) {}, Options{Atime: "NONE", Mtime: "NONE"}},
		{"times that are changed", State{Mode: "BASIC", Options: basic}, func(s *Spec) { s.Options.Atime, s.Options.Mtime = "NONE", "NONE" },
			change(func(o *Options) { o.Atime, o.Mtime = "NONE", "NONE" })},
		{"to GLACIER", State{Mode: "BASIC", Options: basic}, func(s *Spec) { s.DestinationStorageClass = "GLACIER" },
			change(func(o *Options) { o.VerifyMode = "ONLY_FILES_TRANSFERRED" })},
		{"to DEEP_ARCHIVE, by name of the mode", State{Mode: "BASIC", Options: basic}, func(s *Spec) { s.Mode, s.DestinationStorageClass = "BASIC", "DEEP_ARCHIVE" },
			change(func(o *Options) { o.VerifyMode = "ONLY_FILES_TRANSFERRED" })},
		{"to GLACIER, verifying nothing as before", State{Mode: "BASIC", Options: Options{VerifyMode: "NONE"}}, func(s *Spec) { s.DestinationStorageClass = "GLACIER" }, Options{VerifyMode: "NONE"}},
		{"to a class that can be read", State{Mode: "BASIC", Options: basic}, func(s *Spec) { s.DestinationStorageClass = "STANDARD_IA" }, basic},
		{"a log group appears", State{Mode: "BASIC", Options: basic}, func(s *Spec) { s.LogGroupARN = logGroupARN }, change(func(o *Options) { o.LogLevel = "BASIC" })},
		{"a log group appears, and the spec says OFF", State{Mode: "BASIC", Options: basic}, func(s *Spec) { s.LogGroupARN, s.Options.LogLevel = logGroupARN, "OFF" }, basic},
		{"a log group appears, and more than BASIC is in force", State{Mode: "BASIC", Options: Options{LogLevel: "TRANSFER"}}, func(s *Spec) { s.LogGroupARN = logGroupARN }, Options{LogLevel: "TRANSFER"}},
		{"a log group was there", State{Mode: "BASIC", Options: basic, LogGroupARN: logGroupARN}, func(s *Spec) { s.LogGroupARN = logGroupARN + ":*" }, basic},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := spec()
			tt.edit(&s)
			tt.state.ARN = taskARN
			in, err := s.UpdateFrom(tt.state)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, fromSDK(in.Options)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if err := inputtest.Model(in); err != nil {
				t.Error(err)
			}
			tt.state.Options = tt.want
			tt.state.LogGroupARN = canonicalLogGroup(s.LogGroupARN)
			if again := s.Over(tt.state).Options; again != tt.want {
				t.Errorf("the update does not come to rest: %+v", again)
			}
		})
	}
}

// From a task with another mode, Over fills in nothing.
func TestOverAnotherMode(t *testing.T) {
	s := spec()
	s.Mode = dstypes.TaskModeEnhanced
	state := State{Mode: "BASIC", LogGroupARN: logGroupARN, Options: Options{VerifyMode: "POINT_IN_TIME_CONSISTENT"}}
	if diff := cmp.Diff(s, s.Over(state)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := s.UpdateFrom(State{ARN: taskARN, Mode: "BASIC"}); err == nil {
		t.Error("an update changes the mode")
	}
}

func TestUpdateFromSchedules(t *testing.T) {
	nightly := Schedule{Expression: "cron(0 2 * * ? *)"}
	disabled := func(by dstypes.ScheduleDisabledBy) State {
		return State{Schedule: &ScheduleState{Schedule: Schedule{nightly.Expression, "DISABLED"}, DisabledBy: by, DisabledReason: "errors"}}
	}
	for _, tt := range []struct {
		name  string
		want  *Schedule
		state State
		sent  *dstypes.TaskSchedule // nil: none is sent
	}{
		{"held, enabled anew by nobody", &Schedule{nightly.Expression, "ENABLED"}, disabled("SERVICE"), nil},
		{"held, with another expression", &Schedule{"rate(1 day)", "ENABLED"}, disabled("SERVICE"), nil},
		{"held, and the status is left alone", &Schedule{Expression: "rate(1 day)"}, disabled("SERVICE"), nil},
		{"held, and taken away", nil, disabled("SERVICE"), noSchedule()},
		{"left alone", &nightly, disabled("USER"), &dstypes.TaskSchedule{ScheduleExpression: &nightly.Expression, Status: "DISABLED"}},
		{"enabled by the user", &Schedule{nightly.Expression, "ENABLED"}, disabled("USER"), &dstypes.TaskSchedule{ScheduleExpression: &nightly.Expression, Status: "ENABLED"}},
		{"a new one", &nightly, State{}, &dstypes.TaskSchedule{ScheduleExpression: &nightly.Expression}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := spec()
			s.Schedule, tt.state.ARN = tt.want, taskARN
			in, err := s.UpdateFrom(tt.state)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.sent, in.Schedule, unexported); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if tt.sent == nil && *s.Over(tt.state).Schedule != tt.state.Schedule.Schedule {
				t.Errorf("Over changes what is held: %+v", s.Over(tt.state).Schedule)
			}
		})
	}
	in, err := spec().UpdateFrom(State{ARN: taskARN, Manifest: manifest()})
	if err != nil || in.Schedule != nil || in.TaskReportConfig != nil || in.ManifestConfig == nil {
		t.Errorf("only the manifest goes: %+v, %v", in, err)
	}
}
