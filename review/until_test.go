package review_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// A grant that ends says so, and renewing it is a change of the statement.
func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		tr.Until = time.Now().UTC().Truncate(time.Second).Add(90 * 24 * time.Hour)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		end := tr.Until.Format(time.RFC3339)
		if got := markdown(t, p); !strings.Contains(got, "aws:CurrentTime") || !strings.Contains(got, end) || !strings.Contains(got, "**new** statement `XacctMediaArchiveWrite") {
			t.Errorf("it does not say that the grant ends at %s:\n%s", end, got)
		}
		if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
			t.Fatal(err)
		}
		tr.Until = tr.Until.Add(24 * time.Hour)
		p = kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		got := markdown(t, p)
		for _, want := range []string{"**changed** statement `XacctMediaArchiveWrite", "**changed** statement `XacctMediaArchiveList", tr.Until.Format(time.RFC3339), "3 statements of others there"} {
			if !strings.Contains(got, want) {
				t.Errorf("it does not say %q:\n%s", want, got)
			}
		}
		markdown(t, reread(t, p.For(kittest.AccountB)))
		markdown(t, destroy(t, cloud.Clients(), []xacct.Transfer{tr}))
	})
}
