package enginetest_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// TestAcceptExistingRuns has runs that never overwrite: the second one skips what the first one copied, and is accepted if its report names all of that
// as existing.
func TestAcceptExistingRuns(t *testing.T) {
	for _, tt := range []struct {
		name     string
		report   *task.Report
		archived bool
		want     string // of the error; "" is none
	}{
		{"with a report", &task.Report{Account: kittest.AccountB, Bucket: "media-archive", Prefix: "reports", Skipped: "SUCCESSES_AND_ERRORS"}, false, ""},
		{"with an archived object", &task.Report{Account: kittest.AccountB, Bucket: "media-archive", Prefix: "reports", Skipped: "SUCCESSES_AND_ERRORS"}, true, "ObjectInArchive"},
		{"with a report of errors", &task.Report{Account: kittest.AccountB, Bucket: "media-archive", Prefix: "reports"}, false, "names 0 as existing"},
		{"without a report", nil, false, "the run has no task report"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tr.Task.Options.OverwriteMode = "NEVER"
				tr.Task.Report = tt.report
				cloud.PutObject("media-raw", "2026/new.mov", []byte("first"))
				arn := kittest.SetUp(t, cloud, tr).TaskARN(tr.Name)
				clients := cloud.Clients()
				api, err := clients.DataSync(arn)
				if err != nil {
					t.Fatal(err)
				}
				objects, err := clients.Objects(kittest.AccountB, "us-east-2")
				if err != nil {
					t.Fatal(err)
				}
				accept := func(o *task.WatchOptions) {
					o.AcceptExisting, o.Objects, o.ReportAccount = true, objects, kittest.AccountB
				}
				var out *task.Outcome
				for range 2 {
					run, startErr := task.Start(t.Context(), api, arn)
					if startErr != nil {
						t.Fatal(startErr)
					}
					if out, err = run.Wait(t.Context(), accept); out == nil {
						t.Fatal(err)
					}
					cloud.PutObject("media-raw", "2026/new.mov", []byte("second, and longer"))
					if tt.archived {
						cloud.AddObject("media-raw", "2026/old.mov", []byte("x"), func(o *xaccttest.ObjectOptions) { o.StorageClass = "DEEP_ARCHIVE" })
					}
				}
				if out.Verdict != task.WithExceptions || out.Counters.Skipped == 0 {
					t.Errorf("%v, want something skipped", out)
				}
				var existing *task.ExistingError
				switch {
				case tt.want == "" && err != nil:
					t.Error(err)
				case tt.want != "" && (!errors.As(err, &existing) || !strings.Contains(err.Error(), tt.want) || xacct.Hints(err)[0] != existing.Hint()):
					t.Errorf("%v, want %q", err, tt.want)
				}
				if hints := strings.Join(xacct.Hints(err), "\n"); tt.report == nil && strings.Contains(hints, "the task's report") {
					t.Errorf("hints of a run without a report: %s", hints)
				}
			})
		})
	}
}
