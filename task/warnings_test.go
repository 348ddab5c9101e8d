package task

import (
	"errors"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
)

func TestWarnings(t *testing.T) {
	tests := []struct {
		rule, name string
		change     func(*Spec)
		warns      bool
	}{
		{"log-group-off", "by default", func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", logGroupARN }, false},
		{"log-group-off", "off", func(s *Spec) { s.Mode, s.LogGroupARN, s.Options.LogLevel = "BASIC", logGroupARN, "OFF" }, true},
		{"log-nowhere", "no level", func(s *Spec) { s.Mode = "BASIC" }, false},
		{"log-nowhere", "level without a group", func(s *Spec) { s.Mode, s.Options.LogLevel = "BASIC", "TRANSFER" }, true},
		{"log-nowhere", "enhanced has a group of its own", func(s *Spec) { s.Options.LogLevel = "TRANSFER" }, false},
		{"log-off", "by default", func(s *Spec) {}, false},
		{"log-off", "off", func(s *Spec) { s.Options.LogLevel = "OFF" }, true},
		{"verify-none", "by default", func(s *Spec) {}, false},
		{"verify-none", "none", func(s *Spec) { s.Options.VerifyMode = "NONE" }, true},
		{"verify-retrieval", "standard", func(s *Spec) { s.Mode, s.Options.VerifyMode = "BASIC", "POINT_IN_TIME_CONSISTENT" }, false},
		{"verify-retrieval", "infrequent access", func(s *Spec) {
			s.Mode, s.Options.VerifyMode, s.DestinationStorageClass = "BASIC", "POINT_IN_TIME_CONSISTENT", "STANDARD_IA"
		}, true},
		{"class-rewrite", "changed", func(s *Spec) { s.DestinationStorageClass = "DEEP_ARCHIVE" }, false},
		{"class-rewrite", "all", func(s *Spec) { s.DestinationStorageClass, s.Options.TransferMode = "DEEP_ARCHIVE", "ALL" }, true},
		{"class-remove", "standard", func(s *Spec) { s.Options.PreserveDeletedFiles = "REMOVE" }, false},
		{"class-remove", "instant retrieval", func(s *Spec) {
			s.DestinationStorageClass, s.Options.PreserveDeletedFiles = "GLACIER_INSTANT_RETRIEVAL", "REMOVE"
		}, true},
		{"manifest-remove", "manifest", func(s *Spec) { s.Manifest = manifest() }, false},
		{"manifest-remove", "both", func(s *Spec) { s.Manifest, s.Options.PreserveDeletedFiles = manifest(), "REMOVE" }, true},
		{"bandwidth-low", "left out", func(s *Spec) {}, false},
		{"bandwidth-low", "no limit", func(s *Spec) { s.Options.BytesPerSecond = Unlimited }, false},
		{"bandwidth-low", "1 MiB/s", func(s *Spec) { s.Options.BytesPerSecond = MiBPerSecond }, false},
		{"bandwidth-low", "a byte less", func(s *Spec) { s.Options.BytesPerSecond = MiBPerSecond - 1 }, true},
		{"bandwidth-low", "meant as MiB", func(s *Spec) { s.Options.BytesPerSecond = 100 }, true},
		{"bandwidth-low", "meant as kilobits", func(s *Spec) { s.Options.BytesPerSecond = 100_000 }, true},
		{"bandwidth-low", "one byte", func(s *Spec) { s.Mode, s.Options.BytesPerSecond = "BASIC", 1 }, true},
		{"report-versions", "report", func(s *Spec) { s.Report = &Report{Bucket: "amzn-s3-demo-bucket"} }, false},
		{"report-versions", "versions", func(s *Spec) { s.Report = &Report{Bucket: "amzn-s3-demo-bucket", ObjectVersionIDs: "INCLUDE"} }, true},
		{"schedule-signs", "names with these letters", func(s *Spec) { s.Schedule = cron("0 2 ? JUL WED *") }, false},
		{"schedule-signs", "the first Wednesday", func(s *Spec) { s.Schedule = cron("0 2 ? * WED#1 *") }, false},
		{"schedule-signs", "a rate", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(1 day)"} }, false},
		{"schedule-signs", "the last day", func(s *Spec) { s.Schedule = cron("0 2 L * ? *") }, true},
		{"schedule-signs", "the nearest weekday", func(s *Spec) { s.Schedule = cron("0 2 15W * ? *") }, true},
		{"schedule-signs", "the last Friday", func(s *Spec) { s.Schedule = cron("0 2 ? * 6L *") }, true},
		{"schedule-signs", "Saturday", func(s *Spec) { s.Schedule = cron("0 2 ? * L *") }, true},
		{"schedule-never", "every night", func(s *Spec) { s.Schedule = cron("0 2 * * ? *") }, false},
		{"schedule-never", "leap day", func(s *Spec) { s.Schedule = cron("0 2 29 2 ? *") }, false},
		{"schedule-never", "no schedule", func(s *Spec) {}, false},
		{"schedule-never", "every week", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(7 days)"} }, false},
		{"schedule-never", "no such day", func(s *Spec) { s.Schedule = cron("0 0 31 2 ? *") }, true},
		{"schedule-never", "a year that is over", func(s *Spec) { s.Schedule = cron("0 2 * * ? 2020") }, true},
		{"schedule-never", "a rate of centuries", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(999999 days)"} }, true},
		{"schedule-queue", "no schedule", func(s *Spec) { s.Options.TaskQueueing = "DISABLED" }, false},
		{"schedule-queue", "schedule", func(s *Spec) { s.Schedule, s.Options.TaskQueueing = cron("0 2 * * ? *"), "DISABLED" }, true},
		{"remove-filters", "remove", func(s *Spec) { s.Options.PreserveDeletedFiles = "REMOVE" }, false},
		{"remove-filters", "both", func(s *Spec) { s.Excludes, s.Options.PreserveDeletedFiles = []string{"*.tmp"}, "REMOVE" }, true},
	}
	var cases []problemtest.Case
	for _, tt := range tests {
		s := spec()
		tt.change(&s)
		if err := s.Validate(); err != nil {
			t.Errorf("%s %s: what warns must be valid: %v", tt.rule, tt.name, err)
		}
		var errs []error
		for _, w := range s.Warnings() {
			errs = append(errs, w)
		}
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.warns, Err: errors.Join(errs...)})
	}
	held := State{Mode: "ENHANCED", Schedule: &ScheduleState{Schedule: Schedule{"rate(1 day)", "DISABLED"}, DisabledBy: "SERVICE"}}
	for expression, warns := range map[string]bool{"rate(1 day)": false, "rate(2 days)": true} {
		s := spec()
		s.Schedule = &Schedule{Expression: expression}
		var errs []error
		for _, w := range s.WarningsFor(held) {
			errs = append(errs, w)
		}
		cases = append(cases, problemtest.Case{Rule: "schedule-held", Name: expression, Refuse: warns, Err: errors.Join(errs...)})
	}
	problemtest.Run(t, rulesOf(false), cases)
}

// Every row of the compatibility table has a unique id, a path and a confidence. A row that is only assumed never refuses, whatever its effect, and says
// that it is assumed.
func TestConfidence(t *testing.T) {
	count, ids := map[confidence]int{}, map[string]bool{}
	for _, r := range compatibility {
		if count[r.confidence]++; r.confidence == assumed && r.refuses() {
			t.Errorf("%s refuses and is assumed", r.rule.ID)
		}
		if says := strings.HasSuffix(r.stated().Text, "(assumed)"); says != (r.confidence == assumed) {
			t.Errorf("%s is %s and says %q", r.rule.ID, r.confidence, r.stated().Text)
		}
		if ids[r.rule.ID] || r.path == "" {
			t.Errorf("row %s comes twice or has no path", r.rule.ID)
		}
		ids[r.rule.ID] = true
	}
	if len(count) != 3 || count[""] > 0 {
		t.Errorf("confidences %v", count)
	}
	guess := row{effect: refuse, confidence: assumed}
	if known := (row{effect: refuse, confidence: observed}); guess.refuses() || !known.refuses() {
		t.Error("an assumption refuses, or what was observed does not")
	}
}

// Warnings are about the updated task, not about a new one.
func TestWarningsOverTheState(t *testing.T) {
	basic := State{ARN: taskARN, Mode: "BASIC", LogGroupARN: logGroupARN, Options: Options{LogLevel: "OFF", VerifyMode: "NONE"}}
	held := State{ARN: taskARN, Mode: "ENHANCED", Schedule: &ScheduleState{Schedule: Schedule{"rate(1 day)", "DISABLED"}, DisabledBy: "SERVICE"}}
	byUser := State{ARN: taskARN, Mode: "ENHANCED", Schedule: &ScheduleState{Schedule: Schedule{"rate(1 day)", "DISABLED"}, DisabledBy: "USER"}}
	for _, tt := range []struct {
		name  string
		state State
		edit  func(*Spec)
		want  string
	}{
		{"no task", State{}, func(*Spec) {}, ""},
		{"what is left alone", basic, func(*Spec) {}, "log-group-off verify-none"},
		{"what is changed", basic, func(s *Spec) { s.Options = Options{LogLevel: "BASIC", VerifyMode: "ONLY_FILES_TRANSFERRED"} }, ""},
		{"another task", basic, func(s *Spec) { s.Mode = "ENHANCED" }, ""},
		{"removes by itself", State{Mode: "ENHANCED", Options: Options{PreserveDeletedFiles: "REMOVE"}}, func(s *Spec) { s.Excludes = []string{"*.tmp"} }, "remove-filters"},
		{"held, as it is", held, func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(1 day)"} }, ""},
		{"held, to be enabled", held, func(s *Spec) { s.Schedule = &Schedule{"rate(1 day)", "ENABLED"} }, "schedule-held"},
		{"held, to be another", held, func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(2 days)"} }, "schedule-held"},
		{"held, to be taken away", held, func(*Spec) {}, ""},
		{"disabled by somebody", byUser, func(s *Spec) { s.Schedule = &Schedule{"rate(1 day)", "ENABLED"} }, ""},
	} {
		s := spec()
		tt.edit(&s)
		var got []string
		for _, w := range s.WarningsFor(tt.state) {
			got = append(got, w.ID)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}
