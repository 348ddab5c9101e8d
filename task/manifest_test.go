package task

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"
)

func fullReport() *Report {
	return &Report{Account: "444455556666", Bucket: "amzn-s3-demo-bucket", Prefix: "/reports", RoleARN: "arn:aws:iam::111122223333:role/datasync",
		Type: "STANDARD", Level: "ERRORS_ONLY", ObjectVersionIDs: "INCLUDE", Transferred: "SUCCESSES_AND_ERRORS", Skipped: "ERRORS_ONLY"}
}

// fullReportConfig is fullReport as DataSync accepts it: with a slash after the prefix, and without the override that repeats Level.
func fullReportConfig() *dstypes.TaskReportConfig {
	return &dstypes.TaskReportConfig{OutputType: "STANDARD", ReportLevel: "ERRORS_ONLY", ObjectVersionIds: "INCLUDE",
		Destination: &dstypes.ReportDestination{S3: &dstypes.ReportDestinationS3{S3BucketArn: new("arn:aws:s3:::amzn-s3-demo-bucket"), Subdirectory: new("reports/"),
			BucketAccessRoleArn: new("arn:aws:iam::111122223333:role/datasync")}},
		Overrides: &dstypes.ReportOverrides{Transferred: &dstypes.ReportOverride{ReportLevel: "SUCCESSES_AND_ERRORS"}}}
}

func TestCreateWithManifestReportAndSchedule(t *testing.T) {
	s := spec()
	s.Manifest, s.Report, s.Schedule = manifest(), fullReport(), cron("0 2 * * ? *")
	s.Manifest.VersionID = "v1"
	in, err := s.CreateInput()
	if err != nil {
		t.Fatal(err)
	}
	wantManifest := &dstypes.ManifestConfig{Action: "TRANSFER", Format: "CSV", Source: &dstypes.SourceManifestConfig{S3: &dstypes.S3ManifestConfig{
		S3BucketArn: new("arn:aws:s3:::amzn-s3-demo-bucket"), ManifestObjectPath: new("lists/today.csv"), ManifestObjectVersionId: new("v1"),
		BucketAccessRoleArn: new("arn:aws:iam::111122223333:role/datasync"),
	}}}
	if diff := cmp.Diff(wantManifest, in.ManifestConfig, unexported); diff != "" {
		t.Errorf("manifest, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(fullReportConfig(), in.TaskReportConfig, unexported); diff != "" {
		t.Errorf("report, -want +got:\n%s", diff)
	}
	if in.Schedule == nil || *in.Schedule.ScheduleExpression != "cron(0 2 * * ? *)" || in.Schedule.Status != "" {
		t.Errorf("schedule: %+v", in.Schedule)
	}
	china := spec()
	china.Manifest = &Manifest{Bucket: "amzn-s3-demo-bucket"}
	if arn := *china.Manifest.sdk("aws-cn").Source.S3.S3BucketArn; arn != "arn:aws-cn:s3:::amzn-s3-demo-bucket" {
		t.Errorf("partition: %s", arn)
	}
}

// What DataSync returns equals what was sent, whichever defaults it fills in.
func TestReportRoundTrip(t *testing.T) {
	for name, r := range map[string]*Report{
		"full":    fullReport(),
		"least":   {Bucket: "amzn-s3-demo-bucket", RoleARN: "arn:aws:iam::111122223333:role/a"},
		"summary": {Bucket: "amzn-s3-demo-bucket", RoleARN: "arn:aws:iam::111122223333:role/a", Type: "SUMMARY_ONLY"},
	} {
		sent := r.sdk("aws")
		if sent.ObjectVersionIds == "" {
			sent.ObjectVersionIds = dstypes.ObjectVersionIdsNone
		}
		if got := reportState(sent); !r.Equal(got) || !got.Equal(r) {
			t.Errorf("%s: sent %+v, read %+v", name, r, got)
		}
	}
	m := manifest()
	if got := manifestState(m.sdk("aws")); !m.Equal(got) {
		t.Errorf("manifest: %+v", got)
	}
	other := *fullReport()
	other.Deleted = "SUCCESSES_AND_ERRORS"
	if fullReport().Equal(&other) || fullReport().Equal(nil) || !(*Report)(nil).Equal(nil) || m.Equal(nil) {
		t.Error("unequal ones are taken for equal")
	}
}

// A summary has no levels, even if DataSync returns its default level. Otherwise every plan would update the task.
func TestSummaryReportWithDefaultLevel(t *testing.T) {
	r := &Report{Bucket: "amzn-s3-demo-bucket", RoleARN: "arn:aws:iam::111122223333:role/a", Type: "SUMMARY_ONLY"}
	sent := r.sdk("aws")
	sent.ReportLevel, sent.ObjectVersionIds = dstypes.ReportLevelErrorsOnly, dstypes.ObjectVersionIdsNone
	sent.Overrides = &dstypes.ReportOverrides{Skipped: &dstypes.ReportOverride{ReportLevel: dstypes.ReportLevelSuccessesAndErrors}}
	if got := reportState(sent); !r.Equal(got) || !got.Equal(r) || got.Level != "" {
		t.Errorf("sent %+v, read %+v", r, got)
	}
	standard := *r
	standard.Type = "STANDARD"
	if r.Equal(&standard) {
		t.Error("a summary is taken for a list of the objects")
	}
}

func TestScheduleState(t *testing.T) {
	out := &datasync.DescribeTaskOutput{
		Schedule:        &dstypes.TaskSchedule{ScheduleExpression: new("rate(1 hour)"), Status: "DISABLED"},
		ScheduleDetails: &dstypes.TaskScheduleDetails{DisabledBy: "SERVICE", DisabledReason: new("access denied")},
	}
	want := &ScheduleState{Schedule: Schedule{"rate(1 hour)", "DISABLED"}, DisabledBy: "SERVICE", DisabledReason: "access denied"}
	if diff := cmp.Diff(want, scheduleState(out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	out.Schedule.ScheduleExpression = new("")
	if got := scheduleState(out); got != nil {
		t.Errorf("an empty schedule is none: %+v", got)
	}
}

func TestPatternsFromKeys(t *testing.T) {
	for _, tt := range []struct{ name, got, want string }{
		{"an object", Object("a|b.txt"), `/a\|b.txt`},
		{"an object with a slash in front", Object("/a*"), `/a\*`},
		{"a Hive partition", Folder("dt=2026-01-01"), "/dt=2026-01-01/"},
		{"the whole location", Folder("/"), "/"},
		{"a beginning", StartingWith(`photos\2026`), `/photos\\2026*`},
		{"an ending", EndingWith(".tmp"), "*.tmp"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	s := spec()
	s.Includes, s.Excludes = []string{Object("a|b"), Folder("dt=1"), StartingWith(`*\`)}, []string{EndingWith("|")}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}

func TestBandwidthUnits(t *testing.T) {
	if 50*MiBPerSecond != 52428800 || 100*MbitPerSecond != 12500000 || Unlimited != -1 {
		t.Error("a unit is wrong")
	}
}
