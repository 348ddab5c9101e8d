package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// TestLeavingABucket moves a transfer to another bucket: nothing of ours stays behind, neither then nor after the tear-down.
func TestLeavingABucket(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		others bool // another transfer of the plan still uses the bucket
		direct bool // the tear-down comes without a set-up of the edited transfer
	}{{"alone", false, false}, {"another transfer stays", true, false}, {"torn down at once", false, true}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddBucket(accountB, "us-east-2", "media-archive-2")
				clean := kittest.Dump(cloud)
				tr, other := kittest.Push(cloud), kittest.Push(cloud)
				other.Name, other.Destination.Prefix = "other", "other"
				transfers := []xacct.Transfer{tr}
				if tt.others {
					transfers = append(transfers, other)
				}
				kittest.SetUp(t, cloud, transfers...)

				transfers[0].Destination.Bucket = "media-archive-2"
				if !tt.direct {
					p := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers, func(o *xacct.PlanOptions) { o.AllowReplace = true })
					if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
						t.Fatalf("%v\n%s", err, p)
					}
					if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers); !again.Empty() {
						t.Errorf("the plan after the move is not empty:\n%s", again)
					}
					if d := kittest.BucketPolicy(t, cloud, "media-archive"); strings.Contains(d.String(), "XacctMediaArchive") {
						t.Errorf("a statement of ours is left behind:\n%s", d)
					}
					if text := kittest.Dump(cloud); strings.Contains(text, "s3://media-archive/incoming/") {
						t.Errorf("a location is left behind:\n%s", text)
					}
				}
				down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), transfers)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := down.Apply(t.Context(), cloud.Clients()); err != nil {
					t.Fatalf("%v\n%s", err, down)
				}
				if diff := cmp.Diff(clean, kittest.Dump(cloud)); diff != "" {
					t.Errorf("(-before +after):\n%s", diff)
				}
				for _, b := range []string{"media-archive"} {
					if dead := policy.Dangling(kittest.BucketPolicy(t, cloud, b)); len(dead) > 0 {
						t.Errorf("%s names a dead principal: %v", b, dead)
					}
				}
				left, err := down.Residue(t.Context(), cloud.Clients())
				if err != nil {
					t.Fatal(err)
				}
				for _, item := range left {
					if item.Ours {
						t.Errorf("left: %v", item)
					}
				}
			})
		})
	}
}

// TestLeavingABucketOfAnotherTeam moves a transfer without a client of the bucket's account: the location that tells of the old bucket, and
// the role that its policy names, stay until that account's operator has done their part.
func TestLeavingABucketOfAnotherTeam(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		cloud.AddBucket(accountB, "us-east-2", "media-archive-2")
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		tr.Destination.Bucket = "media-archive-2"
		both, ours := cloud.Clients(), xacct.Clients{accountA: cloud.Clients()[accountA]}
		allow := func(o *xacct.PlanOptions) { o.AllowReplace = true }
		for range 2 {
			p := kittest.MustPlan(t, t.Context(), ours, []xacct.Transfer{tr}, allow)
			r, err := p.Apply(t.Context(), ours)
			if err != nil || r.Count(xacct.Waiting) == 0 {
				t.Fatalf("Apply: %v, %d waiting\n%s", err, r.Count(xacct.Waiting), p)
			}
		}
		if !strings.Contains(kittest.Dump(cloud), "s3://media-archive/incoming/") {
			t.Error("the location that tells of the old bucket is gone too early")
		}
		theirs := kittest.MustPlan(t, t.Context(), both, []xacct.Transfer{tr}, allow)
		if _, err := theirs.Apply(t.Context(), both); err != nil {
			t.Fatal(err)
		}
		if d := kittest.BucketPolicy(t, cloud, "media-archive"); strings.Contains(d.String(), "Xacct") {
			t.Errorf("a statement of ours is left behind:\n%s", d)
		}
		kittest.TearDown(t, cloud, tr)
	})
}
