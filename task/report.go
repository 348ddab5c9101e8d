package task

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/problem"
)

// ObjectsAPI lists the methods of *s3.Client that this package uses to read reports and to write manifests. A minor release may add methods: a fake
// embeds UnimplementedObjects of package xaccttest.
type ObjectsAPI interface {
	ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, optFns ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	GetObject(ctx context.Context, in *s3.GetObjectInput, optFns ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(ctx context.Context, in *s3.PutObjectInput, optFns ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

var _ ObjectsAPI = (*s3.Client)(nil)

// ReportKind says what a run tried to do with an object. It is the name of the list in the report, which may be unknown to this package.
type ReportKind string

// The kinds, with the names that reports use.
const (
	Transferred     ReportKind = "Transferred"
	Verified        ReportKind = "Verified"
	SkippedObjects  ReportKind = "Skipped"
	DeletedObjects  ReportKind = "Deleted"
	reportSucceeded            = "SUCCESS"
)

// ReportEntry is one entry of a STANDARD report. An object can have several entries: transferred, then verified.
type ReportEntry struct {
	Kind                   ReportKind
	Key                    string // key relative to the location, without a slash in front
	Folder                 bool
	Status                 string // "SUCCESS" or another word; "" if the report does not say
	ErrorCode, ErrorDetail string // "" if the report has none
	Reason                 string // why the object was skipped; "" if the report does not say
	Version                string // version of the object written; "" if the report has no versions
}

// Failed reports whether the entry says that the attempt did not succeed.
func (e ReportEntry) Failed() bool {
	return e.Status != "" && e.Status != reportSucceeded || e.ErrorCode != ""
}

// ReportPrefix returns the prefix of the keys under which DataSync writes the object lists of a run. It returns an error if executionARN is not an
// execution's.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html (folders as AWS's own samples read them)
func (r Report) ReportPrefix(executionARN string) (string, error) {
	if err := checkExecutionARN(executionARN); err != nil {
		return "", err
	}
	a, _ := region.ParseARN(executionARN)
	parts := strings.Split(a.Resource, "/") // task, task-…, execution, exec-…
	return r.canonical().Prefix + "Detailed-Reports/" + parts[1] + "/" + parts[3] + "/", nil
}

// ReadReport yields the entries of a run's STANDARD report. It reads the report as a stream, so that memory does not grow with the report. An error
// comes last. A missing report yields nothing: Outcome.Report says whether DataSync has written it. api must be a client for the bucket's Region.
func ReadReport(ctx context.Context, api ObjectsAPI, report Report, executionARN string) iter.Seq2[ReportEntry, error] {
	return func(yield func(ReportEntry, error) bool) {
		prefix, err := report.ReportPrefix(executionARN)
		if err := errors.Join(absent.Check("api", api, "s3.NewFromConfig"), err); err != nil {
			yield(ReportEntry{}, err)
			return
		}
		owner := optional(report.owner(executionARN))
		in := &s3.ListObjectsV2Input{Bucket: &report.Bucket, Prefix: &prefix, ExpectedBucketOwner: owner}
		for {
			out, err := api.ListObjectsV2(ctx, in)
			if err != nil {
				yield(ReportEntry{}, text.Errorf("listing the reports in s3://%s/%s: %w", report.Bucket, prefix, err))
				return
			}
			for _, o := range out.Contents {
				if strings.HasSuffix(*o.Key, ".json") && !readPart(ctx, api, &s3.GetObjectInput{Bucket: &report.Bucket, Key: o.Key, ExpectedBucketOwner: owner}, yield) {
					return
				}
			}
			if !aws.ToBool(out.IsTruncated) {
				return
			}
			in.ContinuationToken = out.NextContinuationToken
		}
	}
}

// owner returns the account that must own the report's bucket: by default the task's account.
func (r Report) owner(executionARN string) string {
	if r.Account != "" {
		return r.Account
	}
	a, _ := region.ParseARN(executionARN)
	return a.Account
}

// readPart reads one object of a report. It returns false if the iteration must stop.
func readPart(ctx context.Context, api ObjectsAPI, in *s3.GetObjectInput, yield func(ReportEntry, error) bool) bool {
	out, err := api.GetObject(ctx, in)
	if err != nil {
		yield(ReportEntry{}, text.Errorf("reading the report s3://%s/%s: %w", *in.Bucket, *in.Key, err))
		return false
	}
	defer out.Body.Close()
	for e, err := range ParseReport(out.Body) {
		if err != nil {
			err = text.Errorf("reading the report s3://%s/%s: %w", *in.Bucket, *in.Key, err)
		}
		if !yield(e, err) || err != nil {
			return false
		}
	}
	return true
}

// ruleReportType is a rule for reading reports only, not for specs.
var ruleReportType = problem.Rule{
	ID: "report-standard", Text: "must be a STANDARD report: a summary lists no objects",
	Remedy: "run the task with a STANDARD report", Source: reportPage,
}
