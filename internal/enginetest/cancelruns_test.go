package enginetest_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
)

// TestDestroyWhileATaskRuns is refused, unless it is asked to cancel.
func TestDestroyWhileATaskRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		before := kittest.Dump(cloud)
		tr := kittest.Push(cloud)
		r := kittest.SetUp(t, cloud, tr)
		api, err := cloud.Clients().DataSync(r.TaskARN(tr.Name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := task.Start(t.Context(), api, r.TaskARN(tr.Name)); err != nil {
			t.Fatal(err)
		}
		refused, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		var blocked *xacct.BlockedError
		if _, err := refused.Apply(t.Context(), cloud.Clients()); !errors.As(err, &blocked) || !strings.Contains(blocked.Hint(), "CancelRuns") {
			t.Errorf("a destroy while the task runs: %v", err)
		}
		down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.CancelRuns = true })
		if err != nil {
			t.Fatal(err)
		}
		kittest.MustApply(t, t.Context(), cloud.Clients(), reload(t, down))
		if after := kittest.Dump(cloud); after != before {
			t.Errorf("left:\n%s\nwant:\n%s", after, before)
		}
	})
}
