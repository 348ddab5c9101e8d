package kittest

import (
	"flag"
	"fmt"
	"strings"
	"testing"
)

var everyFault = flag.Bool("faults", false, "run the whole fault matrix, not a sample of it")

// EveryFault reports whether -faults asks for every case. Without it a test takes a sample.
func EveryFault() bool { return *everyFault }

// Sample is how many random cases a test takes: many with -faults, else few.
func Sample(few, many int) int {
	if *everyFault {
		return many
	}
	return few
}

// Count says how many cases a test had, for .ci/faults.
func Count(t *testing.T, cases int, more string, args ...any) {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/")
	t.Logf("faults: %s: %d cases%s", name, cases, fmt.Sprintf(more, args...))
	if cases == 0 {
		t.Error("no case ran")
	}
}

// SkipUnlessFaults skips a test that goes through all interruptions or all permissions of something, and is run whole by .ci/faults.
func SkipUnlessFaults(t *testing.T) {
	t.Helper()
	if !*everyFault {
		t.Skip("a sweep, which .ci/faults runs with -faults")
	}
}
