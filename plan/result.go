package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
)

// Status is how a [Change] ended.
type Status string

// The ends of changes.
const (
	Done      Status = "done"      // it was made, and read back where AWS allows that
	Unchanged Status = "unchanged" // the resource was as desired: nothing was written
	Failed    Status = "failed"    // see ChangeResult.Err
	Skipped   Status = "skipped"   // a change that it requires was not made, or it is blocked
	Waiting   Status = "waiting"   // it waits for the operator of another account; apply again afterwards
)

// ChangeResult is what became of one change.
type ChangeResult struct {
	ID        string // of the change, as are the fields below it up to Op
	Account   string
	Region    string `json:",omitempty"`
	Kind      Kind
	Name      string
	Transfers []string
	Op        Op
	Status    Status
	ARN       string `json:",omitempty"` // of the location, task or role; "" if there is none
	Detail    string `json:",omitempty"` // for people
	Err       error  `json:"-"`          // why it failed, was skipped or waits
	Error     string `json:",omitempty"` // Err as text

	// Writes are the writes of a policy of a bucket, a key or CloudWatch Logs, in order, each with what was read right before and what was sent.
	// These policies have no conditional write: somebody else's write between the two is lost, and can be found and restored from here.
	Writes     []PolicyWrite `json:",omitempty"`
	RequestIDs []string      `json:",omitempty"` // AWS request ids of the writes

	Stored    *Stored                 `json:",omitempty"` // what of ours stands in the policy by now; nil if that was not read, or the change is of another kind
	Ownership s3types.ObjectOwnership `json:",omitempty"` // of a change of Object Ownership that was made: what it was before
	RoleID    string                  `json:",omitempty"` // the unique id of the role, AROA…; "" if it is not known, or the change is of another kind
}

// MarshalJSON returns the result as JSON, in which a character of a string that is not printed as itself is escaped. The strings that are read from it are
// those of the result.
func (c ChangeResult) MarshalJSON() ([]byte, error) {
	type members ChangeResult
	return text.Marshal(members(c))
}

// String is one line: how the change ended, what it is, and why. It has no documents.
func (c ChangeResult) String() string {
	line := fmt.Sprintf("%s: %s %s", c.ID, c.Op, c.Status)
	why := c.Detail
	if why == "" && c.Err != nil {
		why = c.Err.Error()
	}
	if why = cmp.Or(why, c.Error); why != "" {
		line += ": " + why
	}
	return text.Printable(line)
}

// PolicyWrite is one write of a policy that others write too.
type PolicyWrite struct {
	Time   time.Time
	Before string // what was read right before the write; "" is no policy
	After  string // what was sent; "" is a deletion
}

// Stored is what was read of a policy that others write too, after the last write or instead of one, and of a bucket's Object Ownership.
type Stored struct {
	Time time.Time       // of the read, or of the write of the Object Ownership
	Ours policy.Document // our statements, as the service shows them; zero if there are none
	Rest string          // "sha256:" and the digest, in hexadecimal, of all other statements; "" if there are none
	Sids []string        `json:",omitempty"` // every Sid of ours that was looked for: what has another one counts as a statement of others

	Ownership s3types.ObjectOwnership `json:",omitempty"` // of the bucket; "" if it was not read, or the change is of another kind
}

// Result is what Apply did.
type Result struct {
	Changes []ChangeResult // one for each change of the plan, in the plan's order

	// Warnings are what Apply found after the last location or task was made: each is about one that is not the only one tagged as ours
	// (CodeAmbiguous), mostly because an apply at the same time made it too, or of which that is not known (CodeUnread). Plan again: the next plan shows what it would delete. nil is none.
	Warnings []Finding `json:",omitempty"`
}

// MarshalJSON returns the result as JSON, in which a character of a string that is not printed as itself is escaped. The strings that are read from it are
// those of the result.
func (r Result) MarshalJSON() ([]byte, error) {
	type members Result
	return text.Marshal(members(r))
}

// String has a line for each change: how it ended, what it is, and why. Warnings follow, a line each. It has no documents.
func (r *Result) String() string {
	if r == nil {
		return ""
	}
	var lines []string
	for _, c := range r.Changes {
		lines = append(lines, c.String())
	}
	for _, w := range r.Warnings {
		lines = append(lines, text.Printable(fmt.Sprintf("%s: %s %s: %s (%s)", w.Severity, w.Code, w.Subject, w.Detail, w.Remedy)))
	}
	return strings.Join(lines, "\n")
}

// TaskARN returns the ARN of the transfer's task. It is "" if there is none: the result has no transfer of that name, or its task was not made or
// waits for the operator of another account (see Waiting). A nil Result, which Apply returns where nothing was begun, has none.
func (r *Result) TaskARN(transfer string) string {
	if r == nil {
		return ""
	}
	for _, c := range r.Changes {
		if c.Kind == DataSyncTask && slices.Contains(c.Transfers, transfer) && c.ARN != "" {
			return c.ARN
		}
	}
	return ""
}

// RequestIDs returns the AWS request ids of the writes for the transfer, by the ID of the change. It is empty for a nil Result.
func (r *Result) RequestIDs(transfer string) map[string][]string {
	out := map[string][]string{}
	if r == nil {
		return out
	}
	for _, c := range r.Changes {
		if slices.Contains(c.Transfers, transfer) && len(c.RequestIDs) > 0 {
			out[c.ID] = c.RequestIDs
		}
	}
	return out
}

// Ownership returns the Object Ownership that destination buckets had before this apply changed it, by the name of the bucket, as
// PlanOptions.Ownership of a tear-down takes it. nil is none.
func (r *Result) Ownership() map[string]s3types.ObjectOwnership {
	var out map[string]s3types.ObjectOwnership
	if r == nil {
		return nil
	}
	for _, c := range r.Changes {
		if c.Ownership == "" {
			continue
		}
		if out == nil {
			out = map[string]s3types.ObjectOwnership{}
		}
		out[c.Name] = c.Ownership
	}
	return out
}

// Report returns what an operator may hand to the operators of other accounts: how each change ended, our statements as they are stored, a digest of the
// rest of each policy, the ids of roles, times and request ids. No statement of others is in it, no document that was read or sent, and no text that
// could quote one. It is nil for a nil Result.
func (r *Result) Report() *Result {
	if r == nil {
		return nil
	}
	out := &Result{}
	for _, c := range r.Changes {
		out.Changes = append(out.Changes, ChangeResult{ID: c.ID, Account: c.Account, Region: c.Region, Kind: c.Kind, Name: c.Name, Transfers: slices.Clone(c.Transfers), Op: c.Op,
			Status: c.Status, ARN: c.ARN, RequestIDs: slices.Clone(c.RequestIDs), Stored: c.Stored, Ownership: c.Ownership, RoleID: c.RoleID})
	}
	return out
}

// Count returns how many changes ended with the status.
func (r *Result) Count(s Status) int {
	n := 0
	if r == nil {
		return n
	}
	for _, c := range r.Changes {
		if c.Status == s {
			n++
		}
	}
	return n
}

// Event is one step of Apply.
type Event struct {
	Time    time.Time
	Change  string // the change's ID
	Account string
	Region  string
	Kind    Kind
	Name    string
	Op      Op
	State   EventState
	Attempt int           // of EventWaiting: 1 is the first refusal
	Delay   time.Duration // of EventWaiting: until the next attempt
	Detail  string        // one line; "" is nothing to add
}

// MarshalJSON returns the event as JSON, in which a character of a string that is not printed as itself is escaped. The strings that are read from it are
// those of the event.
func (e Event) MarshalJSON() ([]byte, error) {
	type members Event
	return text.Marshal(members(e))
}

// String is one line: the step, its change, and more about it.
func (e Event) String() string {
	line := fmt.Sprintf("%s: %s %s", e.Change, e.Op, e.State)
	if e.State == EventWaiting {
		line += fmt.Sprintf(" (attempt %d, again in %s)", e.Attempt, e.Delay.Round(time.Millisecond))
	}
	if e.Detail != "" {
		line += ": " + e.Detail
	}
	return text.Printable(line)
}

// EventState is what an [Event] reports.
type EventState string

// The states that events report.
const (
	EventStarted EventState = "started" // the change is being made
	EventWaiting EventState = "waiting" // AWS refused it as it refuses what a new role or policy does not yet allow: it is tried again
	EventEnded   EventState = "ended"   // Detail begins with its Status
)
