package handover_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// An adoption's plan takes statements of others out of a policy. No script does: README.md tells of each.
func TestAdoptedStatementsAreTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		tr = kittest.ByHand(cloud, tr).Adopted(tr)
		b, err := handover.New(kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}), accountB)
		if err != nil {
			t.Fatal(err)
		}
		page := read(t, b, "README.md")
		_, told, ok := strings.Cut(page, "The plan also replaces these statements")
		told, _, _ = strings.Cut(told, "\n\n")
		if !ok || !strings.Contains(told, "`DataSyncCreateS3Location`") || !strings.Contains(told, "`DataSyncCreateS3LocationAndTaskAccess`") {
			t.Errorf("%s\n%s", told, page)
		}
		for _, name := range []string{"script.sh", "undo.sh"} {
			if strings.Contains(read(t, b, name), "\"DataSyncCreateS3") {
				t.Errorf("%s is about a statement of others", name)
			}
		}
	})
}
