package enginetest_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/xaccttest"
)

// TestMovesInterrupted ends the process right after every write of a move, and of a tear-down instead of it: the next plan and apply lead to where
// an undisturbed run does. Without -faults it takes a sample.
func TestMovesInterrupted(t *testing.T) {
	kittest.SkipUnlessFaults(t)
	t.Parallel()
	total := 0
	for i, m := range moves {
		for _, mode := range []xacct.Mode{xacct.SetUp, xacct.TearDown} {
			if i%min(testlimit.UnderRace, 3) != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s, %s", m.name, mode), func(t *testing.T) {
				writes, want := m.interrupted(t, mode, 0)
				if writes == 0 {
					t.Fatal("nothing was written")
				}
				for n := 1; n < writes; n++ {
					if m.onlyTask && mode == xacct.TearDown || !kittest.EveryFault() && (n+i)%(16*min(testlimit.UnderRace, 3)) != 0 {
						continue
					}
					total++
					if _, got := m.interrupted(t, mode, n); got != want {
						t.Errorf("gone after write %d of %d: (-want +got):\n%s", n, writes, cmp.Diff(want, got))
					}
				}
			})
		}
	}
	kittest.Count(t, total, "")
}

// interrupted moves, or tears down, with the process gone after the n-th write, 0 being never, then again undisturbed. It returns how many
// writes there were the first time, and how the cloud ends.
func (m move) interrupted(t *testing.T, mode xacct.Mode, n int) (writes int, end string) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := m.begin(t)
		kittest.SetUp(t, cloud, tr)
		m.edit(cloud, &tr)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		once := func(ctx context.Context) (*xacct.Plan, error) {
			p, err := planIn(ctx, cloud, mode, tr)
			if err == nil {
				_, err = p.Apply(ctx, cloud.Clients())
			}
			return p, err
		}
		var err error
		if writes = writesUntil(cloud, n, cancel, func() { _, err = once(ctx) }); err != nil && n == 0 {
			t.Fatal(err)
		}
		if p, err := once(t.Context()); err != nil {
			t.Errorf("write %d: the second run: %v\n%s", n, err, p)
		}
		last, err := planIn(t.Context(), cloud, mode, tr)
		if err != nil || !last.Empty() {
			t.Errorf("write %d: the last plan: %v\n%s", n, err, last)
		}
		end = kittest.StableDump(cloud)
	})
	return writes, end
}

func planIn(ctx context.Context, cloud *xaccttest.Cloud, mode xacct.Mode, tr xacct.Transfer) (*xacct.Plan, error) {
	if mode == xacct.TearDown {
		return xacct.NewDestroyPlan(ctx, cloud.Clients(), []xacct.Transfer{tr})
	}
	return xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{tr}, allowReplace)
}
