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

// handedMoves are moves of a push out of account B's bucket media-archive.
var handedMoves = []struct {
	name string
	edit func(*xacct.Transfer)
}{
	{"to another bucket of the owner", func(tr *xacct.Transfer) { tr.Destination.Bucket = "media-archive-2" }},
	{"to a bucket of the task account", func(tr *xacct.Transfer) {
		tr.Destination.Account, tr.Destination.Bucket = accountA, "own-archive"
	}},
}

// The operator of a bucket that was left sees nothing but the plan and the bucket, and takes our statements out of it by these.
func TestHandOverOfALeftBucket(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for _, m := range handedMoves {
		for _, mode := range []xacct.Mode{xacct.SetUp, xacct.TearDown} {
			for _, seen := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, %s, planned with the owner's client: %v", m.name, mode, seen), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						cloud := moveWorld(t)
						cloud.AddBucket(accountB, "us-east-2", "media-archive-2")
						clean := kittest.Dump(cloud)
						tr := kittest.Push(cloud)
						kittest.SetUp(t, cloud, tr)
						m.edit(&tr)
						mine, theirs := only(cloud, accountA), only(cloud, accountB)
						readers := mine
						if seen {
							readers = cloud.Clients()
						}
						p := planWith(t, mode, readers, tr)
						part(t, mine, p.For(accountA))
						r := part(t, theirs, p.For(accountB))
						if strings.Contains(string(cloud.BucketPolicy("media-archive")), "Xacct") {
							t.Errorf("left: %s\n%+v", cloud.BucketPolicy("media-archive"), r)
						}
						if r = part(t, theirs, p.For(accountB)); r.Count(xacct.Done)+r.Count(xacct.Waiting) > 0 {
							t.Errorf("once more: %+v", r)
						}
						kittest.MustApply(t, t.Context(), cloud.Clients(), planWith(t, mode, cloud.Clients(), tr))
						kittest.TearDown(t, cloud, tr)
						if got := kittest.Dump(cloud); got != clean {
							t.Errorf("the cloud is not as before:\n%s", diffLines(clean, got))
						}
					})
				})
			}
		}
	}
}

// part applies what one operator does of a plan.
func part(t *testing.T, c xacct.Clients, p *xacct.Plan) *xacct.Result {
	t.Helper()
	r, err := reload(t, p).Apply(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func planWith(t *testing.T, mode xacct.Mode, c xacct.Clients, tr xacct.Transfer) *xacct.Plan {
	t.Helper()
	if mode == xacct.SetUp {
		return kittest.MustPlan(t, t.Context(), c, []xacct.Transfer{tr}, allowReplace)
	}
	p, err := xacct.NewDestroyPlan(t.Context(), c, []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A policy that could not be read is not said to be unchanged.
func TestHandOverOfALeftBucketUnread(t *testing.T) {
	for _, m := range handedMoves {
		for _, mode := range []xacct.Mode{xacct.SetUp, xacct.TearDown} {
			t.Run(fmt.Sprintf("%s, %s", m.name, mode), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := moveWorld(t)
					cloud.AddBucket(accountB, "us-east-2", "media-archive-2")
					tr := kittest.Push(cloud)
					kittest.SetUp(t, cloud, tr)
					m.edit(&tr)
					p := planWith(t, mode, only(cloud, accountA), tr)
					cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
						if c.Operation == "GetBucketPolicy" {
							return kittest.AccessDenied(c)
						}
						return next()
					})
					r, err := p.For(accountB).Apply(t.Context(), only(cloud, accountB))
					if err == nil || r.Count(xacct.Unchanged) > 0 {
						t.Errorf("%+v, %v", r, err)
					}
				})
			})
		}
	}
}
