package task

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/s3name"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/problem"
)

// Failures yields the keys, relative to the location, of the objects that did not arrive according to a report: objects whose transfer or verification
// failed, and objects that were skipped because of an error. It yields each key once. Memory grows by a few bytes for each failed object, not with
// the report. An error comes last.
func Failures(report iter.Seq2[ReportEntry, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		seen := map[keyID]struct{}{}
		for e, err := range report {
			if err != nil {
				yield("", err)
				return
			}
			if !e.Failed() || e.Folder || e.Key == "" || strings.HasSuffix(e.Key, "/") || e.Kind == DeletedObjects { // a manifest cannot contain folders
				continue
			}
			id := idOf(e.Key)
			if _, repeated := seen[id]; !repeated && !yield(e.Key, nil) {
				return
			}
			seen[id] = struct{}{}
		}
	}
}

var ruleManifestEntry = problem.Rule{
	ID: "manifest-entry", Text: "must be the key of an object: 1 to 1,024 bytes of UTF-8, not ending in a slash",
	Remedy: "leave folders and prefixes out: a manifest lists objects one by one", Source: manifestPage,
}

var ruleManifestSkipped = problem.Rule{
	ID: "manifest-entry-skipped", Text: "must not begin with a slash, ./ or ../ nor hold //, /./ or /../: DataSync does not transfer such keys",
	Remedy: "leave it out, or copy the object to another key first", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html",
}

// WriteManifest writes a manifest of the keys, which are relative to the source location, to the place that m names. It returns m with the version
// written, if the bucket has versions, and the number of keys.
//
// A repeated key is written once, because DataSync refuses a manifest that repeats one. Without any key nothing is written. The manifest is held in memory
// until it is sent, and 16 bytes a key besides. api must be a client for the bucket's Region. The request names the expected owner of the bucket: m.Account or, if that is
// "", the account of m.RoleARN, which is the task's.
//
// WriteManifest returns an error, and writes nothing, if keys yields an error, a key that a manifest cannot contain, or one that DataSync skips. Such a
// key is a [Problem] whose Path is its number among the keys, such as "key 3", counted from one.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
func WriteManifest(ctx context.Context, api ObjectsAPI, m Manifest, keys iter.Seq2[string, error]) (Manifest, int, error) {
	var l problem.List
	l.Under("", absent.Check("api", api, "s3.NewFromConfig"))
	m.check(&l, "Manifest", Spec{})
	if err := l.Err(); err != nil {
		return m, 0, err
	}
	body := newManifestBody()
	seen := map[keyID]struct{}{}
	for key, err := range keys {
		if err != nil {
			return m, 0, err
		}
		id := idOf(key)
		_, repeated := seen[id]
		seen[id] = struct{}{}
		if err := body.add(key, repeated); err != nil {
			return m, 0, err
		}
	}
	m, err := body.put(ctx, api, m)
	if err != nil {
		return m, 0, err
	}
	return m, body.keys, nil
}

// manifestBody is the text of a manifest, made key by key.
type manifestBody struct {
	text   chunks
	rows   *csv.Writer
	number int // of keys that were given, repeated ones included
	keys   int // that were written
}

func newManifestBody() *manifestBody {
	b := &manifestBody{}
	b.rows = csv.NewWriter(&b.text)
	return b
}

// add writes a key, unless it is repeated. It returns an error if a manifest cannot contain the key or DataSync skips it.
func (b *manifestBody) add(key string, repeated bool) error {
	if b.number++; repeated {
		return nil
	}
	var l problem.List
	good, at := key != "" && len(key) <= s3name.MaxKey && utf8.ValidString(key) && !strings.HasSuffix(key, "/"), "key "+strconv.Itoa(b.number)
	l.Check(good, ruleManifestEntry, at, key)
	l.Check(!good || s3name.Skipped("", key, "") == "", ruleManifestSkipped, at, key)
	b.keys++
	return errors.Join(l.Err(), b.rows.Write([]string{key}))
}

// put sends the manifest, unless it has no key, and returns m with the version written.
func (b *manifestBody) put(ctx context.Context, api ObjectsAPI, m Manifest) (Manifest, error) {
	if b.rows.Flush(); b.keys == 0 {
		return m, nil
	}
	role, _ := region.ParseARN(m.RoleARN)
	out, err := api.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &m.Bucket, Key: &m.Key, Body: &b.text, ContentType: new("text/csv"), ExpectedBucketOwner: optional(cmp.Or(m.Account, role.Account)),
	})
	if err != nil {
		return m, text.Errorf("writing the manifest %s: %w", m, err)
	}
	m.VersionID = aws.ToString(out.VersionId)
	return m, nil
}

// keyID stands for a key in less memory.
type keyID [16]byte

func idOf(key string) keyID {
	sum := sha256.Sum256([]byte(key))
	return keyID(sum[:16])
}

// Retry starts a run of only the objects that an earlier run left behind, according to its STANDARD report. It reads the report, writes the manifest m,
// and starts the task with it and without the task's filters. If nothing failed, it starts nothing and returns nil. m.RoleARN is the role with which
// DataSync reads the manifest. objects must be a client for the Region of both buckets: that of the report and that of the manifest.
//
// A copy that failed verification has the size and time of its source, so that a run which compares would skip it. If the report has such an object,
// the run copies every object of the manifest again: with TransferMode ALL and OverwriteMode ALWAYS, whatever the task has, and with
// PreserveDeletedFiles PRESERVE, which ALL requires. optFns are applied after that: set single members of Options there, not all of Options.
//
// Objects whose keys DataSync skips cannot be retried, and are left out: NotRetriable of the Execution has their keys. The verdict on the run is then at
// best WithExceptions, as long as it is watched with that Execution. If there is no other object, the error is a *RetryError.
//
// The error is a *RetryError, and nothing is written or started, unless the run has gone through all of its objects, its report is written, and the report
// lists as many failed objects as the run counted. Objects that a failed or cancelled run did not reach are in no report. After such a run, start the
// task again: it transfers what differs. It does not replace copies that failed verification; use TransferMode ALL for these.
func Retry(ctx context.Context, api ExecutionAPI, objects ObjectsAPI, executionARN string, report Report, m Manifest, optFns ...func(*StartOptions)) (*Execution, error) {
	e := Attach(api, executionARN)
	var l problem.List
	l.Check(report.Type != dstypes.ReportOutputTypeSummaryOnly, ruleReportType, "Report.Type", string(report.Type))
	l.Under("", e.check())
	l.Under("", absent.Check("objects", objects, "s3.NewFromConfig"))
	l.Check(m.RoleARN != "", ruleDataRoleKnown, "Manifest.RoleARN", "")
	if a, ok := region.ParseARN(executionARN); ok {
		over(&m.Account, a.Account)
	}
	m.check(&l, "Manifest", Spec{})
	if err := l.Err(); err != nil {
		return nil, err
	}
	run, err := e.describe(ctx)
	if err != nil {
		return nil, text.Errorf("reading %s: %w", executionARN, err)
	}
	ended := outcome(run, counters(run), executionARN, false)
	if err := retriable(run, ended); err != nil {
		return nil, err
	}
	behind, err := leftBehind(ReadReport(ctx, objects, report, executionARN))
	if err != nil {
		return nil, err
	}
	if err := behind.covers(run, ended, report); err != nil || behind.keys == 0 {
		return nil, err
	}
	lost := behind.lost
	if behind.retriable.keys == 0 {
		return nil, &RetryError{ExecutionARN: executionARN, Outcome: ended, NotRetriable: lost,
			Detail: fmt.Sprintf("all that it left behind is %s", notRetriable(lost))}
	}
	if m, err = behind.retriable.put(ctx, objects, m); err != nil {
		return nil, err
	}
	instead := func(o *StartOptions) {
		o.Manifest, o.Includes, o.Excludes = &m, []string{}, []string{}
		if behind.unverified {
			o.Options.TransferMode, o.Options.OverwriteMode = dstypes.TransferModeAll, dstypes.OverwriteModeAlways
			o.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesPreserve
		}
	}
	started, err := Start(ctx, api, taskOf(executionARN), append([]func(*StartOptions){instead}, optFns...)...)
	if started != nil {
		started.notRetriable = lost
	}
	return started, err
}

// notRetriable says of which objects no retry transfers a copy, with the first three of their keys.
func notRetriable(keys []string) string {
	const most = 3
	var shown []string
	for _, key := range keys[:min(most, len(keys))] {
		shown = append(shown, fmt.Sprintf("%s, which %s", text.Quoted(key), s3name.Skipped("", key, "")))
	}
	if n := len(keys) - most; n > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", n))
	}
	return fmt.Sprintf("%d object%s with keys that DataSync skips: %s", len(keys), text.Plural(len(keys)), strings.Join(shown, ", "))
}

// retriable returns a *RetryError if the report of the run cannot be complete.
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

// wentThrough reports whether a run that ended as ERROR has still gone through all of its objects, according to its error.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html
func wentThrough(o *Outcome) bool {
	return o.Verdict == Failed && strings.Contains(strings.ToLower(o.ErrorDetail), "transfer and verification completed")
}

// behind is what a run left behind according to its report.
type behind struct {
	keys       int           // how many objects did not arrive, each counted once
	retriable  *manifestBody // those that a retry may transfer
	lost       []string      // keys that DataSync skips
	folders    int           // that were skipped because of an error
	skipped    bool          // some of the objects were skipped because of an error
	unverified bool          // some of the objects failed verification, so that their copies exist
}

func leftBehind(report iter.Seq2[ReportEntry, error]) (behind, error) {
	b := behind{retriable: newManifestBody()}
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
		b.keys++
		if s3name.Skipped("", key, "") != "" {
			b.lost = append(b.lost, key)
		} else if err := b.retriable.add(key, false); err != nil {
			return behind{}, err
		}
	}
	return b, nil
}

// covers returns a *RetryError if the report cannot list everything that failed. An object whose transfer and verification failed is listed once but
// counted twice. Objects that failed to be prepared are assumed to be listed; if they are not, the numbers differ. A BASIC run counts what it leaves
// behind, including folders, as skipped, unless it skips what exists already.
func (b behind) covers(run *datasync.DescribeTaskExecutionOutput, o *Outcome, report Report) error {
	n, least, never := b.keys, int64(0), o.Options.OverwriteMode == dstypes.OverwriteModeNever
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
	case never && b.unverified && b.skipped: // it is unknown which skipped objects exist already and must be kept
		detail = "the run never overwrites, and the report lists objects that it skipped besides copies that failed verification, which have to be overwritten"
	case n == 0 && o.Verdict != Complete && !kept:
		detail = fmt.Sprintf("the run ended %s, and the report in %s lists no object that failed", o.Verdict, report)
	default:
		return nil
	}
	return &RetryError{ExecutionARN: o.ExecutionARN, Outcome: o, Detail: detail}
}

// RetryError says that the report of a run does not show which objects must be transferred again, or that none of them can be. Nothing was written or
// started.
type RetryError struct {
	ExecutionARN string
	Detail       string
	Outcome      *Outcome // outcome of the run; nil if it has not ended
	NotRetriable []string // keys that DataSync skips, if the run left nothing else behind; nil is none
}

// Error is one line: the run and what is wrong with its report.
func (e *RetryError) Error() string {
	return text.Printable(fmt.Sprintf("retrying %s: %s", e.ExecutionARN, e.Detail))
}

// Hint names the next action.
func (e *RetryError) Hint() string {
	if e.Outcome == nil {
		return "wait for the run's end"
	}
	if len(e.NotRetriable) > 0 {
		return "copy these objects to other keys at the source, or leave them behind: no run transfers them"
	}
	return "check the report's bucket and prefix, and what Outcome.Report says; or start the task again: it goes on with what differs"
}

// taskOf returns the ARN of the execution's task.
func taskOf(executionARN string) string {
	arn, _, _ := strings.Cut(executionARN, "/execution/")
	return arn
}
