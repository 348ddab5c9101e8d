package histories_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/xacct/xacct"
)

// history is everything that a seed decides. Steps can be dropped from it.
type history struct {
	seed      uint64
	lag       int                 // how many reads see a change late
	shared    bool                // both transfers write into one bucket
	sameKey   bool                // both use the keys
	theirLogs bool                // others have a log policy of our name
	setUp     bool                // both transfers are set up before the first step
	sticky    float64             // how likely the process that made the last call makes the next
	grants    [2]xacct.GrantShape // of the transfers
	last      [2]int              // the versions that the end wants
	acts      []act
	mishaps   []mishap
}

// act is one plan that a process makes and applies.
type act struct {
	process   int
	down      bool
	transfers []int
	version   int // of each of the transfers
}

// mishap is what befalls one call, or happens right before it.
type mishap struct {
	at     int  // the number of the call, from 1
	writes bool // only writes are counted
	kind   string
	policy int // for foreign writes
	pick   int // for foreign writes
}

const (
	crashBefore = "crash before"
	crashAfter  = "crash after"
	lostBefore  = "connection lost before"
	lostAfter   = "connection lost after"
	throttled   = "throttled"
	refused     = "refused"
	serverError = "5xx"
	adds        = "others add"
	removes     = "others remove"
	changes     = "others change"
)

const (
	processes = 3
	versions  = 6
)

// draw is the history of a seed.
func draw(seed uint64) history {
	r := rand.New(rand.NewPCG(seed, 1))
	h := history{
		seed: seed, shared: r.IntN(2) == 0, sameKey: r.IntN(3) == 0, theirLogs: r.IntN(2) == 0, setUp: r.IntN(3) > 0,
		sticky: []float64{0, 0.6, 0.95}[r.IntN(3)],
		grants: [2]xacct.GrantShape{xacct.ByRole, xacct.ByAccount},
	}
	if h.lag = r.IntN(3); r.IntN(20) == 0 {
		h.lag = 3 + r.IntN(3)
	}
	if r.IntN(4) == 0 {
		h.grants[1] = xacct.ByRole
	}
	// Most acts of a history want the same few versions, so that processes meet.
	pool := []int{0, r.IntN(versions), r.IntN(versions)}[:1+r.IntN(3)]
	h.last = [2]int{pool[r.IntN(len(pool))], pool[r.IntN(len(pool))]}
	for p := range processes {
		for range 1 + r.IntN(3) {
			h.acts = append(h.acts, act{process: p, down: r.IntN(3) == 0, transfers: [][]int{{0}, {1}, {0, 1}}[r.IntN(3)], version: pool[r.IntN(len(pool))]})
		}
	}
	add := func(n int, kinds ...string) {
		for range n {
			m := mishap{kind: kinds[r.IntN(len(kinds))], writes: r.IntN(2) == 0, policy: r.IntN(4), pick: r.IntN(1000)}
			if m.at = 1 + r.IntN(60*len(h.acts)); m.writes {
				m.at = 1 + m.at/8
			}
			h.mishaps = append(h.mishaps, m)
		}
	}
	add(r.IntN(5), crashBefore, crashAfter, crashAfter, lostBefore, lostAfter, lostAfter, throttled, refused, serverError)
	add(r.IntN(7), adds, adds, removes, changes)
	return h
}

// String shows the history, a step on each line.
func (h history) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: propagation %d, one destination bucket %v, keys for both %v, log policy of others %v, set up before %v, grants %q, last versions %v\n",
		h.seed, h.lag, h.shared, h.sameKey, h.theirLogs, h.setUp, h.grants, h.last)
	for _, a := range h.acts {
		verb := "applies"
		if a.down {
			verb = "destroys"
		}
		fmt.Fprintf(&b, "  process %d %s transfers %v in version %d\n", a.process, verb, a.transfers, a.version)
	}
	for _, m := range h.mishaps {
		what := "call"
		if m.writes {
			what = "write"
		}
		fmt.Fprintf(&b, "  %s, at %s %d", m.kind, what, m.at)
		if strings.HasPrefix(m.kind, "others") {
			fmt.Fprintf(&b, ", policy %d, statement %d", m.policy, m.pick)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// shrink drops steps from a history as long as it fails in the same way.
func shrink(h history, fails func(history) bool) history {
	for again := true; again; {
		again = false
		for i := len(h.mishaps) - 1; i >= 0; i-- {
			less := h
			less.mishaps = slices.Delete(slices.Clone(h.mishaps), i, i+1)
			if fails(less) {
				h, again = less, true
			}
		}
		for i := len(h.acts) - 1; i >= 0; i-- {
			less := h
			less.acts = slices.Delete(slices.Clone(h.acts), i, i+1)
			if fails(less) {
				h, again = less, true
			}
		}
		for _, simpler := range []func(*history){
			func(h *history) { h.lag = 0 },
			func(h *history) { h.shared = false },
			func(h *history) { h.sameKey = false },
			func(h *history) { h.theirLogs = false },
			func(h *history) { h.setUp = false },
			func(h *history) { h.sticky = 1 },
		} {
			less := h
			if simpler(&less); less.String() != h.String() && fails(less) {
				h, again = less, true
			}
		}
	}
	return h
}
