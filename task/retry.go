package task

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/internal/problem"
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
			if !e.Failed() || e.Folder || e.Key == "" || e.Kind == DeletedObjects {
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

// WriteManifest writes a manifest of the keys, which are relative to the source location, to where m says, and returns how many there were and m
// with the version written, if the bucket has versions. Without a key nothing is written. The keys are held in memory until they are sent; api is of
// the bucket's Region. If m.Account is set, S3 is
// asked to refuse a bucket of another owner.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
func WriteManifest(ctx context.Context, api ObjectsAPI, m Manifest, keys iter.Seq2[string, error]) (Manifest, int, error) {
	var l problem.List
	m.check(&l, "Manifest", Spec{})
	if err := l.Err(); err != nil {
		return m, 0, err
	}
	var body bytes.Buffer
	w := csv.NewWriter(&body)
	n := 0
	for key, err := range keys {
		if err != nil {
			return m, 0, err
		}
		if err := w.Write([]string{key}); err != nil {
			return m, 0, err
		}
		n++
	}
	w.Flush()
	if n == 0 {
		return m, 0, nil
	}
	out, err := api.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &m.Bucket, Key: &m.Key, Body: bytes.NewReader(body.Bytes()), ContentType: new("text/csv"), ExpectedBucketOwner: optional(m.Account),
	})
	if err != nil {
		return m, 0, fmt.Errorf("writing the manifest %s: %w", m, err)
	}
	m.VersionID = aws.ToString(out.VersionId)
	return m, n, nil
}

// Retry starts a run of just the objects that an earlier run left behind, by what its STANDARD report says: it reads the report, writes the manifest,
// and starts the task with it, without the task's filters. It returns nil, and starts nothing, if nothing failed. m.RoleARN is the role that DataSync
// reads the manifest with. objects is of the Region of both buckets.
func Retry(ctx context.Context, api ExecutionAPI, objects ObjectsAPI, executionARN string, report Report, m Manifest, optFns ...func(*StartOptions)) (*Execution, error) {
	var l problem.List
	l.Check(report.Type != dstypes.ReportOutputTypeSummaryOnly, ruleReportType, "Report.Type", string(report.Type))
	l.Under("", Attach(api, executionARN).check())
	l.Check(m.RoleARN != "", ruleDataRoleKnown, "Manifest.RoleARN", "")
	if err := l.Err(); err != nil {
		return nil, err
	}
	m, n, err := WriteManifest(ctx, objects, m, Failures(ReadReport(ctx, objects, report, executionARN)))
	if err != nil || n == 0 {
		return nil, err
	}
	instead := func(o *StartOptions) { o.Manifest, o.Includes, o.Excludes = &m, []string{}, []string{} }
	return Start(ctx, api, taskOf(executionARN), append([]func(*StartOptions){instead}, optFns...)...)
}

// taskOf is the ARN of the execution's task.
func taskOf(executionARN string) string {
	arn, _, _ := strings.Cut(executionARN, "/execution/")
	return arn
}
