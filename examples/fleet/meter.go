package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// meter measures phases.
type meter struct {
	calls atomic.Int64
	rows  []row
}

// row is what one phase took.
type row struct {
	name      string
	calls     int64
	cpu, took time.Duration
	peak      uint64 // the most bytes of the heap that objects took, those that nobody uses any more included
	kept      uint64 // the bytes that objects take afterwards: the in-memory AWS, the transfers, plans and results
}

// newMeter counts the calls to the in-memory AWS from now on.
func newMeter(cloud *xaccttest.Cloud) *meter {
	m := &meter{}
	cloud.Intercept(func(_ context.Context, _ xaccttest.Call, next func() error) error {
		m.calls.Add(1)
		return next()
	})
	return m
}

// phase measures what the function takes.
func (m *meter) phase(name string, fn func() error) error {
	runtime.GC()
	m.calls.Store(0)
	r := row{name: name, peak: heap()}
	ended, sampled := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(sampled)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			r.peak = max(r.peak, heap())
			select {
			case <-tick.C:
			case <-ended:
				return
			}
		}
	}()
	begun, cpu := time.Now(), cpuTime()
	err := fn()
	r.cpu, r.took, r.calls = cpuTime()-cpu, time.Since(begun), m.calls.Load()
	close(ended)
	<-sampled
	runtime.GC()
	r.kept = heap()
	m.rows = append(m.rows, r)
	return err
}

// print prints a table of the phases.
func (m *meter) print(out io.Writer, n int) {
	v := valid()
	fmt.Fprintf(out, "%d transfers; V = %s, the time of json.Valid on a policy of 20 KB\n", n, v.Round(100*time.Nanosecond))
	fmt.Fprintf(out, "%-13s %9s %12s %8s %8s %9s %9s %9s\n", "phase", "calls", "a transfer", "s CPU", "s", "MiB peak", "MiB kept", "V each")
	for _, r := range m.rows {
		fmt.Fprintf(out, "%-13s %9d %12.1f %8.2f %8.2f %9.0f %9.0f %9.1f\n", r.name, r.calls, float64(r.calls)/float64(n), r.cpu.Seconds(), r.took.Seconds(),
			float64(r.peak)/(1<<20), float64(r.kept)/(1<<20), float64(r.cpu)/float64(v)/float64(n))
	}
}

// heap is how many bytes the objects on the heap take, with those that are no longer used and not collected yet.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// valid is V, the measure of CPU that machines have in common: the best of several times that json.Valid takes on a policy of 20 KB.
func valid() time.Duration {
	statement := policy.Allow("s3:GetObject", "s3:GetObjectTagging").By(policy.AWS("arn:aws:iam::111122223333:role/reader")).On("arn:aws:s3:::media/*")
	var data []byte
	for all := []policy.Fragment{statement}; len(data) < 20_000; all = append(all, statement) {
		data = policy.New(all...).Bytes()
	}
	const times = 20
	best := time.Hour
	for range 50 {
		begun := cpuTime()
		for range times {
			json.Valid(data)
		}
		best = min(best, (cpuTime()-begun)/times)
	}
	return max(best, time.Microsecond)
}
