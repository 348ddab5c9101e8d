package enginetest_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestDeadGrantsOfOurOwnMaking sets up, tears down and sets up again while S3 and KMS still resolve the ARNs of the roles to the deleted ones: no policy
// names a deleted role afterwards, and the plan after it is empty.
func TestDeadGrantsOfOurOwnMaking(t *testing.T) {
	t.Parallel()
	push := func(t *testing.T, o func(*xaccttest.Options)) (*xaccttest.Cloud, []xacct.Transfer) {
		cloud := kittest.World(t, o)
		return cloud, []xacct.Transfer{kittest.Push(cloud)}
	}
	for _, tt := range []struct {
		name  string
		begin func(*testing.T, func(*xaccttest.Options)) (*xaccttest.Cloud, []xacct.Transfer)
	}{
		{"push", push},
		{"pull", func(t *testing.T, o func(*xaccttest.Options)) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud := kittest.World(t, o)
			return cloud, []xacct.Transfer{kittest.Pull(cloud)}
		}},
		{"policy of nobody else", func(t *testing.T, o func(*xaccttest.Options)) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud, trs := push(t, o)
			cloud.SetBucketPolicy("media-archive", nil)
			return cloud, trs
		}},
		{"keys", func(_ *testing.T, o func(*xaccttest.Options)) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud, tr := kittest.EncryptedWorld(o)
			return cloud, []xacct.Transfer{tr}
		}},
		{"ByAccount", func(t *testing.T, o func(*xaccttest.Options)) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud, trs := push(t, o)
			trs[0].Grant = xacct.ByAccount
			return cloud, trs
		}},
		{"one role for two transfers", func(t *testing.T, o func(*xaccttest.Options)) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud, trs := push(t, o)
			other := trs[0]
			other.Name, other.Source.Prefix, other.Destination.Prefix = "media-copy", "2025/", "older"
			trs = append(trs, other)
			for i := range trs {
				trs[i].Source.Role.Name, trs[i].Destination.Role.Name = "datasync-source", "datasync-destination"
			}
			return cloud, trs
		}},
		{"both ends in one bucket", func(t *testing.T, o func(*xaccttest.Options)) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud, trs := push(t, o)
			cloud.PutObject("media-archive", "2026/x", []byte("x"))
			trs[0].Source, trs[0].TaskAccount = trs[0].Destination, kittest.AccountA
			trs[0].Source.Prefix = "2026/"
			return cloud, trs
		}},
	} {
		for _, n := range []int{1, 2, 4, 5} {
			t.Run(fmt.Sprintf("%s, propagation %d", tt.name, n), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					cloud, trs := tt.begin(t, func(o *xaccttest.Options) { o.Propagation = n })
					settle(t, cloud, xacct.SetUp, trs)
					settle(t, cloud, xacct.TearDown, trs)
					settle(t, cloud, xacct.SetUp, trs)
					noDeadPrincipal(t, cloud, trs)
				})
			})
		}
	}
}

// settle applies a plan of the mode. The plans after it must become empty without another apply, once reads that lag show what was done.
func settle(t *testing.T, cloud *xaccttest.Cloud, mode xacct.Mode, trs []xacct.Transfer) {
	t.Helper()
	planned := func() (*xacct.Plan, error) {
		if mode == xacct.TearDown {
			return xacct.NewDestroyPlan(t.Context(), cloud.Clients(), trs)
		}
		return xacct.NewPlan(t.Context(), cloud.Clients(), trs)
	}
	p, err := planned()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
		t.Fatalf("%s: %v\nhints: %v", mode, err, xacct.Hints(err))
	}
	for range 8 {
		if p, err = planned(); err != nil || p.Empty() {
			break
		}
	}
	if err != nil || !p.Empty() {
		t.Fatalf("%s: the plans after the apply do not become empty: %v\n%s", mode, err, p)
	}
}

// noDeadPrincipal fails the test if a policy of the transfers' buckets and keys names a principal by its unique id.
func noDeadPrincipal(t *testing.T, cloud *xaccttest.Cloud, trs []xacct.Transfer) {
	t.Helper()
	for _, tr := range trs {
		documents := map[string]policy.Document{}
		for _, e := range []xacct.Endpoint{tr.Source, tr.Destination} {
			texts := map[string][]byte{e.Bucket: cloud.BucketPolicy(e.Bucket)}
			for _, key := range e.KMSKeys {
				texts[key] = cloud.KeyPolicy(key)
			}
			for name, text := range texts {
				d, err := policy.Parse(text)
				if err != nil && len(text) > 0 {
					t.Fatal(err)
				}
				documents[name] = d
			}
		}
		for name, d := range documents {
			for _, p := range policy.Dangling(d) {
				t.Errorf("policy of %s: statement %s names %s", name, p.Statement.Sid(), p.ID)
			}
		}
	}
}

// TestDeadGrantsBetweenTwoTeams has the bucket's team, which cannot read the role, write the policy while S3 still resolves the role's ARN to the
// deleted one.
func TestDeadGrantsBetweenTwoTeams(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 4, 5} {
		t.Run(fmt.Sprintf("propagation %d", n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t, func(o *xaccttest.Options) { o.Propagation = n })
				trs := []xacct.Transfer{kittest.Push(cloud)}
				settle(t, cloud, xacct.SetUp, trs)
				settle(t, cloud, xacct.TearDown, trs)
				a, b := only(cloud, kittest.AccountA), only(cloud, kittest.AccountB)
				p, err := xacct.NewPlan(t.Context(), a, trs)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := p.Apply(t.Context(), a); err != nil {
					t.Fatalf("the task's team: %v", err)
				}
				if _, err := p.For(kittest.AccountB).Apply(t.Context(), b); err != nil {
					t.Fatalf("the bucket's team: %v", err)
				}
				noDeadPrincipal(t, cloud, trs)
				if n > 2 { // lists that lag for longer make duplicates
					return
				}
				settle(t, cloud, xacct.SetUp, trs)
			})
		})
	}
}
