package growth_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestCallsOfFleets pins how many calls a plan makes for each of 200 transfers. Twenty have what all of them have once, such as an operator's role; so many
// more add the same again, so that two small fleets tell of the large one. The gate growth measures that calls grow so.
func TestCallsOfFleets(t *testing.T) {
	kittest.SkipUnderRace(t)
	const small, fleetSize = 20, 200
	for _, tt := range []struct {
		shape       string
		bulk        bool
		first, noOp float64 // calls a transfer
	}{
		{"own buckets", false, 24, 30},
		{"own buckets", true, 16, 22},
		{"twenty a bucket", false, 6, 11},
		{"twenty a bucket", true, 6, 9},
	} {
		name := tt.shape
		if tt.bulk {
			name += " with BulkIAM"
		}
		t.Run(name, func(t *testing.T) {
			one, two := callsOf(t, small, tt.shape, tt.bulk), callsOf(t, 2*small, tt.shape, tt.bulk)
			for i, most := range []float64{tt.first, tt.noOp} {
				each := (two[i] + (two[i]-one[i])*(fleetSize-2*small)/small) / fleetSize
				if t.Logf("%.1f calls a transfer", each); each > most {
					t.Errorf("want at most %.0f", most)
				}
			}
		})
	}
}

// callsOf is how many calls the first plan of a fleet makes, and one with nothing to do.
func callsOf(t *testing.T, n int, shape string, bulk bool) (out [2]float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.PageSize, o.KeepCalls = 100, 1 })
		var transfers []xacct.Transfer
		for _, s := range shapes {
			if s.name == shape {
				transfers = transfersOf(cloud, n, s.make)
			}
		}
		var calls atomic.Int64
		cloud.Intercept(func(_ context.Context, _ xaccttest.Call, next func() error) error {
			calls.Add(1)
			return next()
		})
		for i := range out {
			calls.Store(0)
			p, err := xacct.NewPlan(t.Context(), cloud.Clients(), transfers, func(o *xacct.PlanOptions) { o.BulkIAM = bulk })
			if err != nil {
				t.Fatal(err)
			}
			if out[i] = float64(calls.Load()); p.Empty() != (i == 1) {
				t.Fatalf("not as it should be:\n%s", p)
			}
			if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
				t.Fatal(err)
			}
		}
	})
	return out
}
