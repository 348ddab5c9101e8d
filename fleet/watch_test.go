package fleet_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"

	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestFewestCalls watches runs of an hour: by lists where a page has all of them, and by looks where the history of 30 days makes the list longer. Every run
// is asked for at its end.
func TestFewestCalls(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		transfers, max int
		history        int // runs of the last days, in each Region
		lists, looks   float64
	}{
		{"one at a time", 2, 1, 0, 1, 130},
		{"ten at a time", 20, 10, 0, 13, 1},
		{"ten at a time, and a history of eleven pages", 20, 10, 1100, 2, 130},
		{"ten at a time, and a history of three pages", 20, 10, 300, 50, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tt.transfers, nil, func(o *xaccttest.Options) { o.Phases.Transferring = time.Hour })
				w.past(t, tt.history)
				w.meter.restart(0)
				r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = tt.max, true })
				if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
					t.Fatal(err, r.Err())
				}
				calls, n := w.meter.calls, float64(tt.transfers)
				looks := float64(calls["DescribeTaskExecution"]) / n
				lists := float64(w.meter.whole) / n
				t.Logf("%.1f lists of the Region and %.1f looks a transfer", lists, looks)
				if lists > tt.lists || looks > tt.looks {
					t.Errorf("want at most %.1f and %.1f", tt.lists, tt.looks)
				}
			})
		})
	}
}

// past gives each Region so many runs that have ended, of one task that is none of the fleet.
func (w *world) past(t *testing.T, runs int) {
	t.Helper()
	for i, region := range regions {
		api := w.cloud.Clients()[kittest.AccountA].DataSync(region)
		arn := w.result.TaskARN(name(i))
		for range runs {
			out, err := api.StartTaskExecution(t.Context(), &datasync.StartTaskExecutionInput{TaskArn: &arn})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := api.CancelTaskExecution(t.Context(), &datasync.CancelTaskExecutionInput{TaskExecutionArn: out.TaskExecutionArn}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
	}
}

// TestListsLag lets lists show a run only after it has been listed three times without it: its end is seen nevertheless.
func TestListsLag(t *testing.T) {
	t.Parallel()
	for _, lag := range []int{1, 3, 8} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 12, nil, func(o *xaccttest.Options) { o.Propagation = lag })
			r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = 6, true })
			if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
				t.Errorf("lag of %d: %v, %v", lag, err, r.Err())
			}
			for range lag {
				census(t, w) // until the lists show everything
			}
			once(t, w)
		})
	}
}

// TestNoLists has a caller that may not list the runs of the Region, but those of one task: the runs are asked for.
func TestNoLists(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 12, nil)
		w.meter.fault = func(call xaccttest.Call) error {
			if call.Operation == "ListTaskExecutions" && arnOf(call.Input) == "" {
				return xaccttest.Fault(400, "AccessDeniedException", "not authorized to perform datasync:ListTaskExecutions")
			}
			return nil
		}
		r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = 6, true })
		if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
			t.Errorf("%v, %v", err, r.Err())
		}
		if n := w.meter.whole; n > 2 {
			t.Errorf("%d lists of Regions were tried", n)
		}
	})
}

// TestThrottled throttles four of five calls of DataSync for ten minutes: every transfer is complete, and nothing is started twice.
func TestThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 16, nil)
		begun, n := time.Now(), 0
		w.meter.fault = func(call xaccttest.Call) error {
			n++
			if call.Service == "DataSync" && n%5 != 0 && time.Since(begun) < 10*time.Minute {
				return kittest.Throttling(call)
			}
			return nil
		}
		r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = 4, true })
		if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
			t.Errorf("%v, %v", err, r.Err())
		}
		for region, high := range once(t, w) {
			if high > 4 {
				t.Errorf("%d ran at once in %s", high, region)
			}
		}
		if w.meter.total() > 2000 {
			t.Errorf("%d calls", w.meter.total())
		}
	})
}

// TestThrottledForEver gives up each start after half an hour.
func TestThrottledForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 4, nil)
		w.meter.fault = func(call xaccttest.Call) error {
			if call.Service == "DataSync" {
				return kittest.Throttling(call)
			}
			return nil
		}
		r := w.runner(t)
		if _, err := run(t.Context(), r); err != nil || r.Counts() != (fleet.Counts{NotStarted: 4}) {
			t.Errorf("%v, %s", err, r.Counts())
		}
		if n := w.meter.total(); n > 500 {
			t.Errorf("%d calls", n)
		}
	})
}

// TestProgress has events with what a look saw, and of a run that a list told of, its status.
func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 5, nil)
		r := w.runner(t, func(o *fleet.Options) { o.MaxRunning = 1 })
		events, err := run(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		looked, receipts := 0, 0
		for _, e := range events {
			if e.Counts.Transfers() != 5 || e.String() == "" {
				t.Errorf("%+v", e)
			}
			if e.Progress != nil {
				looked++
				if e.Progress.Status != e.Row.Status || e.Progress.ExecutionARN != e.Row.ExecutionARN {
					t.Errorf("%s is not of %s", e.Progress, e.Row)
				}
			}
			if e.Row.Receipt != nil {
				receipts++
			}
		}
		if looked < 10 || receipts != 5 {
			t.Errorf("%d looks, %d receipts", looked, receipts)
		}
	})
}

// TestMaxRunningOfEachRegion has two Regions, of which one has ten transfers and the other two.
func TestMaxRunningOfEachRegion(t *testing.T) {
	t.Parallel()
	for _, most := range []int{1, 3, 100} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 20, nil, latency)
			r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = most, true })
			if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
				t.Errorf("%v, %v", err, r.Err())
			}
			if got, want := fmt.Sprint(once(t, w)), fmt.Sprint(map[string]int{"us-east-2": min(most, 10), "us-west-2": min(most, 10)}); got != want {
				t.Errorf("at most %d: %s, want %s", most, got, want)
			}
		})
	}
}
