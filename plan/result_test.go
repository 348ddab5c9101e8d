package plan

import "testing"

// TestNilResult: Apply returns a nil Result where nothing was begun, and callers ask it before they look at the error.
func TestNilResult(t *testing.T) {
	var r *Result
	if got := r.TaskARN("nightly"); got != "" {
		t.Errorf("TaskARN is %q", got)
	}
	if got := r.Count(Done); got != 0 {
		t.Errorf("Count is %d", got)
	}
	if got := r.String(); got != "" {
		t.Errorf("String is %q", got)
	}
}
