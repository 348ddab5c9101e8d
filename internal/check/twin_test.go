package check

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/plan"
)

// TestMadeTwiceByWhom: that there is another does not tell who made it. A list that lags shows what an earlier apply made or deleted.
func TestMadeTwiceByWhom(t *testing.T) {
	want := plan.Finding{Severity: plan.Warning, Code: plan.CodeAmbiguous, Transfer: "nightly",
		Detail: "it is not the only one that is tagged as ours: a, b; an apply at the same time made it too, or a list showed late what an earlier one made or deleted",
		Remedy: "plan again: what nothing uses is deleted by the next plan; let one pipeline at a time apply a transfer"}
	if diff := cmp.Diff(want, MadeTwice(plan.Finding{Transfer: "nightly"}, []string{"a", "b"}, nil)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
