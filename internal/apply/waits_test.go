package apply

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/plan"
)

// What waits for a change that waits itself waits for the same operator, not for the account of that change.
func TestWaitsForTheOneWhoActs(t *testing.T) {
	w := newWorld()
	r := w.run(t, w.plan())
	handed := &plan.WaitingError{Account: "444455556666", Changes: []string{media}}
	r.results[dest].Status, r.results[dest].Err = plan.Waiting, handed
	for _, tt := range []struct {
		name string
		err  error
		want *plan.WaitingError
	}{
		{"the required change says for whom it waits", handed, handed},
		{"it does not", errRefused, &plan.WaitingError{Account: "111122223333", Changes: []string{dest}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.results[dest].Err = tt.err
			if diff := cmp.Diff(tt.want, r.waitsFor(r.approvedByID[nightly])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
