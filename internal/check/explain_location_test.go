package check

import (
	"errors"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// TestExplainLocations: the id of a location names the end, also in the name of a session, and tells the ends apart where one role serves both.
func TestExplainLocations(t *testing.T) {
	const (
		source, destination = "loc-0123456789abcdef0", "loc-fedcba98765432100"
		session             = "User: arn:aws:sts::111122223333:assumed-role/datasync/AwsSync-"
		denied              = " is not authorized to perform: "
	)
	at := Locations{
		plan.SourceSide:      {"arn:aws:datasync:eu-west-1:111122223333:location/" + source},
		plan.DestinationSide: {"", "arn:aws:datasync:us-east-2:111122223333:location/" + destination},
	}
	for _, tt := range []struct {
		name, text string
		at         Locations
		side       plan.Side
		role       string
	}{
		{"a run, the source", "Task failed to access location " + source + ": x40016: Access Denied", at, plan.SourceSide, "datasync"},
		{"a run, the destination", "Task failed to access location " + destination + ": x40016", at, plan.DestinationSide, "datasync"},
		{"in capitals", "TASK FAILED TO ACCESS LOCATION " + strings.ToUpper(destination), at, plan.DestinationSide, "datasync"},
		{"an ARN", "SyncTaskErrorLocationNotAdded: " + at[plan.SourceSide][0], at, plan.SourceSide, "datasync"},
		{"a session of the source", session + source + denied + "s3:GetObject on resource: x", at, plan.SourceSide, "datasync"},
		{"a session of the destination", session + destination + denied + "s3:ListBucket on resource: x", at, plan.DestinationSide, "datasync"},
		{"a session that writes: the id is known, the end of an action assumed", session + source + denied + "kms:GenerateDataKey on resource: x", at, plan.SourceSide, "datasync"},
		{"a session, behind the access test", "DataSync location access test failed: could not perform s3:GetObject in bucket. " + session + destination + denied + "kms:Decrypt on resource: x",
			at, plan.DestinationSide, "datasync"},
		{"a code, and a session of the other end", "SrcLocHitAccess: " + session + destination + denied + "s3:GetObject", at, plan.DestinationSide, "datasync"},
		{"both", "Task failed to access location " + source + " and location " + destination, at, "", ""},
		{"another transfer's", "Task failed to access location loc-ffffffffffffffff0", at, "", ""},
		{"a longer id", "Task failed to access location " + source + "0", at, "", ""},
		{"not known", "Task failed to access location " + source, nil, "", ""},
		{"the ids of a plan that knows no location", "Task failed to access location " + source, Locations{plan.SourceSide: {""}}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := explained()
			p.Findings, p.Locations = nil, tt.at
			p.Transfers[0].Source.Role.Name, p.Transfers[0].Destination.Role.Name = "datasync", "datasync"
			var e *plan.AccessTestError
			if err := p.Explain("media-archive", errors.New(tt.text)); !errors.As(err, &e) {
				t.Fatalf("%v is no plan.AccessTestError", err)
			}
			bucket := ""
			if tt.side != "" {
				bucket = transfer.Resolve(p.Transfers[0]).End(tt.side).Bucket
			}
			if _, role, _ := strings.Cut(e.RoleARN, ":role/"); e.Side != tt.side || e.Bucket != bucket || role != tt.role {
				t.Errorf("side %q, bucket %q, role %q, want %q, %q, %q", e.Side, e.Bucket, role, tt.side, bucket, tt.role)
			}
		})
	}
}

// TestExplainGivenLocation: a location that the user names is known without a plan's changes.
func TestExplainGivenLocation(t *testing.T) {
	p := explained()
	p.Findings = nil
	p.Transfers[0].Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-fedcba98765432100"
	var e *plan.AccessTestError
	err := p.Explain("media-archive", errors.New("Task failed to access location loc-fedcba98765432100: Access Denied"))
	if !errors.As(err, &e) || e.Side != plan.DestinationSide || e.Bucket != "media-archive" {
		t.Errorf("%+v, want the destination", e)
	}
}

// TestExplainKeyOfReport: the bucket of a report that the message names is what the message is about, whatever the cause.
func TestExplainKeyOfReport(t *testing.T) {
	p := explained()
	p.Transfers[0].Task.Report = &task.Report{Bucket: "reports"}
	var e *plan.AccessTestError
	err := p.Explain("media-archive", errors.New("DataSync bucket access test failed: could not perform s3:PutObject in bucket reports. "+
		"User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: kms:GenerateDataKey on resource: x"))
	if !errors.As(err, &e) || e.Cause != task.CauseKey || e.Bucket != "reports" || e.RoleARN != outRole || e.Action != "kms:GenerateDataKey" {
		t.Errorf("%+v, want the key of the report's bucket", e)
	}
	err = p.Explain("media-archive", errors.New("DataSync location access test failed: could not perform s3:PutObject in bucket media-archive."))
	if !errors.As(err, &e) || e.Cause != task.CauseWrite || e.Bucket != "media-archive" {
		t.Errorf("%+v, want the destination's bucket", e)
	}
}

// TestExplainNamesTheBucketOfData: the text calls a bucket of a report or manifest that is no end by what it is for.
func TestExplainNamesTheBucketOfData(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*transfer.Given)
		err  string
		want string // in the text
	}{
		{"a report's", func(t *transfer.Given) { t.Task.Report = &task.Report{Bucket: "reports"} },
			"DataSync bucket access test failed: could not perform s3:PutObject in bucket reports.", "could not reach the report's bucket reports as "},
		{"a manifest's", func(t *transfer.Given) { t.Task.Manifest = &task.Manifest{Bucket: "lists", Key: "list.csv"} },
			"DataSync bucket access test failed: could not perform s3:GetObject in bucket lists.", "could not reach the manifest's bucket lists as "},
		{"one of Retries", func(t *transfer.Given) { t.Retries = &task.Manifest{Bucket: "lists", Key: "list.csv"} },
			"DataSync bucket access test failed: could not perform s3:GetObject in bucket lists.", "could not reach the manifest's bucket lists as "},
		{"a report's, which is the destination's too", func(t *transfer.Given) {
			t.Task.Report = &task.Report{Account: "444455556666", Bucket: "media-archive"}
		}, "DataSync bucket access test failed: could not perform s3:PutObject in bucket media-archive.", "could not reach the destination bucket media-archive as "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := explained()
			tt.edit(&p.Transfers[0])
			if err := p.Explain("media-archive", errors.New(tt.err)); !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q in it", err, tt.want)
			}
		})
	}
}
