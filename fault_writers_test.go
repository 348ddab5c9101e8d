package xacct_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
)

// TestForeignWriter lets somebody write the bucket's policy right before each call of an apply. What they wrote is there afterwards, unless
// they wrote between our last read and our write, from which S3 offers no protection: then the Result holds what we read and what we sent.
func TestForeignWriter(t *testing.T) {
	calls := 0
	for at := 1; ; at++ {
		hit, _ := foreignWrite(t, at, func(n int, _ string) bool { return n == at })
		if !hit {
			break
		}
		calls++
	}
	hit, lost := foreignWrite(t, 0, func(_ int, operation string) bool { return operation == "PutBucketPolicy" })
	if !hit || !lost {
		t.Errorf("between the last read and the write: written %v, lost %v; want both", hit, lost)
	}
	t.Logf("foreign writer: before each of %d calls", calls)
}

// foreignWrite lets somebody write right before the first call that when chooses. It reports whether there was one, and whether what
// they wrote was lost.
func foreignWrite(t *testing.T, at int, when func(n int, operation string) bool) (hit, lost bool) {
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		p := plan(t, t.Context(), cloud.Clients(), []xacct.Transfer{push(cloud)})
		var mu sync.Mutex
		n, before := 0, ""
		cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			mu.Lock()
			defer mu.Unlock()
			if n++; !hit && when(n, call.Operation) {
				hit, before = true, call.Operation
				doc := bucketPolicy(t, cloud, "media-archive")
				cloud.SetBucketPolicy("media-archive", doc.With(statement(at)).Bytes())
			}
			return next()
		})
		r, err := p.Apply(t.Context(), cloud.Clients(), func(o *xacct.ApplyOptions) { o.Concurrency = 1 })
		cloud.Intercept(nil)
		if !hit {
			return
		}
		if err != nil {
			t.Fatalf("a foreign write before %s: %v", before, err)
		}
		if next := plan(t, t.Context(), cloud.Clients(), p.Transfers); !next.Empty() {
			t.Errorf("a foreign write before %s: more to do:\n%s", before, next)
		}
		if _, ok := bucketPolicy(t, cloud, "media-archive").Statement(statement(at).Sid()); ok {
			return
		}
		lost = true
		if before != "PutBucketPolicy" {
			t.Errorf("a foreign write before %s was lost", before)
		}
		for _, c := range r.Changes {
			if c.Kind == xacct.BucketPolicy && (len(c.Writes) != 1 || c.Writes[0].Before == "" || c.Writes[0].After == "") {
				t.Errorf("the Result holds the writes %+v, want what was read and what was sent", c.Writes)
			}
		}
	})
	return hit, lost
}

// TestTwoAppliers lets two processes work at once: on one transfer, and on two into one bucket. Every order of their reads and writes of
// the policy is tried, by letting one of them wait at each of its calls for the other to end. Without -faults it takes a sample.
func TestTwoAppliers(t *testing.T) {
	t.Parallel()
	for _, other := range []string{"media-archive", "second"} {
		for at := 1; ; at += sample(4, 1) {
			ended := false
			synctest.Test(t, func(t *testing.T) {
				cloud := world(t)
				one, two := push(cloud), push(cloud)
				two.Name = other
				if other != one.Name {
					two.Destination.Prefix = "second"
				}
				p := plan(t, t.Context(), cloud.Clients(), []xacct.Transfer{one})
				q := plan(t, t.Context(), cloud.Clients(), []xacct.Transfer{two})
				foreign := bucketPolicy(t, cloud, "media-archive")

				type process struct{}
				done := make(chan struct{})
				var mu sync.Mutex
				n := 0
				cloud.Intercept(func(ctx context.Context, call xaccttest.Call, next func() error) error {
					if ctx.Value(process{}) == nil {
						return next()
					}
					mu.Lock()
					n++
					stop := n == at
					mu.Unlock()
					if stop {
						<-done
					}
					return next()
				})
				var wg sync.WaitGroup
				var errs [2]error
				wg.Go(func() {
					_, errs[0] = p.Apply(context.WithValue(t.Context(), process{}, 1), cloud.Clients())
				})
				synctest.Wait()
				_, errs[1] = q.Apply(t.Context(), cloud.Clients())
				close(done)
				wg.Wait()
				cloud.Intercept(nil)
				if n < at {
					ended = true
					return
				}
				for i, err := range errs {
					var stale *xacct.StaleError
					var lost *xacct.LostUpdateError
					var blocked *xacct.BlockedError // it saw the other's task and not its locations
					if err != nil && !errors.As(err, &stale) && !errors.As(err, &lost) && !errors.As(err, &blocked) {
						t.Errorf("%s, held at call %d: applier %d: %v", other, at, i, err)
					}
				}
				after := bucketPolicy(t, cloud, "media-archive")
				for st := range foreign.All() {
					found := false
					for have := range after.All() {
						found = found || have.Equal(st)
					}
					if !found {
						t.Errorf("%s, held at call %d: foreign statement lost: %s", other, at, st.Bytes())
					}
				}
				transfers := []xacct.Transfer{one}
				if other != one.Name {
					transfers = append(transfers, two)
				}
				for _, tr := range transfers {
					next := plan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
					for _, f := range next.Findings {
						if f.Code == xacct.CodeAmbiguous {
							return // two processes made the same location at once: reported, with the remedy
						}
					}
					apply(t, t.Context(), cloud.Clients(), next)
				}
			})
			if ended {
				t.Logf("two appliers, %s: held at calls up to %d", other, at-1)
				break
			}
		}
	}
}
