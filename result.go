package xacct

import (
	"slices"
	"time"
)

// Status is how a change ended.
type Status string

const (
	Done      Status = "done"      // it was made, and read back where AWS lets one
	Unchanged Status = "unchanged" // everything was as wanted: nothing was written
	Failed    Status = "failed"    // see Err
	Skipped   Status = "skipped"   // a change that it requires was not made, or it is blocked
	Waiting   Status = "waiting"   // it waits for the operator of another account; apply again afterwards
)

// ChangeResult is what became of one change.
type ChangeResult struct {
	ID        string
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

	// Writes are the policy documents around each write of the policy of a bucket, of a key or of CloudWatch Logs, in order: what was read
	// right before, and what was sent. None of them has a conditional write: somebody else's write between the two is lost, and these are the
	// means to find and restore it.
	Writes     []PolicyWrite `json:",omitempty"`
	RequestIDs []string      `json:",omitempty"` // AWS request ids of the writes
}

// PolicyWrite is one write of a policy that others write too.
type PolicyWrite struct {
	Time   time.Time
	Before string // what was read right before the write; "" is no policy
	After  string // what was sent; "" is a deletion
}

// Result is what an apply did: every change of the plan, in the plan's order.
type Result struct {
	Changes []ChangeResult
}

// TaskARN is the ARN of the transfer's task; "" if there is none.
func (r *Result) TaskARN(transfer string) string {
	for _, c := range r.Changes {
		if c.Kind == DataSyncTask && slices.Contains(c.Transfers, transfer) && c.ARN != "" {
			return c.ARN
		}
	}
	return ""
}

// Count is how many changes ended in the status.
func (r *Result) Count(s Status) int {
	n := 0
	for _, c := range r.Changes {
		if c.Status == s {
			n++
		}
	}
	return n
}

// Event is a step of an apply.
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

// EventState is what an [Event] reports.
type EventState string

const (
	EventStarted EventState = "started" // the change is being made
	EventWaiting EventState = "waiting" // it was refused as a young role or policy is, and is tried again
	EventEnded   EventState = "ended"   // Detail begins with its Status
)
