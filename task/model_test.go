package task

import (
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/model"
)

// Specs that Validate accepts make requests that DataSync's service model accepts.
func TestInputsObeyTheModel(t *testing.T) {
	long := strings.Repeat("a", 256)
	for name, change := range map[string]func(*Spec){
		"least": func(s *Spec) { s.Name = "" },
		"name":  func(s *Spec) { s.Name = long },
		"basic": func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", logGroupARN+":*" },
		"options": func(s *Spec) {
			s.Options = Options{VerifyMode: "NONE", OverwriteMode: "NEVER", PreserveDeletedFiles: "REMOVE", TransferMode: "CHANGED", ObjectTags: "NONE", TaskQueueing: "DISABLED", LogLevel: "TRANSFER", Atime: "NONE", Mtime: "NONE", BytesPerSecond: Unlimited}
		},
		"filters": func(s *Spec) {
			s.Includes, s.Excludes = []string{Folder("dt=1"), StartingWith(`*|\`)}, []string{EndingWith("ö")}
		},
		"longest":  func(s *Spec) { s.Includes = []string{"/" + strings.Repeat("ö", 102399)} },
		"schedule": func(s *Spec) { s.Schedule = cron("0 2 ? JAN-DEC MON#1 *") },
		"rate":     func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(1 hour)", Status: "DISABLED"} },
		"manifest": func(s *Spec) { s.Manifest = manifest(); s.Manifest.VersionID = strings.Repeat("v", 100) },
		"report":   func(s *Spec) { s.Report = fullReport() },
		"summary": func(s *Spec) {
			s.Report = &Report{Bucket: "amzn-s3-demo-bucket", Type: "SUMMARY_ONLY", RoleARN: "arn:aws:iam::111122223333:role/path/a"}
		},
		"longest role and log group": func(s *Spec) {
			s.Mode, s.LogGroupARN, s.Manifest = "BASIC", logGroupARN+strings.Repeat("a", 562-len(logGroupARN)), manifest()
			s.Manifest.RoleARN += strings.Repeat("b", 2048-len(s.Manifest.RoleARN))
		},
		"tags": func(s *Spec) { s.Tags = tags(50) },
	} {
		s := spec()
		change(&s)
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		create, err := s.CreateInput()
		if err == nil {
			err = model.Check("CreateTask", create)
		}
		if err != nil {
			t.Errorf("%s, create: %v", name, err)
		}
		update, err := s.UpdateInput(taskARN)
		if err == nil {
			err = model.Check("UpdateTask", update)
		}
		if err != nil {
			t.Errorf("%s, update: %v", name, err)
		}
		start, err := StartOptions{AllowDelete: true, Token: long, Options: s.Options, Includes: s.Includes, Excludes: s.Excludes, Manifest: s.Manifest, Report: s.Report}.Input(taskARN)
		if err == nil {
			err = model.Check("StartTaskExecution", start)
		}
		if err != nil {
			t.Errorf("%s, start: %v", name, err)
		}
	}
}
