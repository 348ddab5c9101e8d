package handover_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// TestTwoTeams plays two teams of which one has only the AWS CLI: hand over, script twice, report, run, hand back, undo. The folder with its digest goes
// one way, reports as JSON go the other, and nothing else is exchanged: the team with xacct has clients of its own account alone.
func TestTwoTeams(t *testing.T) {
	need(t, "bash", "aws", "python3", "sha256sum")
	for _, tt := range []struct {
		name     string
		world    func(*testing.T, ...func(*xaccttest.Options)) *xaccttest.Cloud
		transfer func(*xaccttest.Cloud) xacct.Transfer
		changes  int // of the owner
	}{
		{"bucket", kittest.World, kittest.Push, 1},
		{"bucket with ACLs, and key", kittest.SharedWorld, func(c *xaccttest.Cloud) xacct.Transfer { return kittest.EncryptedPush(c)[0] }, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cloud := tt.world(t, func(o *xaccttest.Options) {
				const soon = 10 * time.Millisecond
				o.Phases = xaccttest.Phases{Creating: soon, Launching: soon, Preparing: soon, Transferring: soon, Verifying: soon}
			})
			cloud.PutObject("media-raw", "2026/last.mov", []byte("x"))
			twoTeams(t, cloud, tt.transfer(cloud), tt.changes)
		})
	}
}

func twoTeams(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer, changes int) {
	before := kittest.Dump(cloud)
	team := only(cloud, accountA)

	// Hand over: the roles are made, and the folder and its digest go to the owner.
	p := planOf(t, cloud, accountA, tr)
	apply(t, cloud, p, accountA)
	b, dir := bundle(t, p, accountB)
	owner := operator{t: t, dir: dir, account: accountB, url: serve(t, cloud)}
	owner.compares(b.Digest())

	// Script twice: the second run writes nothing.
	first := owner.must("script.sh")
	cloud.ResetCalls()
	second := owner.must("script.sh")
	if second.Count(xacct.Unchanged) != changes || len(second.Changes) != changes {
		t.Errorf("the second run is to change nothing:\n%s", second)
	}
	if w := writes(cloud, accountB); w != nil {
		t.Errorf("the second run wrote: %v", w)
	}

	// Report: by the owner's word nothing is left to do there, and the ownership of the objects is known.
	reported := func(reports ...*xacct.Result) func(*xacct.PlanOptions) {
		return func(o *xacct.PlanOptions) { o.Reported = reports }
	}
	told, err := xacct.NewPlan(t.Context(), team, []xacct.Transfer{tr}, reported(first, second))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range told.Changes {
		if c.Account == accountB && c.Op != xacct.NoOp && c.Hold != xacct.Reported {
			t.Errorf("to be done still, by the script's report: %s %s (%s)\n%s", c.Op, c.ID, c.Hold, told)
		}
	}

	// Run.
	r := apply(t, cloud, told, accountA)
	run, err := told.Start(t.Context(), team, r, tr.Name)
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := run.Wait(t.Context(), func(o *task.WatchOptions) { o.MinDelay, o.MaxDelay = 20*time.Millisecond, 20*time.Millisecond })
	if err != nil || outcome.Verdict != task.Complete || len(cloud.Objects("media-archive")) == 0 {
		t.Fatalf("the run: %v, %+v, %d objects", err, outcome, len(cloud.Objects("media-archive")))
	}

	// Only this test can see both accounts: all is as wanted.
	if all, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr}); err != nil || !all.Empty() {
		t.Fatalf("%v\n%s", err, all)
	}

	// Hand back and undo: the task and its locations go, the owner undoes, and by the owner's report the roles go.
	down, err := xacct.NewDestroyPlan(t.Context(), team, []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, cloud, down, accountA)
	undone := owner.must("undo.sh")
	last, err := xacct.NewDestroyPlan(t.Context(), team, []xacct.Transfer{tr}, reported(undone), func(o *xacct.PlanOptions) {
		o.Override = []string{xacct.CodeReportedRemoval}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := last.Apply(t.Context(), team); err != nil {
		t.Fatalf("%v\n%s", err, last)
	}
	if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
		t.Errorf("both accounts before and after (-want +got):\n%s", diff)
	}
}

// compares compares the digest as README.md says.
func (o operator) compares(digest string) {
	o.t.Helper()
	for _, args := range [][]string{{"SHA256SUMS"}, {"--check", "--strict", "SHA256SUMS"}} {
		cmd := exec.CommandContext(o.t.Context(), "sha256sum", args...)
		cmd.Dir = o.dir
		out, err := cmd.CombinedOutput()
		if err != nil || len(args) == 1 && !slices.Equal(strings.Fields(string(out)), []string{digest, "SHA256SUMS"}) {
			o.t.Fatalf("sha256sum %v, want %s: %v\n%s", args, digest, err, out)
		}
	}
}
