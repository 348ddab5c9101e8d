package task

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/problem"
)

// ObjectsAPI is what this package uses of *s3.Client to read reports and to write manifests. It may gain methods in a minor release: embed it.
type ObjectsAPI interface {
	ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, optFns ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	GetObject(ctx context.Context, in *s3.GetObjectInput, optFns ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(ctx context.Context, in *s3.PutObjectInput, optFns ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

var _ ObjectsAPI = (*s3.Client)(nil)

// ReportKind is what a run tried to do with an object: the name of its list in the report, which may be one that is not known here.
type ReportKind string

// The kinds, as the reports name them.
const (
	Transferred     ReportKind = "Transferred"
	Verified        ReportKind = "Verified"
	SkippedObjects  ReportKind = "Skipped"
	DeletedObjects  ReportKind = "Deleted"
	reportSucceeded            = "SUCCESS"
)

// ReportEntry is one object of a STANDARD report. An object can have several: transferred, then verified.
type ReportEntry struct {
	Kind                   ReportKind
	Key                    string // relative to the location, without a slash in front
	Folder                 bool
	Status                 string // "SUCCESS" or another word; "" if the report does not say
	ErrorCode, ErrorDetail string // "" if the report has none
	Version                string // of the object written, if the report names versions; "" if not
}

// Failed reports whether what was tried did not succeed.
func (e ReportEntry) Failed() bool {
	return e.Status != "" && e.Status != reportSucceeded || e.ErrorCode != ""
}

// ReportPrefix is the prefix of the keys under which DataSync writes the object lists of a run.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html (folders as AWS's own samples read them)
func (r Report) ReportPrefix(executionARN string) (string, error) {
	if err := Attach(nil, executionARN).check(); err != nil {
		return "", err
	}
	a, _ := region.ParseARN(executionARN)
	parts := strings.Split(a.Resource, "/") // task, task-…, execution, exec-…
	return r.canonical().Prefix + "Detailed-Reports/" + parts[1] + "/" + parts[3] + "/", nil
}

// ReadReport reads what a run's STANDARD report says of each object, as a stream: memory does not grow with the report. An error comes last. A
// report that is not there yields nothing; Outcome.Report says whether DataSync has written it. api is of the bucket's Region.
func ReadReport(ctx context.Context, api ObjectsAPI, report Report, executionARN string) iter.Seq2[ReportEntry, error] {
	return func(yield func(ReportEntry, error) bool) {
		prefix, err := report.ReportPrefix(executionARN)
		if err != nil {
			yield(ReportEntry{}, err)
			return
		}
		owner := optional(report.owner(executionARN))
		in := &s3.ListObjectsV2Input{Bucket: &report.Bucket, Prefix: &prefix, ExpectedBucketOwner: owner}
		for {
			out, err := api.ListObjectsV2(ctx, in)
			if err != nil {
				yield(ReportEntry{}, fmt.Errorf("listing the reports in s3://%s/%s: %w", report.Bucket, prefix, err))
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

// owner is whose the report's bucket must be: by default the task's account.
func (r Report) owner(executionARN string) string {
	if r.Account != "" {
		return r.Account
	}
	a, _ := region.ParseARN(executionARN)
	return a.Account
}

// readPart reads one object of a report; false: stop.
func readPart(ctx context.Context, api ObjectsAPI, in *s3.GetObjectInput, yield func(ReportEntry, error) bool) bool {
	out, err := api.GetObject(ctx, in)
	if err != nil {
		yield(ReportEntry{}, fmt.Errorf("reading the report s3://%s/%s: %w", *in.Bucket, *in.Key, err))
		return false
	}
	defer out.Body.Close()
	for e, err := range ParseReport(out.Body) {
		if err != nil {
			err = fmt.Errorf("reading the report s3://%s/%s: %w", *in.Bucket, *in.Key, err)
		}
		if !yield(e, err) || err != nil {
			return false
		}
	}
	return true
}

// ruleReportType is in no Spec: only reading needs it.
var ruleReportType = problem.Rule{
	ID: "report-standard", Text: "must be a STANDARD report: a summary lists no objects",
	Remedy: "run the task with a STANDARD report", Source: reportPage,
}
