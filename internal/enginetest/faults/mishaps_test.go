package faults_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/xaccttest"
)

// TestPairsOfFaults lets two calls of a run go wrong. A pair of which one is never reached is drawn again.
func TestPairsOfFaults(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	want, drawn, both := 0, 0, 0
	for i, s := range scenarios {
		if !kittest.EveryFault() && i%testlimit.UnderRace > 0 {
			continue
		}
		for _, n := range []int{0, 1}[:s.concurrencies()] {
			keys, undisturbed := s.record(t, n)
			want += kittest.Sample(1, 40)
			for tries := 0; both < want && tries < kittest.Sample(1, 40)*20; tries++ {
				one, two := keys[random.IntN(len(keys))], keys[random.IntN(len(keys))]
				f, g := faults[random.IntN(len(faults))], faults[random.IntN(len(faults))]
				drawn++
				hit, wrong := s.disturb(t, n, undisturbed, func(cancel context.CancelFunc) []*mishap {
					return []*mishap{newMishap(f, one, cancel), newMishap(g, two, cancel)}
				})
				if hit {
					both++
				}
				if wrong != "" {
					t.Errorf("%s, concurrency %d: %s: %s, and %s: %s:\n%s", s.name, n, one, f.name, two, g.name, wrong)
				}
			}
		}
	}
	kittest.Count(t, both, ", of %d drawn", drawn)
	if both < want {
		t.Errorf("only %d of %d cases had both mishaps", both, want)
	}
}

// TestPropagation lets changes be seen only after a number of reads, and lists give one entry at a time.
func TestPropagation(t *testing.T) {
	t.Parallel()
	cases := 0
	for i, s := range scenarios {
		if !kittest.EveryFault() && i%(3*testlimit.UnderRace) > 0 {
			continue
		}
		_, want := s.record(t, 0)
		for reads := kittest.Sample(i, 0); reads <= 20; reads += kittest.Sample(21, 1) {
			for _, page := range []int{1, 3} {
				if page == 3 && (!kittest.EveryFault() || reads%5 > 0) {
					continue
				}
				cases++
				wrong := s.lag(t, want, func(o *xaccttest.Options) { o.Propagation, o.PageSize = reads, page })
				if wrong != "" {
					t.Errorf("%s: seen after %d reads, pages of %d:\n%s", s.name, reads, page, wrong)
				}
			}
		}
	}
	kittest.Count(t, cases, "")
}

// lag runs the scenario undisturbed in a world of late changes, and waits until they are seen.
func (s scenario) lag(t *testing.T, want undisturbed, optFns ...func(*xaccttest.Options)) (wrong string) {
	synctest.Test(t, func(t *testing.T) {
		a := s.begin(t, 0, optFns...)
		o := s.run(t.Context(), a, 0)
		if o.planErr != nil || o.err != nil {
			wrong = fmt.Sprintf("the run failed: %v, %v", o.planErr, o.err)
			return
		}
		var last *xacct.Plan
		for range 25 {
			var err error
			if last, err = s.plan(t.Context(), a.clients, a.want, 0); err != nil {
				wrong = err.Error()
				return
			}
		}
		if !last.Empty() {
			wrong = fmt.Sprintf("the last plan is not empty:\n%s", last)
			return
		}
		wrong = a.harmed() + cmp.Diff(want.end, kittest.StableDump(a.cloud))
	})
	return wrong
}

// TestLostAnswersMakeNothingTwice loses the answer of every call that makes something, also while lists lag.
func TestLostAnswersMakeNothingTwice(t *testing.T) {
	t.Parallel()
	cases := 0
	for _, lag := range []int{0, 1, 2, 4} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t, func(o *xaccttest.Options) { o.Propagation = lag })
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
			var mu sync.Mutex
			lost := map[string]bool{}
			cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
				err := next()
				mu.Lock()
				defer mu.Unlock()
				if key := kittest.KeyOf(call).String(); strings.HasPrefix(call.Operation, "Create") && err == nil && !lost[key] {
					lost[key] = true
					return kittest.ErrConnectionReset
				}
				return err
			})
			if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
				t.Fatalf("lists lag by %d: %v", lag, err)
			}
			cloud.Intercept(nil)
			if len(lost) != 5 {
				t.Errorf("%d answers were lost, want 5", len(lost))
			}
			cases += len(lost)
			text := kittest.Dump(cloud)
			if l, k := strings.Count(text, "  location arn:"), strings.Count(text, "  task arn:"); l != 2 || k != 1 {
				t.Errorf("lists lag by %d: %d locations and %d tasks, want 2 and 1", lag, l, k)
			}
		})
	}
	kittest.Count(t, cases, "")
}

// TestDuplicateBeyondTheBudgetHeals lets a list lag for longer than anybody looks, so that a location is made twice. Once the lists show
// both, a plan shows the deletion of one of them.
func TestDuplicateBeyondTheBudgetHeals(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t, func(o *xaccttest.Options) { o.Propagation = 40 })
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
		var once sync.Once
		cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			err := next()
			if call.Operation == "CreateLocationS3" && call.Region == "eu-west-1" && err == nil {
				once.Do(func() { err = kittest.ErrConnectionReset })
			}
			return err
		})
		r, err := p.Apply(t.Context(), cloud.Clients(), func(o *xacct.ApplyOptions) { o.Budget = 10 * time.Minute })
		cloud.Intercept(nil)
		if r == nil {
			t.Fatal(err)
		}
		if n := strings.Count(kittest.Dump(cloud), " s3://media-raw/2026/"); n != 2 {
			t.Fatalf("%d locations, want 2: the lag was within the budget, so nothing was shown", n)
		}
		var next *xacct.Plan
		for range 60 { // until the lists show both
			next = kittest.MustPlan(t, t.Context(), cloud.Clients(), p.Transfers)
		}
		if n := strings.Count(next.String(), "- datasync-location  s3://media-raw/2026/"); n != 1 {
			t.Errorf("%d of two equal locations are deleted:\n%s", n, next)
		}
		if _, err := next.Apply(t.Context(), cloud.Clients()); err != nil {
			t.Error(err)
		}
		if n := strings.Count(kittest.Dump(cloud), " s3://media-raw/2026/"); n != 1 {
			t.Errorf("%d locations, want 1", n)
		}
		kittest.Count(t, 1, "")
	})
}

// TestThrottlingStorm refuses every call many times over.
func TestThrottlingStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		var mu sync.Mutex
		throttled := 0
		seen := map[kittest.CallKey]int{}
		cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			mu.Lock()
			defer mu.Unlock()
			key := kittest.KeyOf(call)
			if seen[key]++; seen[key]%8 != 0 {
				throttled++
				return kittest.Throttling(call)
			}
			return next()
		})
		tr := kittest.Push(cloud)
		kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
		if throttled < 1000 {
			t.Errorf("only %d calls were throttled", throttled)
		}
		kittest.Count(t, throttled, "")
	})
}

// TestEventsAreOrdered requires that OnEvent is never called twice at once, and that every change begins before it ends, once.
func TestEventsAreOrdered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t, func(o *xaccttest.Options) { o.Latency, o.Propagation = time.Second, 3 })
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.WithEveryKind(kittest.Push(cloud))})
		busy := make(chan struct{}, 1)
		state := map[string]xacct.EventState{}
		var last time.Time
		waited := 0
		r, err := p.Apply(t.Context(), cloud.Clients(), func(o *xacct.ApplyOptions) {
			o.OnEvent = func(e xacct.Event) {
				select {
				case busy <- struct{}{}:
				default:
					t.Error("OnEvent is called while it runs")
				}
				time.Sleep(time.Millisecond)
				if e.Time.Before(last) {
					t.Errorf("%s comes after %v and is of %v", e.Change, last, e.Time)
				}
				last = e.Time
				if state[e.Change] == xacct.EventEnded || e.State != xacct.EventStarted && e.State != xacct.EventEnded && state[e.Change] == "" {
					t.Errorf("%s: %s after %q", e.Change, e.State, state[e.Change])
				}
				if e.State == xacct.EventWaiting {
					waited++
				}
				state[e.Change] = e.State
				<-busy
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Changes {
			if state[c.ID] != xacct.EventEnded {
				t.Errorf("%s ended without an event", c.ID)
			}
		}
		if waited == 0 {
			t.Error("nobody waited, so that nothing was tried")
		}
		kittest.Count(t, len(r.Changes), "")
	})
}

// TestCancellationLeavesACompleteResult cancels an apply at each of its calls. Without -faults it takes a sample.
func TestCancellationLeavesACompleteResult(t *testing.T) {
	t.Parallel()
	s := scenarios[0]
	_, want := s.record(t, 0)
	cases := -1 // the last is none
	for at := 1; ; at += kittest.Sample(4*testlimit.UnderRace, 1) {
		cases++
		ended := false
		synctest.Test(t, func(t *testing.T) {
			a := s.begin(t, 0)
			p, err := s.plan(t.Context(), a.clients, a.want, 0)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var mu sync.Mutex
			n := 0
			a.cloud.Intercept(func(_ context.Context, _ xaccttest.Call, next func() error) error {
				mu.Lock()
				if n++; n == at {
					cancel()
				}
				mu.Unlock()
				return next()
			})
			r, err := p.Apply(ctx, a.clients)
			a.cloud.Intercept(nil)
			if n < at {
				ended = true
				return
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled at call %d: %v, want the context's error", at, err)
			}
			next := kittest.MustPlan(t, t.Context(), a.clients, a.want)
			if wrong := truth(outcome{plan: p, result: r, err: err}, next); wrong != "" {
				t.Errorf("cancelled at call %d: %s", at, wrong)
			}
			kittest.MustApply(t, t.Context(), a.clients, next)
			if diff := cmp.Diff(want.end, kittest.StableDump(a.cloud)); diff != "" {
				t.Errorf("cancelled at call %d (-want +got):\n%s", at, diff)
			}
		})
		if ended {
			kittest.Count(t, cases, "")
			return
		}
	}
}
