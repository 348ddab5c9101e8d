package task

import (
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// Verdict says how a run ended.
type Verdict int

// The verdicts. The zero value is "not known": the run has not ended.
const (
	Unknown        Verdict = iota
	Complete               // everything arrived
	WithExceptions         // DataSync says SUCCESS, but something failed, was skipped with an error, or differs
	Failed
	Cancelled
)

// Counters are what DataSync counts in a run. In a BASIC run the fields of ENHANCED runs are 0.
type Counters struct {
	EstimatedFiles, EstimatedBytes                         int64
	Files, Bytes                                           int64 // transferred; bytes as written at the destination
	Skipped, Verified, Deleted                             int64
	Listed, Prepared                                       int64 // ENHANCED
	FailedPrepare, FailedTransfer, FailedVerify, FailedDel int64 // ENHANCED
}

// Progress is one look at a run.
type Progress struct {
	ExecutionARN string
	Status       dstypes.TaskExecutionStatus
	Mode         dstypes.TaskMode
	Counters     Counters
	Percent      float64  // 0 to 100, never 100 before the end; -1 if it cannot be told
	Estimating   bool     // the estimate still grows: Percent may fall
	Outcome      *Outcome // set in the last one only
}

// Outcome is how a run ended.
type Outcome struct {
	ExecutionARN                   string
	Verdict                        Verdict
	Status                         dstypes.TaskExecutionStatus
	ErrorCode, ErrorDetail         string
	Counters                       Counters
	StartTime, LaunchTime, EndTime time.Time
	Duration                       time.Duration
}

// IncompleteError says that a run ended otherwise than Complete.
type IncompleteError struct{ Outcome Outcome }

// Error is one line.
func (e *IncompleteError) Error() string { return "incomplete" }

// Hint names the next action.
func (e *IncompleteError) Hint() string { return "" }
