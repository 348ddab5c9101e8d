package enginetest_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// chain is what a run costs.
type chain struct {
	what   string
	calls  int
	writes int
	depth  int        // round trips one after the other
	limit  limit      // of both
	rounds [][]string // the operations that begin in each of them
}

// limit is the most that a run may cost.
type limit struct{ calls, depth int }

// TestDepth counts calls and round trips of a push across Regions with an existing bucket policy, in virtual time with one second a call.
// docs/depth.md is written with -update, up to the first heading below its title; what follows is written by hand.
func TestDepth(t *testing.T) {
	var (
		rows  []chain
		mu    sync.Mutex
		began [][]string
	)
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t, func(o *xaccttest.Options) { o.Latency, o.Phases.Creating, o.PageSize = time.Second, 0, 100 })
		clients, transfers := cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)}
		measure := func(what string, limit limit, run func()) {
			cloud.ResetCalls()
			start := time.Now()
			cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
				mu.Lock()
				round := int(time.Since(start) / time.Second)
				for len(began) <= round {
					began = append(began, nil)
				}
				if !slices.Contains(began[round], call.Operation) {
					began[round] = append(began[round], call.Operation)
				}
				mu.Unlock()
				return next()
			})
			run()
			row := chain{what: what, limit: limit, depth: int(time.Since(start) / time.Second), rounds: began}
			began = nil
			for _, c := range cloud.Calls() {
				row.calls++
				if !strings.HasPrefix(c.Operation, "Get") && !strings.HasPrefix(c.Operation, "List") && !strings.HasPrefix(c.Operation, "Describe") && c.Operation != "HeadBucket" {
					row.writes++
				}
			}
			rows = append(rows, row)
		}
		var p *xacct.Plan
		planning := func() { p = kittest.MustPlan(t, t.Context(), clients, transfers) }
		applying := func() {
			if _, err := p.Apply(t.Context(), clients); err != nil {
				t.Fatal(err)
			}
		}
		measure("plan, empty accounts", limit{33, 2}, planning)
		measure("apply", limit{51, 8}, applying)
		measure("plan, nothing to do", limit{35, 2}, planning)
		measure("apply, nothing to do", limit{35, 2}, applying)
		measure("plan, with Drift", limit{16, 2}, func() { p = kittest.MustPlan(t, t.Context(), clients, transfers, onlyDrift) })
		measure("destroy plan", limit{22, 2}, func() {
			var err error
			if p, err = xacct.NewDestroyPlan(t.Context(), clients, transfers); err != nil {
				t.Fatal(err)
			}
		})
		// Two to read afresh; the task, the locations; the policy's read, write and look, with the roles' policies beside them; the roles.
		measure("destroy", limit{36, 8}, applying)
	})
	var b strings.Builder
	b.WriteString("# Calls and round trips\n\nA push across Regions into a bucket that has a policy already, with one operator. Round trips are calls one after the other, every call taking as\nlong as any other and a new task being ready at once. `go test ./internal/enginetest -run TestDepth -update` writes this table.\n\n")
	b.WriteString("| | calls | of these writes | round trips |\n| --- | ---: | ---: | ---: |\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", r.what, r.calls, r.writes, r.depth)
		if r.depth > r.limit.depth || r.calls > r.limit.calls {
			t.Errorf("%s makes %d calls, %d round trips deep, want at most %d", r.what, r.calls, r.depth, r.limit)
		}
	}
	for _, what := range []string{"apply", "destroy"} {
		row := rows[slices.IndexFunc(rows, func(r chain) bool { return r.what == what })]
		fmt.Fprintf(&b, "\nWhat begins in each round trip of the %s:\n\n", what)
		for i, operations := range row.rounds {
			slices.Sort(operations)
			fmt.Fprintf(&b, "%d. %s\n", i+1, strings.Join(operations, ", "))
		}
	}
	if i := slices.IndexFunc(rows, func(r chain) bool { return r.what == "apply, nothing to do" }); rows[i].writes != 0 {
		t.Errorf("an apply with nothing to do made %d writes", rows[i].writes)
	}
	const file = "../../docs/depth.md"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	measured, reasons, _ := strings.Cut(string(page), "\n## ")
	calls := map[string]int{}
	for _, r := range rows {
		calls[r.what] = r.calls
	}
	beside := fmt.Sprintf("xacct makes %d to plan and %d to apply, %d where there is nothing to do, and %d to plan a tear-down and %d to apply it",
		calls["plan, empty accounts"], calls["apply"], calls["plan, nothing to do"], calls["destroy plan"], calls["destroy"])
	if !strings.Contains(strings.Join(strings.Fields(reasons), " "), beside) {
		t.Errorf("%s does not say beside Terraform: %s", file, beside)
	}
	if kittest.Update() {
		if err := os.WriteFile(file, []byte(b.String()+"\n## "+reasons), 0o644); err != nil {
			t.Fatal(err)
		}
		measured = b.String()
	}
	if diff := cmp.Diff(measured, b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
