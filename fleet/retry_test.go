package fleet_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
)

// lists gives each transfer a report and a place for retries, in a bucket of the Region of its task.
func lists(i int, tr *xacct.Transfer) {
	bucket := "lists-" + tr.Destination.Region
	tr.Task.Report = &task.Report{Bucket: bucket, Prefix: tr.Name}
	tr.Retries = &task.Manifest{Bucket: bucket, Key: tr.Name + ".csv"}
	tr.Source.Role.Name, tr.Destination.Role.Name = "", "" // lists do not fit into shared roles
}

// withLists is newWorld with lists, but for the transfer of that number; -1 is none without.
func withLists(t *testing.T, n, without int) *world {
	return newWorld(t, n, func(i int, tr *xacct.Transfer) {
		if i != without {
			lists(i, tr)
		}
	})
}

// TestRetries lets a transfer leave its objects behind for some runs: it is retried at most as often as the options say, and ends as its last run.
func TestRetries(t *testing.T) {
	t.Parallel()
	const bad = 2
	for _, tt := range []struct {
		name          string
		bad, retries  int // runs that leave objects behind, and how many retries may follow
		without       int // the transfer that has no report
		verdict       task.Verdict
		earlier, runs int
	}{
		{"none wanted", 1, 0, -1, task.WithExceptions, 0, 1},
		{"one is enough", 1, 1, -1, task.Complete, 1, 2},
		{"one is not enough", 2, 1, -1, task.WithExceptions, 1, 2},
		{"two of three are enough", 2, 3, -1, task.Complete, 2, 3},
		{"without a report", 1, 3, bad, task.WithExceptions, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := withLists(t, 4, tt.without)
				w.leavingBehind(name(bad), tt.bad)
				r := w.runner(t, func(o *fleet.Options) { o.Retries, o.MaxRunning = tt.retries, 1 })
				if _, err := run(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				runs, most := census(t, w)
				for region, high := range most {
					if high != 1 {
						t.Errorf("%d ran at once in %s", high, region)
					}
				}
				for i, row := range r.Results() {
					want, earlier, ran := task.Complete, 0, 1
					if i == bad {
						want, earlier, ran = tt.verdict, tt.earlier, tt.runs
					}
					if row.Outcome == nil || row.Outcome.Verdict != want || len(row.Earlier) != earlier || runs[w.result.TaskARN(row.Transfer)] != ran {
						t.Errorf("%s with %d runs before, %d in all; want %s, %d, %d", row, len(row.Earlier), runs[w.result.TaskARN(row.Transfer)], want, earlier, ran)
					}
					if row.Receipt == nil || row.Receipt.ExecutionARN != row.ExecutionARN || row.Receipt.Verdict != want.String() {
						t.Errorf("%s: receipt %+v, %v", row, row.Receipt, row.ReceiptErr)
					}
					if (row.Err == nil) != (want == task.Complete) {
						t.Errorf("%s: %v", row, row.Err)
					}
				}
			})
		})
	}
}

// TestRetryAfterTheProcess lets the process end while a retry runs: the next one finds the retry, and starts no other.
func TestRetryAfterTheProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := withLists(t, 2, -1)
		w.leavingBehind(name(0), 1)
		retries := func(o *fleet.Options) { o.Retries = 2 }
		for e, err := range w.runner(t, retries).Run(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if len(e.Row.Earlier) > 0 {
				break
			}
		}
		r := w.runner(t, retries)
		if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
			t.Errorf("%v, %v", err, r.Err())
		}
		if runs, _ := census(t, w); runs[w.result.TaskARN(name(0))] != 2 || runs[w.result.TaskARN(name(1))] != 1 {
			t.Errorf("%v", runs)
		}
		if row := r.Results()[0]; len(row.Earlier) != 1 || !row.Found {
			t.Errorf("%+v", row)
		}
	})
}

// TestNotRetried has a retry that cannot be: the transfer has ended as its run did, and the error says why it was not retried.
func TestNotRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := withLists(t, 2, -1)
		w.leavingBehind(name(0), 1)
		w.meter.lose = nil
		r := w.runner(t, func(o *fleet.Options) {
			o.Retries = 1
			o.Objects = func(transfer string) (task.ObjectsAPI, error) { return nil, nil }
		})
		if _, err := run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		row := r.Results()[0]
		if row.State != fleet.Ended || !isA[*task.IncompleteError](row.Err) || !isA[*xacct.Problem](row.Err) || !strings.Contains(row.Err.Error(), "not retried") {
			t.Errorf("%s", row)
		}
	})
}

// TestNoRetryAfterUntil has an Until that comes while the first run goes on: the policies of the other account no longer allow a second one.
func TestNoRetryAfterUntil(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until := time.Now().UTC().Truncate(time.Second).Add(3 * time.Minute)
		w := newWorld(t, 2, func(i int, tr *xacct.Transfer) {
			lists(i, tr)
			tr.Until = until
		})
		w.leavingBehind(name(0), 1)
		r := w.runner(t, func(o *fleet.Options) { o.Retries = 1 })
		if _, err := run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if row := r.Results()[0]; row.State != fleet.Ended || len(row.Earlier) > 0 || !strings.Contains(row.Err.Error(), "Until") {
			t.Errorf("%s", row)
		}
		if runs, _ := census(t, w); runs[w.result.TaskARN(name(0))] != 1 {
			t.Errorf("%v", runs)
		}
	})
}

// TestAlreadyUnderWay has a run of somebody else when the fleet begins: by default the fleet's run waits behind it, and the options of the start may attach to
// it or refuse.
func TestAlreadyUnderWay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		running task.IfRunning
		runs    int
		check   func(row fleet.Row) bool
	}{
		{"queue", task.Queue, 2, func(row fleet.Row) bool { return row.Complete() && !row.Found }},
		{"attach", task.AttachToIt, 1, func(row fleet.Row) bool { return row.Complete() && row.Found }},
		{"refuse", task.Refuse, 1, func(row fleet.Row) bool { return row.State == fleet.NotStarted && isA[*task.RunningError](row.Err) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 8, nil)
				other, err := w.plan.Start(t.Context(), w.cloud.Clients(), w.result, name(6))
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Second)
				r := w.runner(t, func(o *fleet.Options) {
					o.NoReceipts = true
					o.Start = func(transfer string, o *task.StartOptions) { o.IfRunning = tt.running }
				})
				events, err := run(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				for i, row := range r.Results() {
					if i == 6 && !tt.check(row) || i != 6 && !row.Complete() {
						t.Errorf("%s, found: %v", row, row.Found)
					}
				}
				if first := inRegion(events, "us-east-2"); tt.running != task.Refuse && first[0] != name(6) {
					t.Errorf("begun in the order %v, want what was under way first", first)
				}
				runs, _ := census(t, w)
				if got := runs[w.result.TaskARN(name(6))]; got != tt.runs {
					t.Errorf("%d runs, want %d", got, tt.runs)
				}
				if tt.running == task.AttachToIt && r.Results()[6].ExecutionARN != other.ARN() {
					t.Errorf("attached to %s, want %s", r.Results()[6].ExecutionARN, other.ARN())
				}
			})
		})
	}
}

// TestUnderWayOfAHeldTransfer has a run of somebody else of a transfer behind the gate: the canary is begun nevertheless.
func TestUnderWayOfAHeldTransfer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6, nil)
		if _, err := w.plan.Start(t.Context(), w.cloud.Clients(), w.result, name(2)); err != nil {
			t.Fatal(err)
		}
		r := w.runner(t, func(o *fleet.Options) { o.Canaries, o.NoReceipts, o.MaxRunning = []string{name(4)}, true, 1 })
		events, err := run(t.Context(), r)
		if err != nil || r.Err() != nil {
			t.Errorf("%v, %v", err, r.Err())
		}
		if first := beginnings(events); first[0] != name(4) {
			t.Errorf("begun in the order %v", first)
		}
	})
}

// TestSeenCancelling cancels a run from outside with an error that does not say so: it counts as cancelled, as Watch has it.
func TestSeenCancelling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		r := w.runner(t, func(o *fleet.Options) { o.NoReceipts, o.Every = true, 5*time.Second })
		for e, err := range r.Run(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Row.Transfer == name(0) && e.Row.Status == dstypes.TaskExecutionStatusTransferring {
				api := w.cloud.Clients()[kittest.AccountA].DataSync(e.Row.Region)
				if err := task.Attach(api, e.Row.ExecutionARN).Cancel(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		if c := r.Counts(); c.Cancelled != 1 || c.Complete != 1 {
			t.Errorf("%s", c)
		}
	})
}
