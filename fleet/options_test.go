package fleet_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// planned is a plan of transfers of these names, as it comes out of a file.
func planned(t *testing.T, names ...string) *xacct.Plan {
	t.Helper()
	p := &xacct.Plan{Mode: xacct.SetUp}
	for _, name := range names {
		p.Transfers = append(p.Transfers, xacct.Transfer{Name: name, Task: task.Spec{Report: &task.Report{Bucket: "lists"}}, Retries: &task.Manifest{Bucket: "lists", Key: name + ".csv"}})
	}
	return p
}

func TestRules(t *testing.T) {
	good := func(o *fleet.Options) { o.MaxRunning = 1 }
	try := func(p *xacct.Plan, optFns ...func(*fleet.Options)) error {
		_, err := fleet.New(p, nil, nil, append([]func(*fleet.Options){good, nil}, optFns...)...)
		return err
	}
	two := planned(t, "a", "b")
	down, twice, same := planned(t, "a"), planned(t, "a", "b", "a"), planned(t, "a", "b")
	down.Mode = xacct.TearDown
	same.Transfers[1].Retries.Key = "a.csv"
	oneReport, noReport, noPlace := planned(t, "a", "b"), planned(t, "a", "b"), planned(t, "a", "b")
	oneReport.Transfers[1].Task.Report = nil
	noReport.Transfers[0].Task.Report, noReport.Transfers[1].Task.Report = nil, nil
	noPlace.Transfers[0].Retries, noPlace.Transfers[1].Retries = nil, nil
	blocked := planned(t, "a", "b")
	blocked.Findings = []xacct.Finding{{Code: xacct.CodeNoBucket, Severity: xacct.Blocking, Transfer: "a"}, {Code: xacct.CodeNoBucket, Severity: xacct.Warning, Transfer: "b"}}
	retries := func(o *fleet.Options) { o.Retries = 1 }
	id := func(s string) func(*fleet.Options) { return func(o *fleet.Options) { o.RunID = s } }
	canaries := func(names ...string) func(*fleet.Options) { return func(o *fleet.Options) { o.Canaries = names } }
	sizes := func(m map[string]int64) func(*fleet.Options) { return func(o *fleet.Options) { o.Sizes = m } }
	problemtest.Run(t, fleet.Rules, []problemtest.Case{
		{Rule: "plan", Name: "of two transfers", Err: try(two)},
		{Rule: "plan", Name: "none", Refuse: true, Err: try(nil)},
		{Rule: "plan", Name: "to tear down", Refuse: true, Err: try(down)},
		{Rule: "plan", Name: "without transfers", Refuse: true, Err: try(&xacct.Plan{Mode: xacct.SetUp})},
		{Rule: "name-once", Name: "two names", Err: try(two)},
		{Rule: "name-once", Name: "twice, of three", Refuse: true, Err: try(twice)},
		{Rule: "max-running", Name: "one", Err: try(two)},
		{Rule: "max-running", Name: "not given", Refuse: true, Err: try(two, func(o *fleet.Options) { o.MaxRunning = 0 })},
		{Rule: "max-running", Name: "negative", Refuse: true, Err: try(two, func(o *fleet.Options) { o.MaxRunning = -1 })},
		{Rule: "run-id", Name: "a date", Err: try(two, id("2026-03-01 @02:00"))},
		{Rule: "run-id", Name: "none", Err: try(two, id(""))},
		{Rule: "run-id", Name: "of 128", Err: try(two, id(strings.Repeat("a", 128)))},
		{Rule: "run-id", Name: "of 129", Refuse: true, Err: try(two, id(strings.Repeat("a", 129)))},
		{Rule: "run-id", Name: "with a slash, which ends it in the token", Refuse: true, Err: try(two, id("2026/03"))},
		{Rule: "run-id", Name: "with a line break", Refuse: true, Err: try(two, id("a\n"))},
		{Rule: "transfer-known", Name: "both", Err: try(two, canaries("a"), sizes(map[string]int64{"b": 1}))},
		{Rule: "transfer-known", Name: "another canary", Refuse: true, Err: try(two, canaries("a", "c"))},
		{Rule: "transfer-known", Name: "another size", Refuse: true, Err: try(two, sizes(map[string]int64{"c": 1}))},
		{Rule: "canary-once", Name: "two", Err: try(two, canaries("a", "b"))},
		{Rule: "canary-once", Name: "one twice", Refuse: true, Err: try(two, canaries("a", "b", "a"))},
		{Rule: "canary-blocked", Name: "only warned of", Err: try(blocked, canaries("b"))},
		{Rule: "canary-blocked", Name: "blocked", Refuse: true, Err: try(blocked, canaries("b", "a"))},
		{Rule: "not-negative", Name: "zero", Err: try(two, sizes(map[string]int64{"a": 0}))},
		{Rule: "not-negative", Name: "a size", Refuse: true, Err: try(two, sizes(map[string]int64{"a": -1}))},
		{Rule: "not-negative", Name: "retries", Refuse: true, Err: try(two, func(o *fleet.Options) { o.Retries = -1 })},
		{Rule: "not-negative", Name: "a time", Refuse: true, Err: try(two, func(o *fleet.Options) { o.Every = -time.Second })},
		{Rule: "retries-used", Name: "by both", Err: try(two, retries)},
		{Rule: "retries-used", Name: "by one", Err: try(oneReport, retries)},
		{Rule: "retries-used", Name: "by none, and none wanted", Err: try(noReport)},
		{Rule: "retries-used", Name: "by none, without reports", Refuse: true, Err: try(noReport, retries)},
		{Rule: "retries-used", Name: "by none, without places", Refuse: true, Err: try(noPlace, retries)},
		{Rule: "retry-place", Name: "of their own", Err: try(two, retries)},
		{Rule: "retry-place", Name: "the same without retries", Err: try(same)},
		{Rule: "retry-place", Name: "the same", Refuse: true, Err: try(same, retries)},
	})
}

// TestProblemsNameTheField has every problem at once, each with the field that the caller set.
func TestProblemsNameTheField(t *testing.T) {
	_, err := fleet.New(planned(t, "a", "a"), nil, nil, func(o *fleet.Options) {
		o.RunID, o.Canaries, o.Sizes, o.Retries, o.Every = "x/y", []string{"b", "b"}, map[string]int64{"a": -1, "c": 1}, 1, -1
	})
	var got []string
	for _, p := range problem.All(err) {
		got = append(got, p.Path+" "+p.ID)
		if p.Hint() == "" {
			t.Errorf("%v: no hint", p)
		}
	}
	want := []string{"p.Transfers[1].Name name-once", "MaxRunning max-running", "RunID run-id", "Canaries[0] transfer-known", "Canaries[1] transfer-known",
		"Canaries[1] canary-once", "Sizes[a] not-negative", "Sizes transfer-known", "Every not-negative", "p.Transfers[1].Retries.Key retry-place"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestRunIDIsMade has a new RunID for each runner that was given none.
func TestRunIDIsMade(t *testing.T) {
	ids := map[string]bool{}
	for range 2 {
		r, err := fleet.New(planned(t, "a"), nil, nil, func(o *fleet.Options) { o.MaxRunning = 1 })
		if err != nil {
			t.Fatal(err)
		}
		ids[r.RunID()] = true
	}
	if len(ids) != 2 || ids[""] {
		t.Errorf("%v", ids)
	}
}

// TestErrorsAreOneLine has the texts of the errors, also with names that would move a cursor.
func TestErrorsAreOneLine(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&fleet.GateError{Canaries: []string{"a"}}, "not begun: canary not complete: a"},
		{&fleet.GateError{Canaries: []string{"a", "b\x1b[2K"}}, `not begun: canaries not complete: a, b\x1b[2K`},
		{&fleet.InterruptedError{RunID: "night", Running: []string{"a", "b"}, NotStarted: []string{"c"}, Err: errors.New("stop\nnow")},
			`run night stopped watching: stop now; 2 running on: a, b; 1 not begun: c`},
		{&fleet.IncompleteError{RunID: "night", Counts: fleet.Counts{Complete: 2, Failed: 1}, Rows: []fleet.Row{{Transfer: "a", Err: errors.New("x")}}},
			"run night: 2 complete, 1 failed; not complete: a"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
		if len(xacct.Hints(tt.err)) != 1 {
			t.Errorf("%v: hints %q", tt.err, xacct.Hints(tt.err))
		}
	}
}

// TestRowsAreData keeps rows with their receipts and errors as JSON.
func TestRowsAreData(t *testing.T) {
	for _, tt := range []struct {
		name string
		row  fleet.Row
	}{
		{"complete", fleet.Row{Transfer: "a", State: fleet.Ended, Outcome: &task.Outcome{Verdict: task.Complete}, Receipt: &xacct.Receipt{Verdict: "complete"}}},
		{"without a receipt", fleet.Row{Transfer: "a", State: fleet.Ended, Outcome: &task.Outcome{Verdict: task.Complete}, ReceiptErr: errors.New("no plan")}},
		{"not started", fleet.Row{Transfer: "a", Account: "111122223333", Region: "us-east-2", State: fleet.NotStarted, Err: &fleet.GateError{Canaries: []string{"b<c>"}}}},
		{"waiting", fleet.Row{Transfer: "a", State: fleet.Waiting}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data, err := json.Marshal(tt.row)
			if err != nil {
				t.Fatal(err)
			}
			var back fleet.Row
			if err := json.Unmarshal(data, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.row, back, cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })); diff != "" {
				t.Errorf("-want +got\n%s\nof %s", diff, data)
			}
			if again, err := json.Marshal(back); err != nil || string(again) != string(data) {
				t.Errorf("%s, %v, want %s", again, err, data)
			}
		})
	}
	var row fleet.Row
	if err := json.Unmarshal([]byte(`{"State":7}`), &row); err == nil {
		t.Errorf("read %+v", row)
	}
}

func TestDriftPlanIsRefused(t *testing.T) {
	p := planned(t, "a")
	p.Mode = xacct.Drift
	_, err := fleet.New(p, nil, nil, func(o *fleet.Options) { o.MaxRunning = 1 })
	var drift *xacct.DriftError
	if !errors.As(err, &drift) || drift.Hint() == "" {
		t.Errorf("got %v, want a *DriftError", err)
	}
}
