package enginetest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// many are transfers with roles of their own, so that the operator's statements about roles grow.
func many(n int) []xacct.Transfer {
	var out []xacct.Transfer
	for i := range n {
		tr := kittest.Demo()
		tr.Name = fmt.Sprintf("archive-of-the-media-department-%03d", i)
		tr.Destination.Prefix = tr.Name
		out = append(out, tr)
	}
	return out
}

// TestOperatorPolicyTooLong: what does not fit into a managed policy is refused with its size, and split on demand without losing anything.
func TestOperatorPolicyTooLong(t *testing.T) {
	for _, n := range []int{8, 60} {
		transfers := many(n)
		_, err := xacct.OperatorPolicy(accountA, transfers)
		if err == nil || !strings.Contains(err.Error(), "of 6144 characters") || !strings.Contains(err.Error(), "one phase at a time") {
			t.Errorf("%d transfers: %v, want the size and what to do", n, err)
		}
		pages, err := xacct.OperatorPolicies(accountA, transfers)
		if err != nil || len(pages) < 2 {
			t.Fatalf("%d transfers: %d documents, %v", n, len(pages), err)
		}
		var grants []string
		for i, page := range pages {
			if used, _ := page.Size(policy.Identity); used > 6144 {
				t.Errorf("%d transfers: document %d has %d characters", n, i, used)
			}
			if err := page.Validate(policy.Identity); err != nil {
				t.Errorf("%d transfers: document %d: %v", n, i, err)
			}
			grants = append(grants, pairs(page)...)
		}
		var want []string
		for _, phase := range []xacct.Phase{xacct.PlanPhase, xacct.ApplyPhase, xacct.RunPhase, xacct.DestroyPhase} {
			phased, err := xacct.OperatorPolicies(accountA, transfers, phase)
			if err != nil {
				t.Fatal(err)
			}
			for _, page := range phased {
				want = append(want, pairs(page)...)
			}
		}
		slices.Sort(grants)
		slices.Sort(want)
		if diff := cmp.Diff(slices.Compact(want), slices.Compact(grants)); diff != "" {
			t.Errorf("%d transfers: what the phases allow and what all allow together (-want +got):\n%s", n, diff)
		}
		t.Logf("%d transfers: %d documents", n, len(pages))
	}
}

// pairs are what a document allows: action, resource and conditions.
func pairs(d policy.Document) []string {
	var out []string
	for st := range d.All() {
		actions, _ := st.Actions()
		resources, _ := st.Resources()
		for _, a := range actions {
			for _, r := range resources {
				line := a + " " + r
				for _, c := range st.Conditions() {
					line += fmt.Sprint(" ", c.Operator(), c.Key(), c.Values())
				}
				out = append(out, line)
			}
		}
	}
	return out
}
