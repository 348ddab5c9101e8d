package xaccttest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// extras are the manifest and the report of a task or a run.
type extras struct {
	manifest *dstypes.ManifestConfig   // nil is none
	report   *dstypes.TaskReportConfig // nil is none
}

// over is x with the configurations of a request in its place: nil keeps one, an empty one removes it.
func (x extras) over(manifest *dstypes.ManifestConfig, report *dstypes.TaskReportConfig) extras {
	if manifest != nil {
		x.manifest = manifest
		if manifest.Source == nil {
			x.manifest = nil
		}
	}
	if report != nil {
		x.report = report
		if report.Destination == nil {
			x.report = nil
		}
	}
	return x
}

// The patterns of paths of manifests and reports.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/API_S3ManifestConfig.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/API_ReportDestinationS3.html
var (
	objectPath = regexp.MustCompile(`^[a-zA-Z0-9_\-\+\./\(\)\p{Zs}]*$`)
	bucketARN  = regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):s3:::([a-zA-Z0-9.\-_]{1,255})$`)
)

// checkExtras refuses configurations that DataSync refuses, checks that the caller may pass their roles, and tests that the report can be
// written.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html. Only the text of the report's test has been seen; the
// others are assumed.
func (rq *request) checkExtras(t *taskState, x extras, filters ...[]dstypes.FilterRule) error {
	if m := x.manifest; m != nil {
		s := m.Source.S3
		switch {
		case s == nil:
			return violation("manifestConfig.source.s3", "null", "not null")
		case !objectPath.MatchString(aws.ToString(s.ManifestObjectPath)) || aws.ToString(s.ManifestObjectPath) == "":
			return violation("manifestConfig.source.s3.manifestObjectPath", aws.ToString(s.ManifestObjectPath), "regular expression pattern: "+objectPath.String())
		case !bucketARN.MatchString(aws.ToString(s.S3BucketArn)):
			return violation("manifestConfig.source.s3.s3BucketArn", aws.ToString(s.S3BucketArn), "regular expression pattern: "+bucketARN.String())
		}
		for _, f := range filters {
			if len(f) > 0 {
				return invalidRequest("Invalid parameter: a manifest cannot be used together with include or exclude filters.")
			}
		}
		if err := rq.pass(aws.ToString(s.BucketAccessRoleArn)); err != nil {
			return err
		}
	}
	if r := x.report; r != nil {
		s := r.Destination.S3
		switch {
		case s == nil:
			return violation("taskReportConfig.destination.s3", "null", "not null")
		case !objectPath.MatchString(aws.ToString(s.Subdirectory)):
			return violation("taskReportConfig.destination.s3.subdirectory", aws.ToString(s.Subdirectory), "regular expression pattern: "+objectPath.String())
		case !bucketARN.MatchString(aws.ToString(s.S3BucketArn)):
			return violation("taskReportConfig.destination.s3.s3BucketArn", aws.ToString(s.S3BucketArn), "regular expression pattern: "+bucketARN.String())
		case r.OutputType != "" && !known(r.OutputType), r.ReportLevel != "" && !known(r.ReportLevel), r.ObjectVersionIds != "" && !known(r.ObjectVersionIds):
			return violation("taskReportConfig", string(r.OutputType+"/")+string(r.ReportLevel+"/")+string(r.ObjectVersionIds), "enum value set")
		case r.OutputType == dstypes.ReportOutputTypeSummaryOnly && (r.ReportLevel != "" || r.Overrides != nil):
			return invalidRequest("Invalid parameter: a summary only report has no report level.")
		}
		if err := rq.pass(aws.ToString(s.BucketAccessRoleArn)); err != nil {
			return err
		}
		end := rq.cloud.dataEnd(t, s.S3BucketArn, s.BucketAccessRoleArn, rq.now)
		switch {
		case end.role == nil:
			return invalidRequest("Invalid IAM role")
		case !rq.cloud.assumable(end.role, end.l, rq.now):
			return invalidRequest("Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=%s, roleArn=%s", end.role.name, end.role.arn)
		case end.bucket == nil || !end.may("s3:PutObject", aws.ToString(s.Subdirectory)+"test"):
			return invalidRequest("DataSync bucket access test failed: could not perform s3:PutObject in bucket %s. Access denied. Ensure bucket access role has s3:PutObject permission.", end.l.bucket)
		}
	}
	return nil
}

// dataEnd is the bucket of a manifest or report, with the role by which DataSync reaches it. That DataSync presents the task's ARN when it
// assumes that role is assumed.
func (c *Cloud) dataEnd(t *taskState, bucket, role *string, at time.Time) side {
	l := &locationState{arn: t.arn, account: t.account, region: t.region, role: aws.ToString(role)}
	if l.arn == "" {
		l.arn = region.ARN{Partition: c.accounts[t.account].partition, Service: "datasync", Region: t.region, Account: t.account, Resource: "task/new"}.String()
	}
	if m := bucketARN.FindStringSubmatch(aws.ToString(bucket)); m != nil {
		l.bucket = m[2]
	}
	return c.side(l, at)
}

// listedObject is one line of a manifest.
type listedObject struct{ path, version string }

// readManifest reads the manifest of a run.
func (e *execution) readManifest(c *Cloud, at time.Time) ([]listedObject, error) {
	s := e.manifest.Source.S3
	end := c.dataEnd(e.task, s.S3BucketArn, s.BucketAccessRoleArn, at)
	key := aws.ToString(s.ManifestObjectPath)
	gone := &fault.Error{Code: "ManifestFileDoesNotExist", Message: "The manifest file does not exist or cannot be read: " + key}
	if end.role == nil || end.bucket == nil || !c.assumable(end.role, end.l, at) || !end.may("s3:GetObject", key) {
		return nil, gone
	}
	o := end.bucket.objects[key]
	if v := aws.ToString(s.ManifestObjectVersionId); v != "" {
		o = end.bucket.version(key, v)
	}
	if o == nil || !end.bucket.readable(o, end.role.account) || !end.decrypts(o) {
		return nil, gone
	}
	lines := csv.NewReader(bytes.NewReader(o.body))
	lines.FieldsPerRecord = -1
	var out []listedObject
	seen := map[string]bool{}
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		// That a manifest of another form fails the whole run is assumed.
		if err != nil || len(fields) > 2 || fields[0] == "" || strings.HasSuffix(fields[0], "/") || seen[strings.Join(fields, "\x00")] {
			return nil, &fault.Error{Code: "ManifestFileInvalid", Message: "The manifest file is not valid."}
		}
		seen[strings.Join(fields, "\x00")] = true
		one := listedObject{path: strings.TrimPrefix(fields[0], "/")}
		if len(fields) == 2 {
			one.version = fields[1]
		}
		out = append(out, one)
	}
}
