package task

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// Verdict says how a run ended.
type Verdict int

// The verdicts. The zero value is "not known".
const (
	Unknown        Verdict = iota
	Complete               // DataSync says SUCCESS, and nothing failed, was left out or differs
	WithExceptions         // DataSync says SUCCESS, but something failed, was skipped or differs
	Failed                 // DataSync says ERROR
	Cancelled              // DataSync says ERROR, because somebody cancelled the run
)

// String is the verdict in lower-case words.
func (v Verdict) String() string {
	switch v {
	case Complete:
		return "complete"
	case WithExceptions:
		return "with exceptions"
	case Failed:
		return "failed"
	case Cancelled:
		return "cancelled"
	default:
		return "unknown"
	}
}

// Outcome is how a run ended.
type Outcome struct {
	ExecutionARN           string
	Verdict                Verdict
	Status                 dstypes.TaskExecutionStatus // SUCCESS or ERROR
	Mode                   dstypes.TaskMode
	ErrorCode, ErrorDetail string // DataSync's; "" if it gave none; a SUCCESS may have them too
	Counters               Counters
	StartTime              time.Time     // when the run was asked for; zero if DataSync does not say
	LaunchTime             time.Time     // when it left the queue and began; zero if DataSync does not say
	EndTime                time.Time     // zero if DataSync does not say
	Duration               time.Duration // from the beginning to the end; 0 if DataSync does not say
}

// outcome judges a run that has ended. cancelled: somebody is known to have cancelled it.
func outcome(out *datasync.DescribeTaskExecutionOutput, c Counters, arn string, cancelled bool) *Outcome {
	o := &Outcome{
		ExecutionARN: arn, Status: out.Status, Mode: out.TaskMode, Counters: c,
		StartTime: aws.ToTime(out.StartTime), LaunchTime: aws.ToTime(out.LaunchTime), EndTime: aws.ToTime(out.EndTime),
	}
	mismatch := false
	if r := out.Result; r != nil {
		o.ErrorCode, o.ErrorDetail = aws.ToString(r.ErrorCode), aws.ToString(r.ErrorDetail)
		o.Duration = time.Duration(aws.ToInt64(r.TotalDuration)) * time.Millisecond
		for _, phase := range []dstypes.PhaseStatus{r.PrepareStatus, r.TransferStatus, r.VerifyStatus} {
			mismatch = mismatch || phase == dstypes.PhaseStatusError
		}
	}
	if o.Duration == 0 && !o.EndTime.IsZero() {
		begin := o.LaunchTime
		if begin.IsZero() {
			begin = o.StartTime
		}
		if !begin.IsZero() {
			o.Duration = o.EndTime.Sub(begin)
		}
	}
	// A run that must not overwrite skips what is there, as it was told to. Any other skip is something that did not arrive (assumed).
	kept := out.Options != nil && out.Options.OverwriteMode == dstypes.OverwriteModeNever
	switch {
	case out.Status == dstypes.TaskExecutionStatusError && (cancelled || speaksOfCancelling(o)):
		o.Verdict = Cancelled
	case out.Status == dstypes.TaskExecutionStatusError:
		o.Verdict = Failed
	case c.Failed() > 0 || c.Skipped > 0 && !kept || mismatch || o.ErrorCode != "":
		o.Verdict = WithExceptions
	default:
		o.Verdict = Complete
	}
	return o
}

// speaksOfCancelling looks for the word in both spellings (assumed: DataSync does not document how a cancelled run ends).
func speaksOfCancelling(o *Outcome) bool {
	text := strings.ToLower(o.ErrorCode + " " + o.ErrorDetail)
	return strings.Contains(text, "cancelled") || strings.Contains(text, "canceled")
}
