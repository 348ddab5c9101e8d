package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
)

// blockedBy reports whether a finding of the code and with the words blocks the plan.
func blockedBy(p *xacct.Plan, code xacct.Code, words string) bool {
	return slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
		return f.Severity == xacct.Blocking && f.Code == code && strings.Contains(f.Detail, words)
	})
}

func removing(o *xacct.PlanOptions) { o.AllowDelete = true }

// TestDeletionsInForce judges a task that deletes although the transfer does not say so: it was told to by an earlier transfer, or by hand.
func TestDeletionsInForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		r := kittest.SetUp(t, cloud, tr)
		arn := r.TaskARN(tr.Name)
		if _, err := cloud.Clients()[accountA].DataSync("us-east-2").UpdateTask(t.Context(), &datasync.UpdateTaskInput{TaskArn: &arn,
			Options: &dstypes.Options{PreserveDeletedFiles: dstypes.PreserveDeletedFilesRemove}}); err != nil {
			t.Fatal(err)
		}
		if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !blockedBy(p, xacct.CodeDeletes, "deletes every object below") {
			t.Errorf("a task that deletes is no finding:\n%s", p)
		}
		empty := tr
		empty.Source.Prefix = "2062/"
		cloud.PutObject("media-raw", "2062/", nil) // a directory is no object
		if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{empty}, removing); !blockedBy(p, xacct.CodeEmptySource, "") {
			t.Errorf("an empty source is no finding:\n%s", p)
		}
		report := tr
		report.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "incoming/reports"}
		if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{report}, removing); !blockedBy(p, xacct.CodeDeletes, "would delete the report of media-archive") {
			t.Errorf("a report where the task deletes is no finding:\n%s", p)
		}
		preserve := tr
		preserve.Task.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesPreserve
		kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{preserve}))
	})
}

// TestDeletionsOfAnothersReport has one transfer delete where another one's reports and manifests lie.
func TestDeletionsOfAnothersReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		deletes, other := kittest.Push(cloud), kittest.Push(cloud)
		deletes.Task.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove
		other.Name, other.Destination.Prefix = "other", "elsewhere"
		other.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "incoming/reports"}
		other.Retries = &task.Manifest{Account: accountB, Bucket: "media-archive", Key: "incoming/retry.csv"}
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{deletes, other}, removing)
		for _, what := range []string{"the report of other", "the manifest of retries of other"} {
			if !blockedBy(p, xacct.CodeDeletes, what) {
				t.Errorf("nothing is found about %s:\n%s", what, p)
			}
		}
		for _, c := range p.Changes {
			if slices.Equal(c.Transfers, []string{"other"}) && c.Hold == xacct.Blocked {
				t.Errorf("%s of the other transfer is blocked", c.ID)
			}
		}
	})
}

// TestOrderOfFilterPatterns means nothing to DataSync.
func TestOrderOfFilterPatterns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		tr.Task.Excludes = []string{"*.tmp", "/drafts"}
		kittest.SetUp(t, cloud, tr)
		tr.Task.Excludes = []string{"/drafts", "*.tmp"}
		if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !p.Empty() {
			t.Errorf("a change of nothing:\n%s", p)
		}
	})
}
