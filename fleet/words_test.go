package fleet_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
)

// TestWords has the lines of events and rows: a receipt that was written, one that could not be, and a retry are told apart from the end of a run.
func TestWords(t *testing.T) {
	complete := &task.Outcome{Verdict: task.Complete}
	for _, tt := range []struct {
		name  string
		event fleet.Event
		want  string
	}{
		{"an end", fleet.Event{Row: fleet.Row{Transfer: "a", State: fleet.Ended, Outcome: complete}}, "a: complete"},
		{"a receipt", fleet.Event{Row: fleet.Row{Transfer: "a", State: fleet.Ended, Outcome: complete, Receipt: &xacct.Receipt{}}}, "a: complete; its receipt is written"},
		{"no receipt", fleet.Event{Row: fleet.Row{Transfer: "a", State: fleet.Ended, Outcome: complete, ReceiptErr: errors.New("no\nway")}}, "a: complete; no receipt: no way"},
		{"a run", fleet.Event{Row: fleet.Row{Transfer: "a", State: fleet.Running}}, "a: running"},
		{"a retry", fleet.Event{Row: fleet.Row{Transfer: "a", State: fleet.Running, Earlier: []*task.Outcome{{Verdict: task.WithExceptions}}}}, "a: running, retry 1"},
		{"a refusal", fleet.Event{Row: fleet.Row{Transfer: "a", State: fleet.NotStarted, Err: errors.New("no way")}}, "a: not started: no way"},
	} {
		if diff := cmp.Diff(tt.want, tt.event.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if got, want := (fleet.Counts{Complete: 3, NoReceipt: 2}).String(), "3 complete, 2 without a receipt"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHintOfIncomplete names what to do with each kind of end, and nothing for those that there are none of.
func TestHintOfIncomplete(t *testing.T) {
	const goOn, mend, others, canary = "call Run again", "mend why", "with another RunID: DataSync", "see the errors of the canaries"
	for _, tt := range []struct {
		name   string
		counts fleet.Counts
		want   []string
	}{
		{"running", fleet.Counts{Running: 1, Complete: 2}, []string{goOn}},
		{"not started", fleet.Counts{NotStarted: 1}, []string{mend}},
		{"not started, the others held", fleet.Counts{NotStarted: 1, Held: 3}, []string{mend}},
		{"failed", fleet.Counts{Failed: 1, Complete: 4}, []string{others}},
		{"held", fleet.Counts{Held: 4}, []string{canary}},
		{"unknown and failed", fleet.Counts{Unknown: 1, Failed: 1}, []string{goOn, others}},
	} {
		hint := (&fleet.IncompleteError{RunID: "night", Counts: tt.counts}).Hint()
		var got []string
		for _, part := range []string{goOn, mend, others, canary} {
			if strings.Contains(hint, part) {
				got = append(got, part)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s\nin %s", tt.name, diff, hint)
		}
	}
}

// TestWaitingTransfer runs a plan of which one transfer waits for an account without a client: its row says for which, and what to do.
func TestWaitingTransfer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const other = "777788889999"
		w := newWorld(t, 3, nil)
		w.cloud.AddBucket(other, "us-east-2", "theirs")
		tr := w.plan.Transfers[0]
		tr.Name, tr.Source.Role.Name, tr.Destination.Role.Name, tr.Destination.Account, tr.Destination.Bucket = "t-9999", "", "", other, "theirs"
		clients := w.cloud.Clients()
		delete(clients, other)
		p := kittest.MustPlan(t, t.Context(), clients, append([]xacct.Transfer{tr}, w.plan.Transfers...))
		result, err := p.Apply(t.Context(), clients)
		if err != nil {
			t.Fatal(err)
		}
		r, err := fleet.New(p, clients, result, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = 1, true })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		row := r.Results()[3]
		waits, ok := as[*xacct.WaitingError](row.Err)
		if c := r.Counts(); c.Complete != 3 || row.State != fleet.NotStarted || !ok || waits.Account != other || len(waits.Changes) == 0 {
			t.Fatalf("%s: %s", c, row)
		}
		if hints := xacct.Hints(r.Err()); len(hints) != 2 || !strings.Contains(hints[1]+hints[0], `Plan.For("777788889999")`) {
			t.Errorf("hints %q", hints)
		}
	})
}
