package fleet_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestUnknownRunsKeepTheirPlaces refuses what would tell of the runs that were started: no more than MaxRunning run at once all the same, and what waits is
// not started.
func TestUnknownRunsKeepTheirPlaces(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault func(w *world) func(xaccttest.Call) error
	}{
		{"runs may not be looked at", func(*world) func(xaccttest.Call) error {
			return func(call xaccttest.Call) error {
				if call.Operation == "DescribeTaskExecution" {
					return kittest.AccessDenied(call)
				}
				return nil
			}
		}},
		{"the answers to starts are lost, and then lists fail", func(w *world) func(xaccttest.Call) error {
			w.meter.lose = func(op string) bool { return op == "StartTaskExecution" }
			begun := map[string]bool{}
			return func(call xaccttest.Call) error {
				arn := arnOf(call.Input)
				if call.Operation == "StartTaskExecution" {
					begun[arn] = true
				}
				if call.Operation == "ListTaskExecutions" && begun[arn] {
					return kittest.ServerError(call)
				}
				return nil
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n, most = 12, 2
				w := newWorld(t, n, nil, func(o *xaccttest.Options) { o.Phases.Transferring = 10 * time.Hour })
				w.meter.fault = tt.fault(w)
				r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = most, true })
				if _, err := run(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				if c := r.Counts(); c.Unknown == 0 || c.Unknown+c.NotStarted != n {
					t.Errorf("%s", c)
				}
				for _, row := range r.Results() {
					var stuck *fleet.StuckError
					if row.State == fleet.NotStarted && (!errors.As(row.Err, &stuck) || stuck.Unknown != most || stuck.Hint() == "") {
						t.Errorf("%s", row)
					}
				}
				time.Sleep(100 * time.Hour)
				runs, highest := census(t, w)
				for region, high := range highest {
					if high > most {
						t.Errorf("%d ran at once in %s, want %d", high, region, most)
					}
				}
				for arn, n := range runs {
					if n > 1 {
						t.Errorf("%s was started %d times", arn, n)
					}
				}
			})
		})
	}
}
