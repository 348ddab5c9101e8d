package histories_test

import (
	"flag"
	"strings"
	"sync"
	"testing"

	"github.com/xacct/xacct/internal/enginetest/kittest"
)

var (
	seeds   = flag.Uint64("seeds", 0, "play so many histories; 0 is 500 with -faults, else a few")
	one     = flag.Uint64("seed", 0, "play the history of this seed only, and show its calls; 0 is all. The jitter of delays may let it go another way: play it again")
	shorter = flag.Bool("shrink", false, "with -seed: drop steps as long as it fails in the same way")
)

// known are classes of ends that are no failures, with the reason.
var known = map[string]string{
	leftLogs:  "only a task tells that the log policy of its Region was needed: docs/limits.md",
	leftOver:  "IAM has no conditional write of the policy that tells of the key or bucket: docs/limits.md",
	ambiguous: "two versions of a transfer made unequal things at once: which of them is meant is for a person to say",
}

// rare are known classes that at most one of so many histories may end in.
var rare = map[string]int{leftOver: 100, leftLogs: 50}

// TestHistories plays the histories of many seeds. Lists that lag by three reads and more may make a thing twice: docs/limits.md.
func TestHistories(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	if *one > 0 {
		replay(t, *one)
		return
	}
	var mu sync.Mutex
	classes, limits := tally{}, tally{}
	cases, calls, reached, lost := 0, 0, 0, 0
	n := *seeds
	if n == 0 {
		n = uint64(kittest.Sample(8, 500))
	}
	t.Run("seeds", func(t *testing.T) {
		for worker := range uint64(4) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for seed := 1 + worker; seed <= n; seed += 4 {
					h := draw(seed)
					e := play(t, h)
					mu.Lock()
					cases, calls, reached, lost = cases+1, calls+e.calls, reached+e.reached, lost+e.lost
					switch {
					case e.class == "":
					case h.lag > 2:
						limits[e.class]++
					default:
						classes[e.class]++
						if known[e.class] == "" {
							t.Errorf("%s%s: %s\nreplay it: go test ./internal/enginetest/histories -run Histories -v -args -seed %d -shrink", h, e.class, e.detail, seed)
						} else {
							t.Logf("seed %d: known: %s: %s", seed, e.class, known[e.class])
						}
					}
					mu.Unlock()
				}
			})
		}
	})
	for class, of := range rare {
		if n := classes[class]; n > max(1, cases/of) {
			t.Errorf("%d of %d histories end in %s", n, cases, class)
		}
	}
	kittest.Count(t, cases, " of %d calls, %d mishaps, %d writes of others undone between read and write; ends that docs/limits.md tells of: %s; beyond the limit of lists that lag: %s",
		calls, reached, lost, classes, limits)
}

// replay plays one history, and shows it.
func replay(t *testing.T, seed uint64) {
	h := draw(seed)
	e := play(t, h)
	if e.class != "" && *shorter {
		class := e.class
		h = shrink(h, func(less history) bool { return play(t, less).class == class })
		e = play(t, h)
	}
	t.Logf("%s%s", h, strings.Join(e.trace, "\n"))
	if e.class != "" {
		t.Errorf("%s: %s", e.class, e.detail)
	}
}
