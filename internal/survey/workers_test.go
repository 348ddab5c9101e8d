package survey

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// However many functions there are, and whoever begins them, no more than the limit are under way at once, and all are run.
func TestWorkers(t *testing.T) {
	for _, tt := range []struct {
		name         string
		begun, began int // by the test, and by each of those
		took         time.Duration
	}{
		{"none", 0, 0, 0},
		{"one", 1, 0, time.Second},
		{"as many as the limit", atOnce, 0, time.Second},
		{"one more", atOnce + 1, 0, 2 * time.Second},
		{"ten times as many", 10 * atOnce, 0, 10 * time.Second},
		{"some that begin others", atOnce / 2, 3, 3 * time.Second}, // half the workers go on in the first second
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var w workers
				var running, most, ran atomic.Int64
				run := func() {
					if n := running.Add(1); n > most.Load() {
						most.Store(n)
					}
					time.Sleep(time.Second)
					running.Add(-1)
					ran.Add(1)
				}
				start := time.Now()
				for range tt.begun {
					w.Go(func() {
						run()
						for range tt.began {
							w.Go(run)
						}
					})
				}
				w.Wait()
				if ran.Load() != int64(tt.begun*(1+tt.began)) || most.Load() > atOnce || time.Since(start) != tt.took {
					t.Errorf("ran %d, at most %d at once, took %s", ran.Load(), most.Load(), time.Since(start))
				}
			})
		})
	}
}
