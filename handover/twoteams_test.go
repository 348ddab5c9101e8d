package handover_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestTwoTeams plays two teams of which one has only the AWS CLI: hand over, script twice, report, hand back, undo.
func TestTwoTeams(t *testing.T) {
	need(t, "bash", "aws", "python3")
	cloud := kittest.World(t)
	before := kittest.Dump(cloud)
	tr := kittest.Push(cloud)
	p := planOf(t, cloud, accountA, tr)
	apply(t, cloud, p, accountA) // the roles
	_, dir := bundle(t, p, accountB)
	owner := operator{t: t, dir: dir, account: accountB, url: serve(t, cloud)}
	first := owner.must("script.sh")
	if first.Count(xacct.Done) != 1 {
		t.Errorf("%s", first)
	}
	cloud.ResetCalls()
	second := owner.must("script.sh")
	if second.Count(xacct.Unchanged) != 1 {
		t.Errorf("%s", second)
	}
	if w := writes(cloud, accountB); w != nil {
		t.Errorf("the second run wrote: %v", w)
	}
	r := apply(t, cloud, p, accountA)
	if r.TaskARN(tr.Name) == "" {
		t.Fatalf("%s", r)
	}
	reported := func(reports ...*xacct.Result) func(*xacct.PlanOptions) {
		return func(o *xacct.PlanOptions) { o.Reported, o.Override = reports, []string{xacct.CodeReportedRemoval} }
	}
	told, err := xacct.NewPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{tr}, reported(second))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range told.Changes {
		if done := c.Op == xacct.NoOp || c.Hold == xacct.Reported; !done {
			t.Errorf("to be done still, by the script's report: %s %s (%s)\n%s", c.Op, c.ID, c.Hold, told)
		}
	}
	all, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	if err != nil || !all.Empty() {
		t.Fatalf("%v\n%s", err, all)
	}
	down, err := xacct.NewDestroyPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, cloud, down, accountA)
	last, err := xacct.NewDestroyPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{tr}, reported(owner.must("undo.sh")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := last.Apply(t.Context(), only(cloud, accountA)); err != nil {
		t.Fatalf("%v\n%s", err, last)
	}
	if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
		t.Errorf("accounts before and after (-want +got):\n%s", diff)
	}
}
