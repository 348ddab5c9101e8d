package fleet_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
)

// TestReceipts has a receipt of each transfer: that of its plan and of its own changes, as Plan.Receipt writes it.
func TestReceipts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 8, nil)
		r := w.runner(t)
		if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
			t.Fatal(err, r.Err())
		}
		digest, err := w.plan.Digest()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range r.Results() {
			alone, err := w.plan.Receipt(t.Context(), w.cloud.Clients(), row.Transfer, w.result, row.Outcome)
			if err != nil || row.Receipt == nil {
				t.Fatalf("%s: %v, %v", row, err, row.ReceiptErr)
			}
			got, want := *row.Receipt, *alone
			if got.Plan != digest || len(got.Policies) == 0 || len(got.RequestIDs["start"]) == 0 {
				t.Errorf("%s: %+v", row, got)
			}
			got.Written = want.Written
			if a, b := asJSON(t, got), asJSON(t, want); a != b {
				t.Errorf("%s: the receipt is\n%s\nwant\n%s", row, a, b)
			}
		}
	})
}

// TestReceiptsAreReadTogether counts the lists for the receipts of many transfers: they do not grow with the number of transfers.
func TestReceiptsAreReadTogether(t *testing.T) {
	t.Parallel()
	lists := map[int]int{}
	for _, n := range []int{4, 16} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, n, nil)
			r := w.runner(t, func(o *fleet.Options) { o.MaxRunning = n })
			if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
				t.Fatal(err, r.Err())
			}
			lists[n] = w.meter.calls["ListTasks"] + w.meter.calls["ListLocations"]
		})
	}
	if lists[4] != lists[16] || lists[4] == 0 {
		t.Errorf("%v lists by the number of transfers", lists)
	}
}

// TestOneReceiptFails replaces the task of a transfer behind the fleet's back: that one has no receipt and says why, and the others have theirs.
func TestOneReceiptFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6, nil)
		r := w.runner(t, func(o *fleet.Options) { o.MaxRunning = 6 })
		replaced := false
		for e, err := range r.Run(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if !replaced && e.Counts.Running == 6 {
				replaced = true
				w.replace(t, name(3))
			}
		}
		for i, row := range r.Results() {
			if bad := i == 3; !row.Complete() || (row.Receipt == nil) != bad || (row.ReceiptErr != nil) != bad {
				t.Errorf("%s: %v, %v", row, row.Receipt, row.ReceiptErr)
			}
		}
	})
}

// TestNoReceipts reads no policy.
func TestNoReceipts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		r := w.runner(t, func(o *fleet.Options) { o.NoReceipts = true })
		if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
			t.Fatal(err, r.Err())
		}
		if n := w.meter.calls["GetRole"]; n > 0 || r.Results()[0].Receipt != nil {
			t.Errorf("%d roles were read", n)
		}
	})
}

// TestWithoutResult looks the tasks up by their tags.
func TestWithoutResult(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 4, nil)
		p := kittest.MustPlan(t, t.Context(), w.cloud.Clients(), w.plan.Transfers)
		for _, plan := range []*xacct.Plan{w.plan, p} {
			r, err := fleet.New(plan, w.cloud.Clients(), nil, func(o *fleet.Options) { o.MaxRunning, o.RunID, o.NoReceipts = 1, "night", true })
			if err != nil {
				t.Fatal(err)
			}
			if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
				t.Errorf("%v, %v", err, r.Err())
			}
		}
		once(t, w)
	})
}

// TestOneAccountIsMissing has a task account without clients: its transfers are not started, and the others are complete.
func TestOneAccountIsMissing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 4, func(i int, tr *xacct.Transfer) {
			if i == 1 {
				tr.TaskAccount, tr.Operators = kittest.AccountB, []string{"arn:aws:iam::" + kittest.AccountB + ":role/Operator"}
				tr.Source.Role.Name, tr.Destination.Role.Name = "pull-read", "pull-write"
			}
		})
		clients := xacct.Clients{kittest.AccountA: w.cloud.Clients()[kittest.AccountA]}
		r, err := fleet.New(w.plan, clients, w.result, func(o *fleet.Options) {
			o.MaxRunning = 2
			o.Start = func(transfer string, o *task.StartOptions) {
				for _, tr := range w.plan.Transfers {
					if tr.Name == transfer {
						xacct.OwnershipConfirmed(tr.Destination.Bucket, "jo of archives")(o)
					}
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		for i, row := range r.Results() {
			switch {
			case i == 1 && (row.State != fleet.NotStarted || !isA[*xacct.ClientError](row.Err)):
				t.Errorf("%s", row)
			case i != 1 && (!row.Complete() || row.Receipt == nil || len(row.Receipt.OwnershipConfirmed) != 1):
				t.Errorf("%s: %+v, %v", row, row.Receipt, row.ReceiptErr)
			}
		}
	})
}

// replace takes the tags off the transfer's task and makes another one with them.
func (w *world) replace(t *testing.T, transfer string) {
	t.Helper()
	arn := w.result.TaskARN(transfer)
	api, err := w.cloud.Clients().DataSync(arn)
	if err != nil {
		t.Fatal(err)
	}
	have, err := task.Observe(t.Context(), api, arn)
	if err != nil {
		t.Fatal(err)
	}
	spec := task.Spec{Name: have.Name, Account: kittest.AccountA, Region: "us-west-2", Tags: have.Tags,
		SourceLocationARN: have.SourceLocationARN, DestinationLocationARN: have.DestinationLocationARN}
	create, err := spec.CreateInput()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.CreateTask(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	untag, err := spec.UntagInput(arn, slices.Collect(maps.Keys(have.Tags))...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.UntagResource(t.Context(), untag); err != nil {
		t.Fatal(err)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
