package enginetest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/xaccttest"
)

// TestConcurrencyIsBoundedByServiceAndRegion counts the calls under way: at most as many as asked for to one service of one account and Region,
// and none of these waits for another.
func TestConcurrencyIsBoundedByServiceAndRegion(t *testing.T) {
	t.Parallel()
	for i, n := range []int{3, 1, 0} {
		if i%testlimit.UnderRace != 0 {
			continue
		}
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := xaccttest.NewCloud()
				transfers := fleetOf(cloud, 30, -1)
				var mu sync.Mutex
				now, most, all, allMost := map[string]int{}, map[string]int{}, 0, 0
				cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
					to := c.Account + " " + c.Region + " " + c.Service
					count := func(d int) {
						mu.Lock()
						defer mu.Unlock()
						now[to], all = now[to]+d, all+d
						most[to], allMost = max(most[to], now[to]), max(allMost, all)
					}
					count(1)
					defer count(-1)
					time.Sleep(time.Second)
					return next()
				})
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers, func(o *xacct.PlanOptions) { o.Concurrency = n })
				if _, err := p.Apply(t.Context(), cloud.Clients(), func(o *xacct.ApplyOptions) { o.Concurrency = n }); err != nil {
					t.Fatal(err)
				}
				bound := n
				if n == 0 {
					bound = 16
				}
				for to, got := range most {
					if got > bound {
						t.Errorf("%s: %d calls at once, want at most %d", to, got, bound)
					}
				}
				if allMost <= bound {
					t.Errorf("%d calls at once to %d services, accounts and Regions: they wait for each other", allMost, len(most))
				}
			})
		})
	}
}
