package growthtest

import (
	"math"
	"testing"
	"time"
)

// TestGrowth measures functions whose time and bytes are given.
func TestGrowth(t *testing.T) {
	for _, tt := range []struct {
		name string
		work func(n float64) float64 // microseconds, and bytes
		fits bool
	}{
		{"nothing", func(float64) float64 { return 0 }, true},
		{"constant", func(float64) float64 { return 1e5 }, true},
		{"logarithm", math.Log, true},
		{"linear", func(n float64) float64 { return 10 * n }, true},
		{"n log n", func(n float64) float64 { return n * math.Log(n) }, true},
		{"n to the 1.7", func(n float64) float64 { return math.Pow(n, 1.7) }, false},
		{"quadratic", func(n float64) float64 { return n * n }, false},
		{"linear, and a little quadratic", func(n float64) float64 { return 10*n + n*n }, false},
		{"exponential", func(n float64) float64 { return math.Pow(1.01, n) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := measurement{name: tt.name, most: 1 << 12, run: func(n int) (time.Duration, uint64) {
				w := tt.work(float64(n))
				return time.Duration(w * 1000), uint64(min(w, 1e15))
			}}
			r := m.growth()
			if fits := r.time <= maxTime; fits != tt.fits {
				t.Errorf("%s: fits %v, want %v", r, fits, tt.fits)
			}
		})
	}
}

// TestGrowthOnABusyMachine: runs that were disturbed do not count.
func TestGrowthOnABusyMachine(t *testing.T) {
	runs := 0
	m := measurement{name: "linear", most: 1 << 12, run: func(n int) (time.Duration, uint64) {
		runs++
		took := time.Duration(10*n) * time.Microsecond
		if runs%3 == 0 {
			took *= 50
		}
		return took, uint64(n)
	}}
	if r := m.growth(); r.time > maxTime {
		t.Error(r)
	}
}

func TestExported(t *testing.T) {
	got := exported(t)
	if len(got) != 1 || got[0] != "Run" {
		t.Errorf("exported: %q, want Run alone", got)
	}
}
