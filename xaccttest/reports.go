package xaccttest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// entry is one object in the report of a run.
type entry struct {
	list, path string // the list is Transferred, Verified, Skipped or Deleted; the path is relative to the location
	folder     bool
	code       string // "" is success
	version    string
}

// note adds an entry, if the run writes a report.
func (e *execution) note(list string, it *item, code, version string) {
	if e.report != nil && e.report.OutputType != dstypes.ReportOutputTypeSummaryOnly {
		e.entries = append(e.entries, entry{list: list, path: it.key, folder: it.folder, code: code, version: version})
	}
}

// statusWords are the members of an entry that hold its status, by list. Those of Skipped and Deleted are assumed.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-reports.html
var statusWords = map[string]string{"Transferred": "TransferStatus", "Verified": "VerifyStatus", "Skipped": "SkipStatus", "Deleted": "DeleteStatus"}

// writeReport writes the report of a run that has ended, as the report's role. A report can fail although its run succeeded.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html
func (e *execution) writeReport(c *Cloud, at time.Time) {
	if e.report == nil {
		return
	}
	s := e.report.Destination.S3
	end := c.dataEnd(e.task, s.S3BucketArn, s.BucketAccessRoleArn, at)
	prefix := aws.ToString(s.Subdirectory)
	parts := strings.Split(e.arn, "/") // …:task, task-…, execution, exec-…
	folder := parts[1] + "/" + parts[3] + "/"
	may := end.role != nil && end.bucket != nil && c.assumable(end.role, end.l, at) && end.may("s3:PutObject", prefix+"Summary-Reports/"+folder)
	keyARN := ""
	if may {
		keyARN, may = end.encrypts()
	}
	if !may {
		e.reportResult = &dstypes.ReportResult{Status: dstypes.PhaseStatusError, ErrorCode: aws.String("ReportUploadFailed"),
			ErrorDetail: aws.String("Failed to upload Task Report(s) to S3 due to an invalid bucket or IAM role")}
		return
	}
	owner := end.role.account
	put := func(key string, v any) {
		body, err := json.Marshal(v)
		if err != nil {
			panic(err) // maps of strings can always be encoded
		}
		end.bucket.put(prefix+key, &object{key: keyARN, body: body, owner: owner, modified: at, class: "STANDARD"})
	}
	put("Summary-Reports/"+folder+parts[3]+"-summary-v1.json", map[string]any{"TaskExecutionId": parts[3], "FilesTransferred": e.total().transferred, "FilesSkipped": e.total().skipped})
	for _, list := range []string{"Transferred", "Verified", "Skipped", "Deleted"} {
		items := []map[string]any{}
		for _, x := range e.entries {
			if x.list != list || x.code == "" && e.levelOf(list) != dstypes.ReportLevelSuccessesAndErrors {
				continue
			}
			kind := "Regular"
			if x.folder {
				kind = "Directory"
			}
			item := map[string]any{"RelativePath": "/" + x.path, "SrcMetadata": map[string]string{"Type": kind}, statusWords[list]: "SUCCESS"}
			if x.code != "" {
				item[statusWords[list]], item["ErrorCode"] = "FAILED", x.code
			}
			if e.report.ObjectVersionIds == dstypes.ObjectVersionIdsInclude && x.version != "" {
				item["DstS3VersionId"] = x.version
			}
			items = append(items, item)
		}
		if len(items) > 0 {
			put(fmt.Sprintf("Detailed-Reports/%s%s.files-%s-v1-00001-%s.json", folder, parts[3], strings.ToLower(list), ids.Digest(17, e.arn, list)),
				map[string]any{"TaskExecutionId": parts[3], list: items})
		}
	}
	e.reportResult = &dstypes.ReportResult{Status: dstypes.PhaseStatusSuccess}
}

func (e *execution) levelOf(list string) dstypes.ReportLevel {
	level := e.report.ReportLevel
	o := e.report.Overrides
	if o == nil {
		return level
	}
	for _, x := range []struct {
		list     string
		override *dstypes.ReportOverride
	}{{"Transferred", o.Transferred}, {"Verified", o.Verified}, {"Skipped", o.Skipped}, {"Deleted", o.Deleted}} {
		if x.list == list && x.override != nil {
			level = x.override.ReportLevel
		}
	}
	return level
}
