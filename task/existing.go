package task

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
)

// ExistingError says that WatchOptions.AcceptExisting was set, and that what the run skipped is not shown to exist at the destination. It unwraps to the
// *IncompleteError and to what went wrong with the report.
type ExistingError struct {
	Outcome Outcome
	Detail  string // what is missing
	Remedy  string // what to do about it
	Err     error  // of reading the run or its report; nil if that is not what went wrong
}

// Error is one line: that of the *IncompleteError, and what is missing.
func (e *ExistingError) Error() string {
	s := (&IncompleteError{e.Outcome}).Error() + "; not accepted as existing: " + e.Detail
	if e.Err != nil {
		s += ": " + text.OneLine(e.Err)
	}
	return text.Printable(s)
}

// Unwrap is an *IncompleteError, and what went wrong with the report.
func (e *ExistingError) Unwrap() []error {
	out := []error{&IncompleteError{e.Outcome}}
	if e.Err != nil {
		out = append(out, e.Err)
	}
	return out
}

// Hint names the next action.
func (e *ExistingError) Hint() string {
	var config *ConfigError
	if errors.As(e.Err, &config) {
		return config.Hint()
	}
	return text.Printable(e.Remedy)
}

// onlySkipped reports whether the run went through and did nothing worse than to skip objects.
func (o *Outcome) onlySkipped() bool {
	return o.Verdict == WithExceptions && o.Counters.Skipped > 0 && o.Counters.Failed() == 0 && o.NotRetriable == 0 && !o.Mismatch && o.ErrorCode == "" && o.ErrorDetail == ""
}

// reportPatience is how long to wait for the report of a run that has ended.
const reportPatience = 5 * time.Minute

// listSkipped is the remedy for a report that does not list what was skipped.
const listSkipped = "give the task a STANDARD report whose Skipped or Level is SUCCESSES_AND_ERRORS"

// acceptExisting returns nil if the run's report names everything that the run skipped as existing, else an *ExistingError.
func (e *Execution) acceptExisting(ctx context.Context, o WatchOptions, out *Outcome) error {
	fail := func(detail, remedy string, err error) error {
		return &ExistingError{Outcome: *out, Detail: detail, Remedy: remedy, Err: err}
	}
	if out.Options.OverwriteMode != dstypes.OverwriteModeNever {
		return fail("the run overwrites what exists (OverwriteMode is not NEVER), so that it skipped for another reason", "set OverwriteMode NEVER, or leave AcceptExisting out", nil)
	}
	run, err := e.reported(ctx, o)
	if err != nil {
		return fail("the run could not be read", "wait for the run again", configError(e.arn, err))
	}
	out.Report = outcome(run, counters(run), e.arn, false).Report
	report, result := reportState(run.TaskReportConfig), run.ReportResult
	switch {
	case report == nil || result == nil:
		return fail("the run has no task report, and only a report names what was skipped", listSkipped, nil)
	case report.Type == dstypes.ReportOutputTypeSummaryOnly:
		return fail("the run's report is a summary, which lists no objects", listSkipped, nil)
	case result.Status == dstypes.PhaseStatusError:
		return fail("the run's report could not be written: "+out.Report.why(), hints[CauseReport], nil)
	case result.Status != dstypes.PhaseStatusSuccess:
		return fail("the run's report is not written yet", "wait for the run again", nil)
	case o.Objects == nil:
		return fail("the run's report in "+report.String()+" was not read, for want of a client", "set WatchOptions.Objects to an S3 client for the Region of the report's bucket", nil)
	}
	report.Account = o.ReportAccount
	seen := map[[16]byte]bool{} // memory grows by a few bytes for each skipped object
	for entry, err := range ReadReport(ctx, o.Objects, *report, e.arn) {
		switch {
		case err != nil:
			return fail("the run's report could not be read", "let the client of WatchOptions.Objects list and read the report's bucket; set ReportAccount if the bucket is another account's",
				NewConfigError(report.owner(e.arn), "", err))
		case entry.Kind != SkippedObjects && entry.Failed():
			return fail("the run's report says of "+text.Quoted(entry.Key)+" that it failed", "see the report in "+report.String(), nil)
		case entry.Kind == SkippedObjects && !entry.existing():
			return fail("the run's report does not say of "+text.Quoted(entry.Key)+" that it exists"+entry.because(), "see the report in "+report.String()+
				" for what was skipped for another reason, such as archived objects that are not restored", nil)
		case entry.Kind == SkippedObjects:
			sum := sha256.Sum256([]byte(entry.Key))
			seen[[16]byte(sum[:16])] = true
		}
	}
	if n := int64(len(seen)); n < out.Counters.Skipped {
		skipped := "1 object or folder"
		if out.Counters.Skipped > 1 {
			skipped = fmt.Sprintf("%d objects and folders", out.Counters.Skipped)
		}
		return fail(fmt.Sprintf("the run skipped %s, and its report in %s names %d as existing", skipped, report, n), listSkipped, nil)
	}
	return nil
}

// reported describes the run once its report is written, could not be written, or is not written in time.
func (e *Execution) reported(ctx context.Context, o WatchOptions) (*datasync.DescribeTaskExecutionOutput, error) {
	pause, start := newBackoff(o.MinDelay, o.MaxDelay), time.Now()
	for lost := 0; ; {
		run, err := e.describe(ctx)
		switch {
		case err == nil && (run.ReportResult == nil || run.ReportResult.Status != dstypes.PhaseStatusPending || time.Since(start) >= reportPatience):
			return run, nil
		case err == nil, awserr.Throttled(err):
		case (awserr.Ambiguous(err) || unreached(err)) && lost < maxLost && ctx.Err() == nil:
			lost++
		default:
			return nil, err
		}
		if err := pause.wait(ctx); err != nil {
			return nil, err
		}
	}
}

// existing reports whether the entry, which is of a skipped object, says that the object exists at the destination. Assumed: one that was skipped with
// success exists if the report names no reason, and a reason that is about that says "exist".
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-reports.html
func (e ReportEntry) existing() bool {
	reason := strings.ToLower(strings.Join([]string{e.Reason, e.ErrorCode, e.ErrorDetail}, " "))
	if strings.TrimSpace(reason) == "" {
		return e.Status == reportSucceeded
	}
	return strings.Contains(reason, "exist") && !notExisting.MatchString(reason) && (e.Status == reportSucceeded || e.Status == "")
}

// notExisting matches a reason that denies that something exists.
var notExisting = regexp.MustCompile(`(not|n't|no longer|non-?|never) ?exist|missing`)

// because is the reason of a skipped object in parentheses, behind a space; "" if the report names none.
func (e ReportEntry) because() string {
	var why []string
	for _, s := range []string{e.Status, e.Reason, e.ErrorCode, e.ErrorDetail} {
		if s = text.Printable(s); s != "" {
			why = append(why, s)
		}
	}
	if len(why) == 0 {
		return ""
	}
	return " (" + strings.Join(why, ": ") + ")"
}
