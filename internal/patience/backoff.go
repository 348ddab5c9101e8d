package patience

import (
	"time"

	"github.com/xacct/xacct/internal/awserr"
)

// Backoff adds up the time that the attempts at one thing have taken, apart for each class of error. A minute of throttling, for example,
// takes nothing of the time that IAM has to make a new role known. Make one with NewBackoff before the first attempt.
type Backoff struct {
	last time.Time
	by   map[string]time.Duration
}

// NewBackoff starts to count now.
func NewBackoff() *Backoff { return &Backoff{last: time.Now(), by: map[string]time.Duration{}} }

// Over adds the attempt that has just failed with err, and the wait of d that is to follow it, to the time of the error's class. It reports
// whether that time is now more than the limit; then there should be neither wait nor further attempt.
func (b *Backoff) Over(limit, d time.Duration, err error) bool {
	class := "other"
	switch {
	case awserr.Throttled(err):
		class = "throttled"
	case awserr.Ambiguous(err):
		class = "ambiguous"
	case awserr.Propagation(err):
		class = "propagation"
	}
	now := time.Now()
	b.by[class] += now.Sub(b.last) + d
	b.last = now.Add(d)
	return b.by[class] > limit
}

// How long a read is tried again, by the class of its error. Throttling passes by waiting; a service that is broken is not waited for as
// long. SDK clients retry by themselves below this; other implementations of the clients may not.
const (
	ThrottledFor = 5 * time.Minute
	BrokenFor    = 20 * time.Second
)

// ShortBudget is how long the creation of a location is tried again when it is not certain by the policies whether its requests are allowed.
const ShortBudget = 20 * time.Second
