package task

import (
	"fmt"
	"testing"
)

// An outcome prints as one line, and the text of DataSync cannot leave it.
func TestOutcomeString(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   Outcome
		want string
	}{
		{"complete", Outcome{Verdict: Complete, Counters: Counters{Files: 3, BytesWritten: 6}}, "complete: 3 objects, 6 bytes transferred"},
		{"skipped", Outcome{Verdict: WithExceptions, Counters: Counters{Files: 3, BytesWritten: 6, Skipped: 2}},
			"with exceptions: 3 objects, 6 bytes transferred, 1 exception"},
		{"failed", Outcome{Verdict: Failed, ErrorCode: "Denied", ErrorDetail: "no\x1b[2J\nway"}, `failed: 0 objects, 0 bytes transferred, 1 exception: no\x1b[2J way`},
		{"the zero value", Outcome{}, "unknown: 0 objects, 0 bytes transferred"},
	} {
		if got := fmt.Sprint(&tt.in); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
