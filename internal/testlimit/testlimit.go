// Package testlimit gives every test a time limit of its own. The timeout of go test is one for a whole package: a test that hangs uses it up, and
// the dump at its end does not say which of the tests is to blame.
//
// Each package with tests has
//
//	func TestMain(m *testing.M) { os.Exit(testlimit.Run(m)) }
//
// A test that has run for longer than its limit ends the test binary by a panic that names it and shows its stack. The clock is the real one, also
// for a test inside a bubble of testing/synctest. The time that a parallel test waits for its turn does not count; the time that a test waits for
// its subtests in t.Run does. There is no limit where go test has none: with -timeout 0, and in a test binary that is run by itself or by a debugger.
// Nor is there one with -fuzz, which runs for as long as -fuzztime says. Benchmarks have none.
package testlimit

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// Limit is how long a test may run. Under the race detector all limits are four times as long.
const Limit = 2 * time.Minute

// garbage is the GOGC of a test binary, where the environment names none. Tests make much that lives briefly and hold little: at 100, collecting it is
// a quarter of their time.
const garbage = 400

// Exception is another limit for some tests.
type Exception struct {
	Test  string        // the top-level test, example or fuzz target; "" is every one
	Flag  string        // the exception holds if this flag of the test binary has not its default value; "" is always
	Limit time.Duration // how long the test may run
}

// Run runs the tests as m.Run does, with less collection of garbage, and returns its exit code. Of the exceptions that hold for a test, the last counts.
func Run(m *testing.M, exceptions ...Exception) int {
	if !flag.Parsed() {
		flag.Parse()
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if !limited() {
		return m.Run()
	}
	w := &watch{limit: limits(exceptions), started: map[run]time.Time{}}
	stop := make(chan struct{})
	defer close(stop)
	go w.loop(interval(exceptions), stop)
	return m.Run()
}

// limited reports whether the flags of go test ask for limits at all.
func limited() bool {
	timeout, fuzz := flag.Lookup("test.timeout"), flag.Lookup("test.fuzz")
	return timeout != nil && timeout.Value.String() != "0s" && (fuzz == nil || fuzz.Value.String() == "")
}

// limits returns how long the test with the given name may run.
func limits(exceptions []Exception) func(test string) time.Duration {
	return func(test string) time.Duration {
		limit := Limit
		for _, e := range exceptions {
			if (e.Test == "" || e.Test == test) && (e.Flag == "" || given(e.Flag)) {
				limit = e.Limit
			}
		}
		return limit * slower
	}
}

// given reports whether the flag has another value than its default.
func given(name string) bool {
	f := flag.Lookup(name)
	if f == nil {
		panic(fmt.Sprintf("testlimit: an exception names the flag -%s, which there is not", name))
	}
	return f.Value.String() != f.DefValue
}

// interval is how often the goroutines are looked at: a quarter of the shortest limit, and every two seconds at least.
func interval(exceptions []Exception) time.Duration {
	every := 2 * time.Second
	for _, e := range exceptions {
		every = min(every, e.Limit/4)
	}
	return max(every, 10*time.Millisecond)
}

// run is one run of a test or subtest.
type run struct {
	goroutine int
	function  string // that was handed to package testing, or called by its cleanup
}

// late is a test that has run for too long.
type late struct {
	goroutine
	ran, limit time.Duration
}

// watch knows since when each test runs.
type watch struct {
	limit   func(test string) time.Duration
	started map[run]time.Time
	buf     []byte
}

// loop looks at the goroutines until it is stopped, and panics once a test is late.
func (w *watch) loop(every time.Duration, stop <-chan struct{}) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case now := <-ticker.C:
			if found := w.look(w.stacks(), now); len(found) > 0 {
				debug.SetTraceback("all") // what the test waits for may be in a goroutine that it started
				panic(describe(found))
			}
		}
	}
}

// look notes which tests run, from the stacks of all goroutines, and returns those that are late, in the order of the stacks.
func (w *watch) look(stacks string, now time.Time) []late {
	started := map[run]time.Time{}
	var found []late
	for _, g := range tests(stacks) {
		key := run{g.id, g.function}
		since, ok := w.started[key]
		if !ok {
			since = now
		}
		started[key] = since
		if limit := w.limit(g.test); now.Sub(since) > limit {
			found = append(found, late{g, now.Sub(since), limit})
		}
	}
	w.started = started
	return found
}

// describe is the text of the panic.
func describe(found []late) string {
	var b strings.Builder
	for i, l := range found {
		if i > 0 {
			b.WriteString("\n\n")
		}
		fmt.Fprintf(&b, "testlimit: %s has run for %v, longer than its limit of %v", l.test, l.ran.Round(time.Millisecond), l.limit)
		if !strings.HasSuffix(l.function, "."+l.test) {
			fmt.Fprintf(&b, " (in %s)", l.function)
		}
		b.WriteString("\n\n" + l.stack)
	}
	return b.String()
}

// stacks are those of all goroutines. The buffer is kept, so that tests that measure memory see little of it.
func (w *watch) stacks() string {
	for {
		if n := runtime.Stack(w.buf, true); n < len(w.buf) {
			return string(w.buf[:n])
		}
		w.buf = make([]byte, max(64<<10, 2*len(w.buf)))
	}
}
