package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestWhatLeavesIsNotCountedOn judges the policy as the plan leaves it: a grant that the plan takes away lets nobody in.
func TestWhatLeavesIsNotCountedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		r := kittest.SetUp(t, cloud, tr)
		for _, c := range r.Changes {
			if c.Kind == xacct.DataSyncLocation && strings.Contains(c.Name, "media-archive") {
				tr.Destination.LocationARN = c.ARN // it uses the role that only the statement lets in
			}
		}
		if tr.Destination.LocationARN == "" {
			t.Fatalf("no location: %+v", r)
		}
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		denied := slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Code == xacct.CodeDenied && f.Severity == xacct.Blocking })
		if !denied || !p.Empty() {
			t.Errorf("the plan takes the grant away and goes on:\n%s", p)
		}
	})
}
