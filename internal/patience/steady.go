package patience

import (
	"time"
)

// How long a read is tried again. Throttling passes by waiting; a service that is broken is not waited for as long. SDK clients have
// retries of their own below these, other clients have none.
const (
	ThrottledFor = 5 * time.Minute
	BrokenFor    = 20 * time.Second
)
