package fleet_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// failing lets the runs of a transfer's task fail as a whole in a phase, and those of others go on.
func (w *world) failing(transfer string, phase dstypes.TaskExecutionStatus) {
	arn := w.result.TaskARN(transfer)
	w.cloud.OnStep(func(s xaccttest.Step) error {
		if s.Key == "" && s.Phase == phase && strings.HasPrefix(s.Execution, arn+"/") {
			return xaccttest.Fault(500, "InternalError", "DataSync has failed")
		}
		return nil
	})
}

// leavingBehind lets the runs of a transfer's task leave their objects behind, for so many runs.
func (w *world) leavingBehind(transfer string, runs int) {
	arn, seen := w.result.TaskARN(transfer), []string{}
	w.cloud.OnStep(func(s xaccttest.Step) error {
		if !strings.HasPrefix(s.Execution, arn+"/") {
			return nil
		}
		if !slices.Contains(seen, s.Execution) {
			seen = append(seen, s.Execution)
		}
		if s.Key != "" && s.Phase == dstypes.TaskExecutionStatusTransferring && slices.Index(seen, s.Execution) < runs {
			return xaccttest.Fault(403, "AccessDenied", "Access Denied")
		}
		return nil
	})
}

// TestCanaries has canaries that end each way: only if all are complete, the others are begun.
func TestCanaries(t *testing.T) {
	t.Parallel()
	canaries := func(o *fleet.Options) { o.Canaries, o.NoReceipts = []string{name(3), name(0)}, true }
	for _, tt := range []struct {
		name  string
		spoil func(w *world)
		want  fleet.Counts
	}{
		{"complete", func(*world) {}, fleet.Counts{Complete: 8, Objects: 8, Bytes: 24}},
		{"one failed", func(w *world) { w.failing(name(3), dstypes.TaskExecutionStatusTransferring) }, fleet.Counts{Complete: 1, Failed: 1, Held: 6, Objects: 1, Bytes: 3}},
		{"one left objects", func(w *world) { w.leavingBehind(name(0), 1) }, fleet.Counts{Complete: 1, WithExceptions: 1, Held: 6, Objects: 1, Bytes: 3}},
		{"one was not started", func(w *world) { w.refuse(name(0), "StartTaskExecution") }, fleet.Counts{Complete: 1, NotStarted: 1, Held: 6, Objects: 1, Bytes: 3}},
		{"one is unknown", func(w *world) { w.refuse(name(0), "DescribeTaskExecution") }, fleet.Counts{Complete: 1, Unknown: 1, Held: 6, Objects: 1, Bytes: 3}},
		{"another one fails", func(w *world) { w.failing(name(4), dstypes.TaskExecutionStatusLaunching) }, fleet.Counts{Complete: 7, Failed: 1, Objects: 7, Bytes: 21}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 8, nil)
				tt.spoil(w)
				r := w.runner(t, canaries)
				events, err := run(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, r.Counts()); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				if first := beginnings(events); tt.want.NotStarted == 0 && !slices.Equal(slices.Sorted(slices.Values(first[:2])), []string{name(0), name(3)}) {
					t.Errorf("begun in the order %v", first)
				}
				held := 0
				for _, row := range r.Results() {
					if gate, ok := as[*fleet.GateError](row.Err); ok != (row.State == fleet.Held) {
						t.Errorf("%s is %s", row, row.State)
					} else if ok {
						held++
						if len(gate.Canaries) != 1 || row.ExecutionARN != "" {
							t.Errorf("%s: %v, %s", row, gate.Canaries, row.ExecutionARN)
						}
					}
				}
				runs, _ := census(t, w)
				if tt.want.NotStarted == 0 && len(runs) != 8-held {
					t.Errorf("%d runs, want %d", len(runs), 8-held)
				}
				if (r.Err() == nil) != (tt.want.Complete == 8) {
					t.Errorf("%v", r.Err())
				}
				if !strings.HasSuffix(r.Table(), tt.want.String()) || strings.Count(r.Table(), "\n") != 9 {
					t.Errorf("the table is\n%s", r.Table())
				}
			})
		})
	}
}

// refuse lets AWS refuse an operation on the transfer's task and its runs.
func (w *world) refuse(transfer, operation string) {
	arn := w.result.TaskARN(transfer)
	w.meter.fault = func(call xaccttest.Call) error {
		if call.Operation == operation && strings.HasPrefix(arnOf(call.Input), arn) {
			return xaccttest.Fault(400, "AccessDeniedException", "not authorized to perform "+operation)
		}
		return nil
	}
}

// beginnings are the transfers in the order in which their runs began.
func beginnings(events []fleet.Event) (out []string) {
	for _, e := range events {
		if e.Row.ExecutionARN != "" && !slices.Contains(out, e.Row.Transfer) {
			out = append(out, e.Row.Transfer)
		}
	}
	return out
}

// inRegion are the beginnings in one Region. Those of several Regions are in no order.
func inRegion(events []fleet.Event, region string) []string {
	return beginnings(slices.DeleteFunc(slices.Clone(events), func(e fleet.Event) bool { return e.Row.Region != region }))
}

// TestSmallestFirst has sizes for some transfers: those are begun first, the smallest before the others.
func TestSmallestFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10, nil)
		r := w.runner(t, func(o *fleet.Options) {
			o.MaxRunning, o.NoReceipts = 1, true
			o.Canaries = []string{name(8)}
			o.Sizes = map[string]int64{name(6): 0, name(4): 3, name(2): 2, name(5): 1, name(8): 1000}
		})
		events, err := run(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		byRegion := map[string][]string{}
		for _, region := range regions {
			byRegion[region] = inRegion(events, region)
		}
		want := map[string][]string{
			"us-east-2": {name(8), name(6), name(2), name(4), name(0)},
			"us-west-2": {name(5), name(1), name(3), name(7), name(9)},
		}
		if diff := cmp.Diff(want, byRegion); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestOneOfManyFails has a transfer that goes wrong in each way, and eleven others that are complete nevertheless.
func TestOneOfManyFails(t *testing.T) {
	t.Parallel()
	const bad = 5
	for _, tt := range []struct {
		name  string
		spoil func(w *world)
		state fleet.State
		check func(err error) bool
	}{
		{"its run", func(w *world) { w.failing(name(bad), dstypes.TaskExecutionStatusPreparing) }, fleet.Ended, isA[*task.IncompleteError]},
		{"its start", func(w *world) { w.refuse(name(bad), "StartTaskExecution") }, fleet.NotStarted, isA[*task.StartError]},
		{"the look for its token", func(w *world) { w.refuse(name(bad), "ListTaskExecutions") }, fleet.NotStarted, isA[*task.StartError]},
		{"the look at its run", func(w *world) { w.refuse(name(bad), "DescribeTaskExecution") }, fleet.Unknown, func(err error) bool { return err != nil }},
		{"its Object Ownership", func(w *world) { w.away(name(bad)) }, fleet.NotStarted, isA[*xacct.OwnershipError]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 12, func(i int, tr *xacct.Transfer) {
					if i == bad {
						tr.Destination.Bucket, tr.Destination.Role.Name = "apart", "write-apart"
					}
				})
				tt.spoil(w)
				r := w.runner(t, func(o *fleet.Options) { o.NoReceipts = true })
				if _, err := run(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				for i, row := range r.Results() {
					switch {
					case i != bad && !row.Complete():
						t.Errorf("%s", row)
					case i == bad && (row.State != tt.state || !tt.check(row.Err)):
						t.Errorf("%s: %T", row, row.Err)
					}
				}
				incomplete, ok := as[*fleet.IncompleteError](r.Err())
				if !ok || len(incomplete.Rows) != 1 || !tt.check(r.Err()) || len(xacct.Hints(r.Err())) == 0 {
					t.Errorf("%v, %q", r.Err(), xacct.Hints(r.Err()))
				}
			})
		})
	}
}

func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// away refuses the reading of the Object Ownership of the transfer's destination, once.
func (w *world) away(transfer string) {
	var once sync.Once
	for _, tr := range w.plan.Transfers {
		if tr.Name != transfer {
			continue
		}
		w.meter.fault = func(call xaccttest.Call) (err error) {
			in, ok := call.Input.(*s3.GetBucketOwnershipControlsInput)
			if ok && *in.Bucket == tr.Destination.Bucket {
				once.Do(func() {
					err = xaccttest.Fault(403, "AccessDenied", "not authorized to perform s3:GetBucketOwnershipControls")
				})
			}
			return err
		}
	}
}
