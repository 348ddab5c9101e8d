package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// The task account never sees the other team's key: its task is made, with a warning, once the other team has done its part.
func TestTwoTeamsWithAManifestKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := encryptedJob(inEnds)
		mine, theirs := only(cloud, accountA), only(cloud, accountB)
		first := kittest.MustPlan(t, t.Context(), mine, []xacct.Transfer{tr})
		if !strings.Contains(first.String(), "the policy of the key of the manifest or the report cannot be read") {
			t.Errorf("not warned:\n%s", first)
		}
		part(t, mine, first)
		part(t, theirs, first.For(accountB))
		if r := part(t, mine, kittest.MustPlan(t, t.Context(), mine, []xacct.Transfer{tr})); r.TaskARN(tr.Name) == "" {
			t.Errorf("the task is not made: %+v", r)
		}
		if err := runs(t, cloud, tr); err != nil {
			t.Error(err)
		}
	})
}
