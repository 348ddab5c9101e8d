package task

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/problem"
)

// Failures are the keys, relative to the location, of the objects that a report says did not arrive: those that failed to be transferred or
// verified, and those that were skipped because of an error. Each comes once; memory grows by a few bytes for each of them, not with the report.
// An error comes last.
func Failures(report iter.Seq2[ReportEntry, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		seen := map[[16]byte]bool{}
		for e, err := range report {
			if err != nil {
				yield("", err)
				return
			}
			if !e.Failed() || e.Folder || e.Key == "" || strings.HasSuffix(e.Key, "/") || e.Kind == DeletedObjects { // a manifest lists no folders
				continue
			}
			sum := sha256.Sum256([]byte(e.Key))
			id := [16]byte(sum[:16])
			if !seen[id] && !yield(e.Key, nil) {
				return
			}
			seen[id] = true
		}
	}
}

var ruleManifestEntry = problem.Rule{
	ID: "manifest-entry", Text: "must be the key of an object: 1 to 1,024 bytes of UTF-8, not ending in a slash",
	Remedy: "leave folders and prefixes out: a manifest lists objects one by one", Source: manifestPage,
}

// WriteManifest writes a manifest of the keys, which are relative to the source location, to where m says, and returns how many there were and m
// with the version written, if the bucket has versions. A key that comes again is written once, as DataSync refuses a manifest that repeats one.
// Without a key nothing is written. The keys are held in memory until they are sent; api is of the bucket's Region. S3 is asked to refuse a bucket
// of another owner than m.Account or, without it, the account of m.RoleARN, which is the task's. An error of keys, and a key that a manifest cannot
// have, are errors: nothing is written then.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
func WriteManifest(ctx context.Context, api ObjectsAPI, m Manifest, keys iter.Seq2[string, error]) (Manifest, int, error) {
	var l problem.List
	m.check(&l, "Manifest", Spec{})
	if err := l.Err(); err != nil {
		return m, 0, err
	}
	var body bytes.Buffer
	w := csv.NewWriter(&body)
	seen := map[string]bool{}
	for key, err := range keys {
		if err != nil {
			return m, 0, err
		}
		if seen[key] {
			continue
		}
		seen[key] = true
		good := key != "" && len(key) <= 1024 && utf8.ValidString(key) && !strings.HasSuffix(key, "/")
		l.Check(good, ruleManifestEntry, "", key)
		if err := errors.Join(l.Err(), w.Write([]string{key})); err != nil {
			return m, 0, err
		}
	}
	w.Flush()
	if len(seen) == 0 {
		return m, 0, nil
	}
	role, _ := region.ParseARN(m.RoleARN)
	out, err := api.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &m.Bucket, Key: &m.Key, Body: bytes.NewReader(body.Bytes()), ContentType: new("text/csv"), ExpectedBucketOwner: optional(cmp.Or(m.Account, role.Account)),
	})
	if err != nil {
		return m, 0, fmt.Errorf("writing the manifest %s: %w", m, err)
	}
	m.VersionID = aws.ToString(out.VersionId)
	return m, len(seen), nil
}

// Retry starts a run of just the objects that an earlier run left behind, by what its STANDARD report says: it reads the report, writes the manifest,
// and starts the task with it, without the task's filters. It returns nil, and starts nothing, if nothing failed. m.RoleARN is the role that DataSync
// reads the manifest with. objects is of the Region of both buckets.
//
// A copy that failed verification has the size and time of its source, so that a run which compares would leave it as it is, unverified. If the report
// has one, the run copies every object of the manifest anew: its TransferMode is ALL, its OverwriteMode ALWAYS, also where the task's are not, and its
// PreserveDeletedFiles PRESERVE, as ALL asks for. optFns come after that: set single members of Options there, not all of it.
//
// The run must have gone through all of its objects and its report be written, and the report must list as many objects as the run counted as failed:
// else the error is a *RetryError, and nothing is written or started. What a run that failed or was cancelled never came to is in no report: start the
// task again after such a run, it goes on with what differs. It does not replace copies that failed verification: give it TransferMode ALL for these.
func Retry(ctx context.Context, api ExecutionAPI, objects ObjectsAPI, executionARN string, report Report, m Manifest, optFns ...func(*StartOptions)) (*Execution, error) {
	e := Attach(api, executionARN)
	var l problem.List
	l.Check(report.Type != dstypes.ReportOutputTypeSummaryOnly, ruleReportType, "Report.Type", string(report.Type))
	l.Under("", e.check())
	l.Check(m.RoleARN != "", ruleDataRoleKnown, "Manifest.RoleARN", "")
	if err := l.Err(); err != nil {
		return nil, err
	}
	run, err := e.describe(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", executionARN, err)
	}
	ended := outcome(run, counters(run), executionARN, false)
	if err := retriable(run, ended); err != nil {
		return nil, err
	}
	behind, err := leftBehind(ReadReport(ctx, objects, report, executionARN))
	if err != nil {
		return nil, err
	}
	if err := behind.covers(run, ended, report); err != nil || len(behind.keys) == 0 {
		return nil, err
	}
	task, _ := region.ParseARN(executionARN)
	over(&m.Account, task.Account)
	m, _, err = WriteManifest(ctx, objects, m, func(yield func(string, error) bool) {
		for _, key := range behind.keys {
			if !yield(key, nil) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	instead := func(o *StartOptions) {
		o.Manifest, o.Includes, o.Excludes = &m, []string{}, []string{}
		if behind.unverified {
			o.Options.TransferMode, o.Options.OverwriteMode = dstypes.TransferModeAll, dstypes.OverwriteModeAlways
			o.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesPreserve
		}
	}
	return Start(ctx, api, taskOf(executionARN), append([]func(*StartOptions){instead}, optFns...)...)
}

// retriable reports why the report of a run does not say what has to run again.
func retriable(run *datasync.DescribeTaskExecutionOutput, o *Outcome) error {
	fail := func(format string, args ...any) error {
		return &RetryError{ExecutionARN: o.ExecutionARN, Outcome: o, Detail: fmt.Sprintf(format, args...)}
	}
	switch {
	case !terminal(run.Status):
		return &RetryError{ExecutionARN: o.ExecutionARN, Detail: fmt.Sprintf("the run has not ended (%s)", run.Status)}
	case run.Status != dstypes.TaskExecutionStatusSuccess && !wentThrough(o):
		return fail("the run ended %s: what it never came to is in no report", o.Verdict)
	case o.Report.Status == "":
		return fail("the run has no report")
	case o.Report.Status == dstypes.PhaseStatusError:
		return fail("the run's report could not be written: %s", strings.Join(strings.Fields(o.Report.ErrorCode+" "+o.Report.ErrorDetail), " "))
	case o.Report.Status != dstypes.PhaseStatusSuccess:
		return fail("the run's report is not written yet (%s)", o.Report.Status)
	}
	return nil
}

// wentThrough reports whether a run that ended as ERROR says that it went through all of its objects nevertheless.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html
func wentThrough(o *Outcome) bool {
	return o.Verdict == Failed && strings.Contains(strings.ToLower(o.ErrorDetail), "transfer and verification completed")
}

// behind is what a report says that a run left behind.
type behind struct {
	keys       []string // of the objects that did not arrive, each once
	folders    int      // that were skipped because of an error
	skipped    bool     // some of the objects were skipped because of an error
	unverified bool     // some of the objects failed verification: their copies are there
}

func leftBehind(report iter.Seq2[ReportEntry, error]) (behind, error) {
	var b behind
	noting := func(yield func(ReportEntry, error) bool) {
		for e, err := range report {
			folder := e.Folder || strings.HasSuffix(e.Key, "/")
			switch {
			case !e.Failed():
			case e.Kind == SkippedObjects && folder:
				b.folders++
			case e.Kind == SkippedObjects:
				b.skipped = true
			case e.Kind == Verified && !folder:
				b.unverified = true
			}
			if !yield(e, err) {
				return
			}
		}
	}
	for key, err := range Failures(noting) {
		if err != nil {
			return behind{}, err
		}
		b.keys = append(b.keys, key)
	}
	return b, nil
}

// covers reports whether what the report lists can be all that failed. An object can fail to be transferred and to be verified, and is listed once
// then. That an object which failed to be prepared is listed too is assumed: if it is not, the numbers differ. A BASIC run counts what it leaves
// behind, folders too, as skipped, unless it skips what is there already.
func (b behind) covers(run *datasync.DescribeTaskExecutionOutput, o *Outcome, report Report) error {
	n, least, never := len(b.keys), int64(0), o.Options.OverwriteMode == dstypes.OverwriteModeNever
	if f := run.FilesFailed; f != nil {
		least = f.Prepare + max(f.Transfer, f.Verify)
	}
	if run.TaskMode == dstypes.TaskModeBasic && !never {
		n, least = n+b.folders, max(least, o.Counters.Skipped)
	}
	blind := o.Counters.FailedList > 0
	kept := o.Counters.Skipped > 0 && never && o.Counters.Failed() == 0 && !o.Mismatch && o.ErrorCode+o.ErrorDetail == ""
	detail := ""
	switch {
	case blind:
		detail = "the run could not list every folder: what lies there is in no report"
	case int64(n) < least:
		detail = fmt.Sprintf("the run counts %d failed objects, and the report in %s lists %d", least, report, n)
	case never && b.unverified && b.skipped: // which of the skipped ones are there already, and to be kept, is not known
		detail = "the run never overwrites, and the report lists objects that it skipped besides copies that failed verification, which have to be overwritten"
	case n == 0 && o.Verdict != Complete && !kept:
		detail = fmt.Sprintf("the run ended %s, and the report in %s lists no object that failed", o.Verdict, report)
	default:
		return nil
	}
	return &RetryError{ExecutionARN: o.ExecutionARN, Outcome: o, Detail: detail}
}

// RetryError says that a run's report does not tell what has to run again. Nothing was started.
type RetryError struct {
	ExecutionARN string
	Detail       string
	Outcome      *Outcome // of the run; nil if it has not ended
}

// Error is one line: the run and what is wrong with its report.
func (e *RetryError) Error() string { return fmt.Sprintf("retrying %s: %s", e.ExecutionARN, e.Detail) }

// Hint names the next action.
func (e *RetryError) Hint() string {
	if e.Outcome == nil {
		return "wait for the run's end"
	}
	return "check the report's bucket and prefix, and what Outcome.Report says; or start the task again: it goes on with what differs"
}

// taskOf is the ARN of the execution's task.
func taskOf(executionARN string) string {
	arn, _, _ := strings.Cut(executionARN, "/execution/")
	return arn
}
