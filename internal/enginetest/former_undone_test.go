package enginetest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// A move to another bucket that is cut short after any write, and is then taken back or torn down as if it had never been, leaves no grant.
func TestUndoneMoveLeavesNoGrant(t *testing.T) {
	kittest.SkipUnlessFaults(t)
	t.Parallel()
	for _, m := range moves {
		if m.name != "both ends to other Regions" && m.name != "to a bucket of a third account" {
			continue
		}
		for _, mode := range []xacct.Mode{xacct.SetUp, xacct.TearDown} {
			for n := 1; n < 10; n += kittest.Sample(4, 1) {
				t.Run(fmt.Sprintf("%s, then %s, cut after write %d", m.name, mode, n), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						cloud, tr := m.begin(t)
						kittest.SetUp(t, cloud, tr)
						before := tr
						m.edit(cloud, &tr)
						cutShort(t, cloud, tr, n)
						p, err := planIn(t.Context(), cloud, mode, before)
						if err != nil {
							t.Fatal(err)
						}
						part(t, cloud.Clients(), p)
						for _, name := range []string{"eu-archive", "third-archive"} {
							if d := string(cloud.BucketPolicy(name)); strings.Contains(d, "Xacct") {
								t.Errorf("%s still holds ours: %s", name, d)
							}
						}
					})
				})
			}
		}
	}
}

// cutShort applies a move as if its process ended after write n.
func cutShort(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer, n int) {
	t.Helper()
	p, err := planIn(t.Context(), cloud, xacct.SetUp, tr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	goneAfter(cloud, n, cancel, func() { _, _ = p.Apply(ctx, cloud.Clients()) }) // it is cut short
}
