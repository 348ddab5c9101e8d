package enginetest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestRolePolicyOfAnotherVersion holds one apply after it has looked, while another version of the transfer is applied. The held apply writes no policy
// of a role over that the other has written, because it alone may tell of what that version uses. Planned again, nothing of the other version is left.
func TestRolePolicyOfAnotherVersion(t *testing.T) {
	replace := func(o *xacct.PlanOptions) { o.AllowReplace = true }
	otherBucket := func(tr *xacct.Transfer) { tr.Source.Bucket = "media-raw-2" }
	for _, tt := range []struct {
		name   string
		setUp  bool   // an older version is there before the two
		held   string // the call at which the apply is held
		change func(tr *xacct.Transfer)
	}{
		{"another bucket where nothing was", false, "CreateRole", otherBucket},
		{"no keys where nothing was", false, "CreateRole", func(tr *xacct.Transfer) { tr.Source.KMSKeys, tr.Destination.KMSKeys = nil, nil }},
		{"another prefix where nothing was", false, "CreateRole", func(tr *xacct.Transfer) { tr.Destination.Prefix = "elsewhere" }},
		{"by account where nothing was", false, "CreateRole", func(tr *xacct.Transfer) { tr.Grant, tr.Destination.KMSKeys = xacct.ByAccount, nil }},
		{"another bucket than before", true, "TagRole", func(tr *xacct.Transfer) {
			tr.Source.Bucket, tr.Tags = "media-raw-2", map[string]string{"team": "media"}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				for _, name := range []string{"media-raw-0", "media-raw-2"} {
					cloud.AddBucket(kittest.AccountA, "eu-west-1", name)
				}
				first := kittest.Push(cloud)
				first.Source.KMSKeys = []string{cloud.AddKey(kittest.AccountA, "eu-west-1")}
				first.Destination.KMSKeys = []string{cloud.AddKey(kittest.AccountB, "us-east-2")}
				start := kittest.StableDump(cloud)
				ctx, clients := t.Context(), cloud.Clients()
				if tt.setUp {
					older := first
					older.Source.Bucket = "media-raw-0"
					kittest.SetUp(t, cloud, older)
				}
				second := first
				tt.change(&second)
				slow, fast := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{second}, replace), kittest.MustPlan(t, ctx, clients, []xacct.Transfer{first}, replace)
				type process struct{}
				gate := make(chan struct{})
				held := 0
				cloud.Intercept(func(ctx context.Context, c xaccttest.Call, next func() error) error {
					if ctx.Value(process{}) != nil && c.Operation == tt.held {
						held++
						<-gate
					}
					return next()
				})
				var wg sync.WaitGroup
				var err error
				wg.Go(func() { _, err = slow.Apply(context.WithValue(ctx, process{}, true), clients) })
				synctest.Wait()
				if held == 0 {
					t.Fatal("the apply was not held")
				}
				if _, err := fast.Apply(ctx, clients); err != nil {
					t.Fatal(err)
				}
				close(gate)
				wg.Wait()
				if stale := (*xacct.StaleError)(nil); !errors.As(err, &stale) {
					t.Errorf("the error of the held apply is %v, want a StaleError", err)
				}
				cloud.Intercept(nil)

				kittest.MustApply(t, ctx, clients, kittest.MustPlan(t, ctx, clients, []xacct.Transfer{second}, replace))
				kittest.TearDown(t, cloud, second)
				if end := kittest.StableDump(cloud); end != start {
					t.Errorf("left after the tear-down:\n%s\nbefore:\n%s", end, start)
				}
			})
		})
	}
}
