package enginetest_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestColleagueIsFasterBySomeMinutes holds one apply at each of its first calls, while a colleague's apply of the same transfer does everything:
// what the colleague made is found, and nothing is made twice.
func TestColleagueIsFasterBySomeMinutes(t *testing.T) {
	for _, held := range []string{"CreateRole", "PutRolePolicy", "PutBucketPolicy"} {
		t.Run(held, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				transfers := []xacct.Transfer{kittest.Push(cloud)}
				slow, fast := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers), kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
				type process struct{}
				gate := make(chan struct{})
				cloud.Intercept(func(ctx context.Context, c xaccttest.Call, next func() error) error {
					if ctx.Value(process{}) != nil && c.Operation == held {
						<-gate
					}
					return next()
				})
				var wg sync.WaitGroup
				var err error
				wg.Go(func() { _, err = slow.Apply(context.WithValue(t.Context(), process{}, true), cloud.Clients()) })
				synctest.Wait()
				if _, err := fast.Apply(t.Context(), cloud.Clients()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Minute)
				close(gate)
				wg.Wait()
				if err != nil {
					t.Error(err)
				}
				made := kittest.Dump(cloud)
				if l, n := strings.Count(made, "  location arn:"), strings.Count(made, "  task arn:"); l != 2 || n != 1 {
					t.Errorf("%d locations and %d tasks:\n%s", l, n, made)
				}
				if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers); !again.Empty() {
					t.Errorf("not converged:\n%s", again)
				}
			})
		})
	}
}
