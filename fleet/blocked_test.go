package fleet_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestBlockedTransfer runs a plan of which one transfer is blocked: its row names the findings, and the others run.
func TestBlockedTransfer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, nil)
		bad := w.plan.Transfers[0]
		bad.Name, bad.Source.Role.Name, bad.Destination.Role.Name, bad.Destination.Bucket = "t-9999", "", "", "no-such-bucket"
		p := kittest.MustPlan(t, t.Context(), w.cloud.Clients(), append([]xacct.Transfer{bad}, w.plan.Transfers...))
		r, err := fleet.New(p, w.cloud.Clients(), w.result, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = 1, true })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		row := r.Results()[3]
		blocked, ok := as[*xacct.BlockedError](row.Err)
		if c := r.Counts(); c.Complete != 3 || c.NotStarted != 1 || row.State != fleet.NotStarted || !ok || blocked.Transfer != bad.Name {
			t.Fatalf("%s: %s", c, row)
		}
		if hints := xacct.Hints(row.Err); !strings.Contains(row.Err.Error(), "no-bucket") || strings.Contains(row.Err.Error(), "\n") || len(hints) == 0 || hints[0] != blocked.Hint() {
			t.Errorf("%v, hints %q", row.Err, hints)
		}
	})
}
