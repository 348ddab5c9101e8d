package operator

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// valid is a transfer that breaks no rule.
var valid = transfer.Resolve(transfer.Given{
	Name:        "media-archive",
	Source:      transfer.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
	Destination: transfer.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
})

func TestPhaseRules(t *testing.T) {
	of := func(phases ...plan.Phase) error {
		_, err := Policy("111122223333", []*transfer.Transfer{valid}, phases)
		return err
	}
	problemtest.Run(t, phaseRules, []problemtest.Case{
		{Rule: "phase", Name: "one of four", Err: of(plan.RunPhase)},
		{Rule: "phase", Name: "all", Err: of()},
		{Rule: "phase", Name: "unknown", Refuse: true, Err: of("preview")},
		{Rule: "phase", Name: "one known, one unknown", Refuse: true, Err: of(plan.RunPhase, "preview")},
	})
}

// TestPoliciesOfARun asks for the RunPhase: who owns the source's bucket alone calls nothing.
func TestPoliciesOfARun(t *testing.T) {
	pull := valid.Given
	for _, tt := range []struct{ name, taskAccount, account, want string }{
		{"push, the task account", "", "111122223333", "StartTasks RunTasks ListExecutions"},
		{"push, the destination's account", "", "444455556666", "ReadOwnership"},
		{"pull, the task account", "444455556666", "444455556666", "StartTasks RunTasks ListExecutions ReadOwnership"},
		{"pull, the source's account", "444455556666", "111122223333", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			given := pull
			given.TaskAccount = tt.taskAccount
			documents, err := Policies(tt.account, []*transfer.Transfer{transfer.Resolve(given)}, []plan.Phase{plan.RunPhase})
			if err != nil || len(documents) != min(1, len(tt.want)) {
				t.Fatalf("%d documents, error %v", len(documents), err)
			}
			var got []string
			for _, d := range documents {
				for st := range d.All() {
					got = append(got, st.Sid())
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}
