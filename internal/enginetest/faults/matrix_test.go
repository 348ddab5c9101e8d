package faults_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/xaccttest"
)

// attempt is one run of a scenario in a cloud of its own.
type attempt struct {
	cloud   *xaccttest.Cloud
	clients xacct.Clients
	want    []xacct.Transfer
	watcher *watcher
	theirs  map[string][]string // in the policies, before anything of ours
}

// begin makes the cloud and what the scenario starts from, which is seen by everybody.
func (s scenario) begin(t *testing.T, n int, optFns ...func(*xaccttest.Options)) *attempt {
	cloud := kittest.SharedWorld(t, optFns...)
	if s.world != nil {
		s.world(cloud)
		for range 3 * lagging(optFns) { // until everybody sees it: what fits, then what it has
			if _, err := planUp(t.Context(), cloud.Clients(), s.want(cloud), n); err != nil {
				t.Fatal(err)
			}
		}
	}
	a := &attempt{cloud: cloud, watcher: newWatcher(), theirs: theirPolicies(cloud)}
	a.clients = a.watcher.watched(cloud.Clients())
	if s.start != nil {
		p, err := planUp(t.Context(), a.clients, s.start(cloud), n)
		if err == nil {
			_, err = s.apply(t.Context(), a, p, n)
		}
		if err != nil {
			t.Fatalf("%s: setting up: %v\n%s", s.name, err, a.harmed())
		}
		for range lagging(optFns) {
			if _, err := planUp(t.Context(), a.clients, s.start(cloud), n); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.want = s.want(cloud)
	return a
}

// lagging is after how many reads a change is seen.
func lagging(optFns []func(*xaccttest.Options)) int {
	var o xaccttest.Options
	option.Apply(&o, optFns)
	return o.Propagation
}

// harmed says what of others was damaged: "" is nothing.
func (a *attempt) harmed() string {
	if d := a.watcher.damage(); d != "" {
		return "statements of others were damaged: " + d
	}
	return cmp.Diff(a.theirs, theirPolicies(a.cloud))
}

// outcome is how a run ended.
type outcome struct {
	plan    *xacct.Plan
	planErr error
	result  *xacct.Result
	err     error
}

func (s scenario) run(ctx context.Context, a *attempt, n int) outcome {
	var o outcome
	if o.plan, o.planErr = s.plan(ctx, a.clients, a.want, n); o.planErr == nil {
		o.result, o.err = s.apply(ctx, a, o.plan, n)
	}
	return o
}

func (s scenario) apply(ctx context.Context, a *attempt, p *xacct.Plan, n int) (*xacct.Result, error) {
	return p.Apply(ctx, a.clients, func(o *xacct.ApplyOptions) {
		if o.Concurrency = n; s.budget > 0 {
			o.Budget = s.budget
		}
	})
}

// undisturbed is what a run without a mishap shows and leads to.
type undisturbed struct{ plan, end string }

func timeless(text string) string { return kittest.GeneratedID.ReplaceAllString(text, "$1") }

// record runs the scenario undisturbed, and returns its calls and what it leads to.
func (s scenario) record(t *testing.T, n int, optFns ...func(*xaccttest.Options)) (keys []kittest.CallKey, want undisturbed) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := s.begin(t, n, optFns...)
		seen := map[kittest.CallKey]int{}
		a.cloud.ResetCalls()
		o := s.run(t.Context(), a, n)
		if o.planErr != nil || o.err != nil {
			t.Fatalf("%s: undisturbed: %v, %v\n%s", s.name, o.planErr, o.err, a.harmed())
		}
		for _, call := range a.cloud.Calls() {
			key := kittest.KeyOf(call)
			seen[key]++
			key.Occurrence = seen[key]
			keys = append(keys, key)
		}
		if wrong := a.harmed(); wrong != "" {
			t.Fatalf("%s: undisturbed: %s", s.name, wrong)
		}
		want = undisturbed{plan: timeless(o.plan.String()), end: kittest.StableDump(a.cloud)}
	})
	return keys, want
}

// disturb runs the scenario with one mishap, then once more without, and says what is wrong with how it ends: "" is nothing.
func (s scenario) disturb(t *testing.T, n int, want undisturbed, mishaps func(cancel context.CancelFunc) []*mishap, optFns ...func(*xaccttest.Options)) (hit bool, wrong string) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a := s.begin(t, n, optFns...)
		ms := mishaps(cancel)
		transient := true
		for _, m := range ms {
			transient = transient && m.transient
		}
		a.cloud.Intercept(func(ctx context.Context, call xaccttest.Call, next func() error) error {
			for _, m := range ms {
				if m.isGone() {
					return kittest.ErrProcessGone
				}
				inner := next
				next = func() error { return m.Intercept(ctx, call, inner) }
			}
			return next()
		})
		first := s.run(ctx, a, n)
		a.cloud.Intercept(nil)
		hit = true
		gone := false
		for _, m := range ms {
			hit, gone = hit && m.struck(), gone || m.isGone()
		}
		if transient && (first.planErr != nil || first.err != nil) {
			wrong = fmt.Sprintf("the first run failed: %v, %v", first.planErr, first.err)
			return
		}
		if transient {
			if wrong = cmp.Diff(want.plan, timeless(first.plan.String())); wrong != "" {
				wrong = "the first plan is another (-want +got):\n" + wrong
				return
			}
		}
		next, err := s.plan(t.Context(), a.clients, a.want, n)
		if err != nil {
			wrong = fmt.Sprintf("the second plan: %v", err)
			return
		}
		if !gone && first.planErr == nil {
			if wrong = truth(first, next); wrong != "" {
				return
			}
		}
		if _, err := s.apply(t.Context(), a, next, n); err != nil {
			wrong = fmt.Sprintf("the second run: %v\nafter %v, %v\nplan:\n%s", err, first.planErr, first.err, next)
			return
		}
		last, err := s.plan(t.Context(), a.clients, a.want, n)
		switch {
		case err != nil:
			wrong = fmt.Sprintf("the last plan: %v", err)
		case !last.Empty():
			wrong = fmt.Sprintf("the last plan is not empty:\n%s", last)
		default:
			wrong = a.harmed() + cmp.Diff(want.end, kittest.StableDump(a.cloud))
		}
	})
	return hit, wrong
}

// truth holds the Result of a run against what a fresh plan finds.
func truth(o outcome, next *xacct.Plan) string {
	if o.result == nil {
		if o.err == nil {
			return "neither a Result nor an error"
		}
		return ""
	}
	if o.err == nil && !next.Empty() {
		return fmt.Sprintf("no error, but there is more to do:\n%s", next)
	}
	if len(o.result.Changes) != len(o.plan.Changes) {
		return fmt.Sprintf("%d changes in the Result, %d in the plan", len(o.result.Changes), len(o.plan.Changes))
	}
	todo := map[string]xacct.Change{}
	for _, c := range next.Changes {
		todo[c.ID] = c
	}
	for _, c := range o.result.Changes {
		switch c.Status {
		case xacct.Done, xacct.Unchanged:
			if left, ok := todo[c.ID]; ok && left.Op != xacct.NoOp {
				return fmt.Sprintf("%s is %s in the Result, but would be: %s %v", c.ID, c.Status, left.Op, left.Details)
			}
		case xacct.Failed:
			if c.Err == nil {
				return c.ID + " failed without an error"
			}
		case xacct.Skipped, xacct.Waiting:
		default:
			return fmt.Sprintf("%s has no status", c.ID)
		}
	}
	return ""
}

func (s scenario) concurrencies() int {
	if s.once {
		return 1
	}
	return 2
}

// tries reports whether TestFaultMatrix breaks a call in a way: the k-th call in the l-th way, in the run of the number i. With -faults it breaks every
// write in every way, and every read in a third of the ways: the next read and the next run in another third, so that none is left out of both.
// Without -faults it takes a sample.
func tries(key kittest.CallKey, k, l, i int) bool {
	switch {
	case !kittest.EveryFault():
		return (7*k+3*l+i)%(397*testlimit.UnderRace) == 0
	case kittest.Reads(key.Operation):
		return (k+l+i)%3 == 0
	}
	return true
}

// TestFaultMatrix breaks every call of every scenario. See tries.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	var total, failed, unhit atomic.Int64
	t.Run("calls", func(t *testing.T) {
		for i, s := range scenarios {
			if i%min(testlimit.UnderRace, 6) > 0 { // everything runs without the race detector
				continue
			}
			for j, n := range []int{0, 1}[:s.concurrencies()] {
				t.Run(fmt.Sprintf("%s, concurrency %d", s.name, n), func(t *testing.T) {
					t.Parallel()
					keys, want := s.record(t, n)
					if len(keys) == 0 {
						t.Fatal("no calls")
					}
					t.Logf("%d calls", len(keys))
					for k, key := range keys {
						for l, f := range faults {
							if !tries(key, k, l, i+5*j) {
								continue
							}
							total.Add(1)
							hit, wrong := s.disturb(t, n, want, func(cancel context.CancelFunc) []*mishap { return []*mishap{newMishap(f, key, cancel)} })
							if !hit {
								unhit.Add(1)
								t.Errorf("%s: never called", key)
							}
							if wrong != "" {
								failed.Add(1)
								t.Errorf("%s: %s:\n%s", key, f.name, wrong)
							}
						}
					}
				})
			}
		}
	})
	kittest.Count(t, int(total.Load()), ", %d failures, %d unhit keys", failed.Load(), unhit.Load())
}
