package growth_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

var (
	measured = flag.Bool("growth", false, "measure fleets of 50, 200 and 800 transfers, which takes minutes; without it, of 2 and 4")
	only     = flag.String("shape", "", "measure this shape only")
	size     = flag.Int("n", 0, "measure this number of transfers only, and show no growth")
)

// Growth by n to the power of so much fails.
const (
	maxCounted = 1.1 // of calls and of allocated bytes
	maxCPU     = 1.4 // of CPU
	runs       = 6   // at most, of which the best counts
)

// work is what a phase took.
type work struct {
	calls int
	bytes uint64
	cpu   time.Duration
}

// phases are in the order in which they happen.
var phases = []string{"plan", "apply", "no-op", "no-op, BulkIAM", "no-op, Drift", "run", "drift", "destroy plan", "other roles", "destroy", "residue"}

// measure takes a fleet through the phases.
func measure(t *testing.T, n int, shape func(int, *xacct.Transfer)) map[string]work {
	t.Helper()
	out := map[string]work{}
	synctest.Test(t, func(t *testing.T) {
		cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.PageSize, o.KeepCalls = 100, 1 })
		transfers := transfersOf(cloud, n, shape)
		clients, ctx := cloud.Clients(), t.Context()
		var calls atomic.Int64
		cloud.Intercept(func(_ context.Context, _ xaccttest.Call, next func() error) error {
			calls.Add(1)
			return next()
		})
		phase := func(name string, run func()) {
			calls.Store(0)
			w := worked(run)
			w.calls = int(calls.Load())
			out[name] = w
		}
		plan := func(down bool, changes int, optFns ...func(*xacct.PlanOptions)) (p *xacct.Plan) {
			var err error
			if down {
				p, err = xacct.NewDestroyPlan(ctx, clients, transfers)
			} else {
				p, err = xacct.NewPlan(ctx, clients, transfers, optFns...)
			}
			switch {
			case err != nil:
				t.Fatal(err)
			case blocked(p) || (len(p.Changes)-noOps(p) == 0) != (changes == 0):
				t.Fatalf("not as it should be:\n%s", p)
			}
			return p
		}
		apply := func(p *xacct.Plan) *xacct.Result {
			result, err := p.Apply(ctx, clients)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		var p *xacct.Plan
		phase("plan", func() { p = plan(false, n) })
		var result *xacct.Result
		phase("apply", func() { result = apply(p) })
		phase("no-op", func() { plan(false, 0) })
		phase("no-op, BulkIAM", func() { plan(false, 0, func(o *xacct.PlanOptions) { o.BulkIAM = true }) })
		phase("no-op, Drift", func() { plan(false, 0, func(o *xacct.PlanOptions) { o.Drift = true }) })
		phase("run", func() { runAll(t, clients, p, result) })
		for _, tr := range transfers[:(n+9)/10] {
			existing, err := policy.Parse(cloud.BucketPolicy(tr.Destination.Bucket))
			if err != nil {
				t.Fatal(err)
			}
			for st := range existing.All() {
				cloud.SetBucketPolicy(tr.Destination.Bucket, existing.Without(st.Sid()).Bytes())
				break
			}
		}
		phase("drift", func() { p = plan(false, n) })
		apply(p)
		phase("destroy plan", func() { plan(true, n) })
		for i := range transfers {
			transfers[i].Source.Role.Name, transfers[i].Destination.Role.Name = transfers[i].Name+"-reads", transfers[i].Name+"-writes"
		}
		phase("other roles", func() { apply(plan(false, n)) })
		p = plan(true, n)
		phase("destroy", func() { apply(p) })
		phase("residue", func() {
			if _, err := p.Residue(ctx, clients); err != nil {
				t.Fatal(err)
			}
		})
	})
	return out
}

// runAll runs every transfer of the plan, which is applied.
func runAll(t *testing.T, clients xacct.Clients, p *xacct.Plan, result *xacct.Result) {
	r, err := fleet.New(p, clients, result, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = 50, true })
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range r.Run(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
}

func noOps(p *xacct.Plan) (n int) {
	for _, c := range p.Changes {
		if c.Op == xacct.NoOp {
			n++
		}
	}
	return n
}

// worked is the work of the function, without its calls.
func worked(run func()) work {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu := cpuTime()
	run()
	cpu = cpuTime() - cpu
	runtime.ReadMemStats(&after)
	return work{bytes: after.TotalAlloc - before.TotalAlloc, cpu: cpu}
}

// cpuTime is the CPU that this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// valid is V: how long json.Valid takes on a policy of 20 KB.
func valid(t *testing.T) time.Duration {
	statement := policy.Allow("s3:GetObject", "s3:GetObjectTagging").By(policy.AWS("arn:aws:iam::111122223333:role/reader")).On("arn:aws:s3:::media/*")
	var all []policy.Fragment
	for range 100 {
		all = append(all, statement)
	}
	data := policy.New(all...).Bytes()
	for len(data) < 20_000 {
		data = append(data, ' ')
	}
	data = data[:20_000]
	best := time.Duration(math.MaxInt64)
	for range 50 {
		start := cpuTime()
		for range 20 {
			json.Valid(data)
		}
		best = min(best, (cpuTime()-start)/20)
	}
	return best
}

// TestGrowth measures each shape at several sizes.
func TestGrowth(t *testing.T) {
	kittest.SkipUnderRace(t)
	sizes := []int{2, 4}
	if *measured {
		sizes = []int{50, 200, 800}
	}
	if *size > 0 {
		sizes = []int{*size}
	}
	v := valid(t)
	count, tooFast := 0, []string(nil)
	for _, s := range shapes {
		if *only != "" && s.name != *only {
			continue
		}
		var all []map[string]work
		for _, n := range sizes {
			all = append(all, measure(t, n, s.make))
		}
		compared := *measured && len(sizes) > 1
		for range runs - 1 { // one run says little on a busy machine, where pools are emptied at other times, too
			if !compared || !slices.ContainsFunc(phases, func(phase string) bool { return growth(sizes, all, phase).tooFast() }) {
				break
			}
			for i := len(sizes) - 2; i < len(sizes); i++ {
				for phase, again := range measure(t, sizes[i], s.make) {
					w := all[i][phase]
					w.bytes, w.cpu = min(w.bytes, again.bytes), min(w.cpu, again.cpu)
					all[i][phase] = w
				}
			}
		}
		for _, phase := range phases {
			count++
			for i, n := range sizes {
				w := all[i][phase]
				t.Logf("%-20s %-14s %5d transfers: %6.1f calls, %7.1f KiB, %6.1f V each", s.name, phase, n, float64(w.calls)/float64(n),
					float64(w.bytes)/1024/float64(n), float64(w.cpu)/float64(v)/float64(n))
			}
			if !compared {
				continue
			}
			g := growth(sizes, all, phase)
			t.Logf("%-20s %-14s grows by n^%.2f calls, n^%.2f bytes, n^%.2f CPU", s.name, phase, g.calls, g.bytes, g.cpu)
			if g.tooFast() {
				tooFast = append(tooFast, fmt.Sprintf("%s, %s: n^%.2f calls, n^%.2f bytes, n^%.2f CPU", s.name, phase, g.calls, g.bytes, g.cpu))
			}
		}
	}
	if count == 0 {
		t.Fatalf("no shape %q", *only)
	}
	if tooFast != nil {
		t.Errorf("grows by more than n^%.1f calls or bytes, or n^%.1f CPU:\n%s", maxCounted, maxCPU, strings.Join(tooFast, "\n"))
	}
	t.Logf("growth: %d phases of shapes at %v transfers", count, slices.Compact(sizes))
}

// exponents say by n to the power of what the work grows.
type exponents struct{ calls, bytes, cpu float64 }

func (e exponents) tooFast() bool {
	return e.calls > maxCounted || e.bytes > maxCounted || e.cpu > maxCPU
}

// growth compares the work of a phase at the two largest sizes.
func growth(sizes []int, all []map[string]work, phase string) exponents {
	last := len(sizes) - 1
	a, b := all[last-1][phase], all[last][phase]
	by := func(a, b float64) float64 {
		return math.Log(b/a) / math.Log(float64(sizes[last])/float64(sizes[last-1]))
	}
	return exponents{by(float64(a.calls), float64(b.calls)), by(float64(a.bytes), float64(b.bytes)), by(float64(a.cpu), float64(b.cpu))}
}

func blocked(p *xacct.Plan) bool {
	return slices.ContainsFunc(p.Changes, func(c xacct.Change) bool { return c.Hold != "" })
}
