package task

import (
	"errors"
	"testing"

	"github.com/xacct/xacct/internal/problem/problemtest"
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
		{"report-versions", "report", func(s *Spec) { s.Report = &Report{Bucket: "amzn-s3-demo-bucket"} }, false},
		{"report-versions", "versions", func(s *Spec) { s.Report = &Report{Bucket: "amzn-s3-demo-bucket", ObjectVersionIDs: "INCLUDE"} }, true},
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
	problemtest.Run(t, rulesOf(warnings), cases)
}

// What is only assumed warns, and what is refused is known.
func TestConfidence(t *testing.T) {
	for _, r := range compatibility {
		if r.confidence != documented && r.confidence != observed {
			t.Errorf("%s refuses and is %s", r.rule.ID, r.confidence)
		}
	}
	assumptions := 0
	for _, r := range warnings {
		if r.confidence == assumed {
			assumptions++
		}
	}
	if assumptions == 0 {
		t.Error("no warning is marked as assumed")
	}
}
