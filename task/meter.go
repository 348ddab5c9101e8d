package task

import "time"

// meter measures how fast a run writes, over its last looks: its size does not grow with the run.
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
	steadyAfter = 4   // samples, before a rate is taken for steady
	steadyRatio = 1.5 // between the rates of the two halves of the window
)

// add notes a look. Looks at a run that is not moving, and bytes that go back, begin anew.
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

// rate is bytes per second over the window, and whether it holds steady.
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
