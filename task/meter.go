package task

import "time"

// meter measures how fast a run writes, from a bounded number of recent samples.
type meter struct {
	samples [meterWindow]sample
	n       int
}

type sample struct {
	at    time.Time
	bytes int64
}

const (
	meterWindow = 8
	steadyAfter = 4   // samples that are needed to call a rate steady
	steadyRatio = 1.5 // maximum ratio between the rates of the two halves of the window
)

// add adds a sample. It starts over if the run is not moving or the number of bytes goes down.
func (m *meter) add(moving bool, at time.Time, bytes int64) {
	if !moving || m.n > 0 && bytes < m.samples[m.n-1].bytes {
		m.n = 0
	}
	if !moving {
		return
	}
	if m.n == meterWindow {
		copy(m.samples[:], m.samples[1:])
		m.n--
	}
	m.samples[m.n] = sample{at, bytes}
	m.n++
}

// rate returns the bytes per second over the window, and whether the rate is steady.
func (m *meter) rate() (perSecond float64, steady bool) {
	if m.n < 2 {
		return 0, false
	}
	middle := m.n / 2
	perSecond = speed(m.samples[0], m.samples[m.n-1])
	older, newer := speed(m.samples[0], m.samples[middle]), speed(m.samples[middle], m.samples[m.n-1])
	if m.n < steadyAfter || older <= 0 || newer <= 0 {
		return perSecond, false
	}
	return perSecond, newer/older < steadyRatio && older/newer < steadyRatio
}

func speed(a, b sample) float64 {
	if d := b.at.Sub(a.at).Seconds(); d > 0 {
		return float64(b.bytes-a.bytes) / d
	}
	return 0
}
