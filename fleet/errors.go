package fleet

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// GateError says that a transfer was not begun because canaries are not complete.
type GateError struct {
	Canaries []string // those that are not complete, by name
}

// Error is one line: the canaries.
func (e *GateError) Error() string {
	return text.Printable(fmt.Sprintf("not begun: canar%s not complete: %s", ies(len(e.Canaries)), text.Few(e.Canaries)))
}

// ies is the ending of "canary" with its verb.
func ies(n int) string {
	if n == 1 {
		return "y"
	}
	return "ies"
}

// Hint names the next action.
func (e *GateError) Hint() string {
	return "see the errors of the canaries, mend what they say, and make a new Runner: with the same RunID if they were not started, else with another, which runs them anew"
}

// StuckError says that a transfer was not started because it is not known of MaxRunning others whether they still run.
type StuckError struct {
	Account, Region string
	Unknown         int // how many
	RunID           string
}

// Error is one line: where, and how many runs are not known.
func (e *StuckError) Error() string {
	return text.Printable(fmt.Sprintf("account %s in %s: not started: whether %d other run%s still go%s on is not known, which is as many as may run at once", e.Account, e.Region,
		e.Unknown, text.Plural(e.Unknown), map[bool]string{true: "es"}[e.Unknown == 1]))
}

// Hint names the next action.
func (e *StuckError) Hint() string {
	return text.Printable(fmt.Sprintf("see the errors of the rows that are unknown, and make a new Runner with the RunID %q once their runs can be looked at", e.RunID))
}

// InterruptedError says that Run ended because its context did. No run was cancelled.
type InterruptedError struct {
	RunID      string
	Running    []string // the transfers whose runs go on, by name; their Rows have the ARNs
	Unknown    []string // those of which it is not known
	NotStarted []string // those in the State Waiting, that are not begun; of those in the State NotStarted the Rows tell
	NoReceipt  []string // those that have ended, and whose receipts are not written
	Err        error    // the cause of the context's end
}

// Error is one line: what runs on, and what was not begun.
func (e *InterruptedError) Error() string {
	line := fmt.Sprintf("run %s stopped watching: %v", e.RunID, e.Err)
	for _, p := range []struct {
		names []string
		what  string
	}{{e.Running, "running on"}, {e.Unknown, "unknown"}, {e.NotStarted, "not begun"}, {e.NoReceipt, "without a receipt"}} {
		if len(p.names) > 0 {
			line += fmt.Sprintf("; %d %s: %s", len(p.names), p.what, text.Few(p.names))
		}
	}
	return text.Printable(line)
}

// Unwrap is the cause.
func (e *InterruptedError) Unwrap() error { return e.Err }

// Hint names the next action.
func (e *InterruptedError) Hint() string {
	return text.Printable(fmt.Sprintf("make a new Runner with the RunID %q: it watches what runs on, and starts only what was not begun", e.RunID))
}

// IncompleteError says that not every transfer is complete.
type IncompleteError struct {
	RunID  string
	Counts Counts
	Rows   []Row // those that are not complete, in the plan's order
}

// Error is one line: how many transfers are in which state, and the names of some that are not complete.
func (e *IncompleteError) Error() string {
	names := make([]string, len(e.Rows))
	for i, r := range e.Rows {
		names[i] = r.Transfer
	}
	return text.Printable(fmt.Sprintf("run %s: %s; not complete: %s", e.RunID, e.Counts, text.Few(names)))
}

// Unwrap is the errors of the rows.
func (e *IncompleteError) Unwrap() []error {
	var out []error
	for _, r := range e.Rows {
		if r.Err != nil {
			out = append(out, r.Err)
		}
	}
	return out
}

// Hint names the next action. What is held is for the hints of the canaries' errors.
func (e *IncompleteError) Hint() string {
	var ways []string
	c := e.Counts
	if c.Waiting+c.Running+c.Unknown > 0 {
		ways = append(ways, fmt.Sprintf("call Run again, or make a new Runner with the RunID %q: it watches what runs and starts what was not begun", e.RunID))
	}
	if c.NotStarted > 0 {
		ways = append(ways, fmt.Sprintf("mend why transfers were not started and make a new Runner with the RunID %q, of a new plan if one was blocked or waited for another account", e.RunID))
	}
	if c.WithExceptions+c.Failed+c.Cancelled > 0 {
		ways = append(ways, "make a plan of the transfers alone whose runs were not complete, and run it with another RunID: DataSync transfers what differs")
	}
	if len(ways) == 0 {
		return (&GateError{}).Hint()
	}
	return text.Printable(strings.Join(ways, "; "))
}
