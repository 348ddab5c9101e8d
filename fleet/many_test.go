package fleet_test

import (
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

func sorted(m map[time.Time]int) []time.Time {
	return slices.SortedFunc(maps.Keys(m), time.Time.Compare)
}

// TestManyTasks runs a fleet in virtual time: how many calls a task takes, and how many run at once.
func TestManyTasks(t *testing.T) {
	t.Parallel()
	n, most := kittest.Sample(80, 1000), kittest.Sample(8, 100)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, n, nil)
		r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = most, true })
		begun := time.Now()
		events, err := run(t.Context(), r)
		if err != nil || r.Err() != nil {
			t.Fatal(err, r.Err())
		}
		took, calls := time.Since(begun), maps.Clone(w.meter.calls)
		for region, high := range once(t, w) {
			if high != most {
				t.Errorf("%d ran at once in %s, want %d", high, region, most)
			}
		}
		each := func(op string) float64 { return float64(calls[op]) / float64(n) }
		if r.Counts().Complete != n || len(events) < 2*n {
			t.Errorf("%s, %d events", r.Counts(), len(events))
		}
		if watched := each("DescribeTaskExecution") + each("ListTaskExecutions"); watched > 4 {
			t.Errorf("%.1f calls a task to watch: %v", watched, calls)
		}
		all := 0.0
		for op := range calls {
			all += each(op)
		}
		kittest.Count(t, n, " of tasks, %d at once in each Region", most)
		t.Logf("%d tasks in %s: %.1f calls each: %.2f DescribeTaskExecution, %.2f ListTaskExecutions; %v", n, took, all, each("DescribeTaskExecution"), each("ListTaskExecutions"), calls)
	})
}
