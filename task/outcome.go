package task

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/xacct/xacct/internal/text"
)

// Verdict says how a run ended. It is stricter than DataSync's status.
type Verdict int

// The verdicts. The zero Verdict is Unknown.
const (
	Unknown        Verdict = iota
	Complete               // DataSync reports SUCCESS, and nothing failed, was skipped or differs
	WithExceptions         // DataSync reports SUCCESS, but something failed, was skipped or differs
	Failed                 // DataSync says ERROR
	Cancelled              // DataSync reports ERROR because the run was cancelled
)

// String returns the verdict in lower-case words.
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
	RequestID              string // AWS's request id of the call that started the run, as in CloudTrail; "" if this process did not start it
	Verdict                Verdict
	Status                 dstypes.TaskExecutionStatus // SUCCESS or ERROR
	Mode                   dstypes.TaskMode
	ErrorCode, ErrorDetail string // DataSync's error, also possible for a SUCCESS; "" if there is none
	Counters               Counters
	Options                Options       // options in force in the run
	Mismatch               bool          // a phase of the run ended as ERROR, such as the verification
	Report                 ReportOutcome // what happened to its task report
	StartTime              time.Time     // when the run was requested; zero if DataSync does not say
	LaunchTime             time.Time     // when it left the queue; zero if DataSync does not say
	EndTime                time.Time     // zero if DataSync does not say
	Duration               time.Duration // time from launch to end; 0 if DataSync does not say

	// NotRetriable is how many objects [Retry] left out of this run because DataSync skips their keys; 0 is none, or that the run was not watched with
	// the Execution that Retry returned, whose NotRetriable method lists them.
	NotRetriable int `json:",omitempty"`
}

// MarshalJSON returns the outcome as JSON, in which a character of a string that is not printed as itself is escaped. The strings that are read from it are
// those of the outcome.
func (o Outcome) MarshalJSON() ([]byte, error) {
	type members Outcome
	return text.Marshal(members(o))
}

// String is one line: the verdict, what was transferred, and how many exceptions there are.
func (o *Outcome) String() string {
	files, written := o.Counters.Files, o.Counters.BytesWritten
	line := fmt.Sprintf("%s: %d object%s, %d byte%s transferred", o.Verdict, files, text.Plural(int(files)), written, text.Plural(int(written)))
	if n := len(o.Exceptions()); n > 0 {
		line += fmt.Sprintf(", %d exception%s", n, text.Plural(n))
	}
	if why := cmp.Or(o.ErrorDetail, o.ErrorCode); why != "" {
		line += ": " + why
	}
	return text.Printable(line)
}

// ReportOutcome says what happened to the report of a run. It is zero if the run has no report. The report may be missing even if the run is
// Complete.
type ReportOutcome struct {
	Status                 dstypes.PhaseStatus // PENDING, SUCCESS or ERROR; "" is no report
	ErrorCode, ErrorDetail string              // "" unless it is ERROR
}

// why is the reason why the report could not be written.
func (r ReportOutcome) why() string {
	return cmp.Or(strings.Join(strings.Fields(r.ErrorCode+" "+r.ErrorDetail), " "), "DataSync does not say why")
}

// Exception is one difference from a run that transfers everything.
type Exception struct {
	What   string // such as "failed to transfer", "skipped"
	Count  int64  // number of objects and folders, or of what What names; 0 is not known
	Reason string // DataSync's reason, escaped, or a possible one
	Note   bool   // true if it does not count against Complete, such as a deviation from the estimates
}

// Exceptions explains the verdict: what failed, was skipped or differs, in a fixed order. Notes, which only a person can assess, come last: that the
// report could not be written, and how far the run stayed below its estimates. It returns nil if there is nothing to explain.
func (o *Outcome) Exceptions() []Exception {
	var out []Exception
	c := o.Counters
	for _, f := range []struct {
		what   string
		count  int64
		reason string
	}{
		{"failed to list", c.FailedList, "DataSync could not list a folder: the role may lack s3:ListBucket"},
		{"failed to prepare", c.FailedPrepare, "DataSync could not read what is to be compared"},
		{"failed to transfer", c.FailedTransfer, "the roles may not read, decrypt or write the object, or it changed meanwhile"},
		{"failed to verify", c.FailedVerify, "the copy differs: the source may have changed meanwhile, or lacks a content type"},
		{"failed to delete", c.FailedDelete, "the destination's role may lack s3:DeleteObject, or the object is locked"},
	} {
		if f.count > 0 {
			out = append(out, Exception{What: f.what, Count: f.count, Reason: f.reason})
		}
	}
	if c.Skipped > 0 {
		reason := "archived objects that are not restored, keys that DataSync cannot transfer, or, in a BASIC run, errors; a report lists them"
		if o.Options.OverwriteMode == dstypes.OverwriteModeNever {
			reason = "objects that are at the destination already, which the run was told never to overwrite; or " + reason
		}
		out = append(out, Exception{What: "skipped", Count: c.Skipped, Reason: reason})
	}
	if o.NotRetriable > 0 {
		out = append(out, Exception{What: "not retriable", Count: int64(o.NotRetriable), Reason: "DataSync skips their keys: Execution.NotRetriable lists them"})
	}
	if o.Mismatch && c.FailedVerify == 0 && o.Status == dstypes.TaskExecutionStatusSuccess {
		out = append(out, Exception{What: "mismatches", Reason: "a phase of the run ended as ERROR; the log names the objects"})
	}
	if o.ErrorCode != "" || o.ErrorDetail != "" {
		out = append(out, Exception{What: "error", Reason: strings.Join(strings.Fields(o.ErrorCode+" "+o.ErrorDetail), " ")})
	}
	if o.Report.Status == dstypes.PhaseStatusError {
		out = append(out, Exception{What: "report not written", Note: true, Reason: o.Report.why()})
	}
	out = append(append(out, o.nothing()...), o.short()...)
	for i := range out {
		out[i].Reason = text.Escape(out[i].Reason)
	}
	return out
}

// nothing returns a note on a SUCCESS that found no object, which DataSync does not call an error: a typing error in a prefix, filter or manifest ends so.
// A BASIC run does not count what it finds, so that there it is not known if nothing was to be done.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_TaskExecutionFilesListedDetail.html
func (o *Outcome) nothing() []Exception {
	c := o.Counters
	if o.Status != dstypes.TaskExecutionStatusSuccess || o.Mismatch || c.Failed()+c.Skipped+c.Files+c.Verified > 0 {
		return nil
	}
	enhanced := o.Mode == dstypes.TaskModeEnhanced
	switch {
	case enhanced && c.Listed == 0:
		return []Exception{{What: "no object found", Note: true,
			Reason: "nothing lies below the source's prefix, which is a folder, or the filters or the manifest select nothing"}}
	case !enhanced && c.EstimatedFiles <= c.EstimatedDeletes && c.Folders == (FolderCounters{}): // the estimate counts deletions too
		return []Exception{{What: "no object to transfer", Note: true,
			Reason: "none was found at the source, or all are at the destination already: a BASIC run does not tell which"}}
	}
	return nil
}

// short returns notes on how far a SUCCESS stayed below its estimates. That is not an error: an object or folder may have been deleted, or be the same
// on both sides, when its turn comes. Source: https://docs.aws.amazon.com/datasync/latest/userguide/transfer-performance-counters.html
func (o *Outcome) short() []Exception {
	c := o.Counters
	if o.Status != dstypes.TaskExecutionStatusSuccess || c.Failed()+c.Skipped > 0 { // failed and skipped objects explain the difference
		return nil
	}
	var out []Exception
	for _, f := range []struct {
		what            string
		estimated, done int64
	}{
		{"objects fewer than estimated", c.EstimatedFiles, c.Files},
		{"bytes fewer than estimated", c.EstimatedBytes, c.BytesWritten},
		{"deletes fewer than estimated", c.EstimatedDeletes, c.Deleted},
		{"folders fewer than estimated", c.Folders.Estimated, c.Folders.Transferred},
		{"folder deletes fewer than estimated", c.Folders.EstimatedDeletes, c.Folders.Deleted},
	} {
		if f.done < f.estimated {
			out = append(out, Exception{What: f.what, Count: f.estimated - f.done, Note: true,
				Reason: fmt.Sprintf("%d of %d: the estimate may have been too high, or the source changed meanwhile; a report lists what was done", f.done, f.estimated)})
		}
	}
	return out
}

// outcome returns the outcome of a run that has ended. cancelled says that the run is known to have been cancelled.
func outcome(out *datasync.DescribeTaskExecutionOutput, c Counters, arn string, cancelled bool) *Outcome {
	o := &Outcome{
		ExecutionARN: arn, Status: out.Status, Mode: out.TaskMode, Counters: c, Options: fromSDK(out.Options),
		StartTime: aws.ToTime(out.StartTime), LaunchTime: aws.ToTime(out.LaunchTime), EndTime: aws.ToTime(out.EndTime),
	}
	if r := out.ReportResult; r != nil {
		o.Report = ReportOutcome{Status: r.Status, ErrorCode: aws.ToString(r.ErrorCode), ErrorDetail: aws.ToString(r.ErrorDetail)}
	}
	if r := out.Result; r != nil {
		o.ErrorCode, o.ErrorDetail = aws.ToString(r.ErrorCode), aws.ToString(r.ErrorDetail)
		o.Duration = time.Duration(aws.ToInt64(r.TotalDuration)) * time.Millisecond
		for _, phase := range []dstypes.PhaseStatus{r.PrepareStatus, r.TransferStatus, r.VerifyStatus} {
			o.Mismatch = o.Mismatch || phase == dstypes.PhaseStatusError
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
	switch {
	case out.Status == dstypes.TaskExecutionStatusError && (cancelled || speaksOfCancelling(o)):
		o.Verdict = Cancelled
	case out.Status == dstypes.TaskExecutionStatusError:
		o.Verdict = Failed
	case c.Failed() > 0 || c.Skipped > 0 || o.Mismatch || o.ErrorCode != "" || o.ErrorDetail != "":
		o.Verdict = WithExceptions
	default:
		o.Verdict = Complete
	}
	return o
}

// leaveOut notes how many objects the run was to transfer and could not be told to.
func (o *Outcome) leaveOut(n int) {
	o.NotRetriable = n
	if n > 0 && o.Verdict == Complete {
		o.Verdict = WithExceptions
	}
}

// speaksOfCancelling reports whether the error of the run mentions cancelling, in either spelling. DataSync does not document how a cancelled run
// ends; this is assumed. "Request cancelled" and "context cancelled" do not count: they are about DataSync's own calls, such as a timeout.
func speaksOfCancelling(o *Outcome) bool {
	text := strings.NewReplacer("cancelled", "canceled", "request canceled", "", "context canceled", "").Replace(strings.ToLower(o.ErrorCode + " " + o.ErrorDetail))
	return strings.Contains(text, "canceled")
}
