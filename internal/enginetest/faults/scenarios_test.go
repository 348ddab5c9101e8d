package faults_test

import (
	"context"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

const (
	accountA = kittest.AccountA
	accountB = kittest.AccountB
)

// A scenario is a run that the matrix disturbs.
type scenario struct {
	name  string
	world func(*xaccttest.Cloud)                  // what else is there; nil is nothing
	start func(*xaccttest.Cloud) []xacct.Transfer // what is set up before the run; nil is nothing
	want  func(*xaccttest.Cloud) []xacct.Transfer // what the run is about
	plan  func(context.Context, xacct.Clients, []xacct.Transfer, int) (*xacct.Plan, error)

	budget time.Duration // of every apply; zero is the default
	once   bool          // at the default concurrency only: another scenario makes the same calls but for one or two
}

func planUp(ctx context.Context, c xacct.Clients, ts []xacct.Transfer, n int) (*xacct.Plan, error) {
	return xacct.NewPlan(ctx, c, ts, func(o *xacct.PlanOptions) { o.Concurrency, o.AllowReplace = n, true })
}

func planDown(ctx context.Context, c xacct.Clients, ts []xacct.Transfer, n int) (*xacct.Plan, error) {
	return xacct.NewDestroyPlan(ctx, c, ts, func(o *xacct.PlanOptions) { o.Concurrency = n })
}

func pushed(c *xaccttest.Cloud) []xacct.Transfer {
	return []xacct.Transfer{kittest.WithEveryKind(kittest.Push(c))}
}
func pulled(c *xaccttest.Cloud) []xacct.Transfer {
	return []xacct.Transfer{kittest.WithEveryKind(kittest.Pull(c))}
}

// edited is pushed with everything changed that AWS can change in place.
func edited(c *xaccttest.Cloud) []xacct.Transfer {
	tr := kittest.WithEveryKind(kittest.Push(c))
	tr.Source.Prefix, tr.Destination.Prefix = "2026", "elsewhere"
	tr.Destination.StorageClass = dstypes.S3StorageClassStandardIa
	tr.Task.Options.OverwriteMode = dstypes.OverwriteModeNever
	tr.Task.Excludes = []string{"*.tmp"}
	tr.Tags = map[string]string{"team": "media"}
	tr.Operators = nil
	return []xacct.Transfer{tr}
}

// replaced is pushed with a bucket and a mode that AWS can only change by making anew.
func replaced(c *xaccttest.Cloud) []xacct.Transfer {
	tr := kittest.WithEveryKind(kittest.Push(c))
	tr.Source.Bucket = "media-raw-2"
	tr.Task.Mode = dstypes.TaskModeBasic
	return []xacct.Transfer{tr}
}

// remoded is pushed with another mode only.
func remoded(c *xaccttest.Cloud) []xacct.Transfer {
	tr := kittest.WithEveryKind(kittest.Push(c))
	tr.Task.Mode = dstypes.TaskModeBasic
	return []xacct.Transfer{tr}
}

// job is a BASIC push that logs, with a manifest and a report, whose bucket is another account's, and a schedule.
func job(c *xaccttest.Cloud) []xacct.Transfer {
	tr := kittest.WithEveryKind(kittest.Push(c))
	tr.Destination.Prefix = "in/"
	tr.Task.Mode, tr.Task.LogGroupARN = dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:media"
	tr.Task.Manifest = &task.Manifest{Bucket: "media-raw-2", Key: "today.csv"}
	tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports"}
	tr.Task.Schedule = &task.Schedule{Expression: "rate(1 day)", Status: dstypes.ScheduleStatusDisabled}
	return []xacct.Transfer{tr}
}

// granted is pushed by the tutorial's statement.
func granted(c *xaccttest.Cloud) []xacct.Transfer {
	ts := pushed(c)
	ts[0].Grant = xacct.Tutorial
	return ts
}

// ending is the encrypted push whose grants end.
func ending(c *xaccttest.Cloud) []xacct.Transfer {
	ts := kittest.EncryptedPush(c)
	ts[0].Until = time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC)
	return ts
}

// renewed is ending later.
func renewed(c *xaccttest.Cloud) []xacct.Transfer {
	ts := ending(c)
	ts[0].Until = ts[0].Until.AddDate(0, 6, 0)
	return ts
}

// logged is a BASIC push that logs: the log policy is that of all tasks of the Region.
func logged(c *xaccttest.Cloud) []xacct.Transfer {
	tr := kittest.WithEveryKind(kittest.Push(c))
	tr.Task.Mode, tr.Task.LogGroupARN = dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:media"
	return []xacct.Transfer{tr}
}

// grouped is a BASIC push with a log group of its own.
func grouped(c *xaccttest.Cloud) []xacct.Transfer {
	ts := logged(c)
	ts[0].Task.LogGroupARN = ""
	ts[0].Task.Log = &task.Log{Name: "/transfers/media", RetentionDays: 30}
	return ts
}

// regrouped is grouped with another retention, a key, and another tag.
func regrouped(c *xaccttest.Cloud) []xacct.Transfer {
	ts := grouped(c)
	ts[0].Task.Log = &task.Log{Name: "/transfers/media", RetentionDays: 90, KMSKey: kittest.FirstKey(accountA, "us-east-2")}
	ts[0].Tags = map[string]string{"team": "media"}
	return ts
}

// logKeyIsThere makes a key that CloudWatch Logs may use.
func logKeyIsThere(c *xaccttest.Cloud) {
	c.AddKey(accountA, "us-east-2", func(o *xaccttest.KeyOptions) { o.Policy = kittest.LogKeyPolicy(accountA, "us-east-2").Bytes() })
}

// scheduled is pushed every summer, with room for the manifests of what failed in the other account's bucket.
func scheduled(c *xaccttest.Cloud) []xacct.Transfer {
	tr := kittest.WithEveryKind(kittest.Push(c))
	tr.Task.Schedule = &task.Schedule{Expression: "cron(0 12 1 6 ? *)", Status: dstypes.ScheduleStatusEnabled}
	tr.Retries = &task.Manifest{Account: accountB, Bucket: "media-archive", Key: "retries/today.csv"}
	return []xacct.Transfer{tr}
}

// rescheduled is scheduled at another time, disabled, and with the manifests elsewhere.
func rescheduled(c *xaccttest.Cloud) []xacct.Transfer {
	ts := scheduled(c)
	ts[0].Task.Schedule = &task.Schedule{Expression: "rate(12 hours)", Status: dstypes.ScheduleStatusDisabled}
	ts[0].Retries = &task.Manifest{Bucket: "media-raw-2", Key: "retries/today.csv"}
	return ts
}

// byHand sets the push up by the calls of AWS's tutorial.
func byHand(c *xaccttest.Cloud) { kittest.ByHand(c, kittest.Push(c)) }

// adopted is the push that takes over what byHand made.
func adopted(c *xaccttest.Cloud) []xacct.Transfer {
	fits := kittest.HandMade{SourceRole: xacct.Fitting, DestinationRole: xacct.Fitting, SourceLocation: xacct.Fitting, DestinationLocation: xacct.Fitting, Task: xacct.Fitting}
	return []xacct.Transfer{fits.Adopted(kittest.WithEveryKind(kittest.Push(c)))}
}

// planDownAll is planDown that deletes what was adopted.
func planDownAll(ctx context.Context, c xacct.Clients, ts []xacct.Transfer, n int) (*xacct.Plan, error) {
	return xacct.NewDestroyPlan(ctx, c, ts, func(o *xacct.PlanOptions) { o.Concurrency, o.DeleteAdopted = n, true })
}

var scenarios = []scenario{
	{name: "push", want: pushed, plan: planUp},
	{name: "pull", want: pulled, plan: planUp},
	{name: "edit", start: pushed, want: edited, plan: planUp},
	{name: "replace", start: pushed, want: replaced, plan: planUp},
	{name: "other mode", start: pushed, want: remoded, plan: planUp, once: true},
	{name: "destroy push", start: pushed, want: pushed, plan: planDown},
	{name: "destroy pull", start: pulled, want: pulled, plan: planDown},
	{name: "encrypted", want: kittest.EncryptedPush, plan: planUp},
	{name: "destroy encrypted", start: kittest.EncryptedPush, want: kittest.EncryptedPush, plan: planDown},
	{name: "to the tutorial's statement", start: pushed, want: granted, plan: planUp, once: true},
	{name: "from the tutorial's statement", start: granted, want: pushed, plan: planUp, once: true},
	{name: "destroy the tutorial's statement", start: granted, want: granted, plan: planDown, once: true},
	{name: "with an end", want: ending, plan: planUp, once: true},
	{name: "another end", start: ending, want: renewed, plan: planUp, once: true},
	{name: "job", want: job, plan: planUp},
	{name: "destroy job", start: job, want: job, plan: planDown},
	{name: "logs", world: theirLogPolicyIsThere, want: logged, plan: planUp, once: true},
	{name: "destroy logs", world: theirLogPolicyIsThere, start: logged, want: logged, plan: planDown, once: true},
	{name: "adopt", world: byHand, want: adopted, plan: planUp, once: true},
	{name: "destroy, adopted", world: byHand, start: adopted, want: adopted, plan: planDown, once: true},
	{name: "destroy adopted too", world: byHand, start: adopted, want: adopted, plan: planDownAll, once: true},
	{name: "log group", want: grouped, plan: planUp, once: true},
	{name: "another log group", world: logKeyIsThere, start: grouped, want: regrouped, plan: planUp, once: true},
	{name: "destroy log group", start: grouped, want: grouped, plan: planDown, once: true},
	// The fake looks at the second role of a policy only once it has seen the first, so that twice as many reads go by.
	{name: "schedule", start: pushed, want: scheduled, plan: planUp, budget: 5 * time.Minute, once: true},
	{name: "another schedule", start: scheduled, want: rescheduled, plan: planUp, budget: 5 * time.Minute, once: true},
	{name: "destroy schedule", start: scheduled, want: scheduled, plan: planDown, budget: 5 * time.Minute, once: true},
}

// theirLogPolicy is a policy of others, in odd white space and with its members in an order of their own.
const (
	theirLogStatement = `{  "Sid":"TheirSearch", "Principal":{"Service": "es.amazonaws.com"},"Future" :[ 1.50e1,"\u0061\/<b>" , {"z":1,"a":2} ],
		"Resource":"*","Effect":"Allow",
 "Action":["logs:PutLogEvents" ]}`
	theirLogPolicy = ` {"Statement": ` + theirLogStatement + ` ,"Version":"2012-10-17"} `
)

// theirLogPolicyIsThere puts the log policy of others where ours would be made.
func theirLogPolicyIsThere(cloud *xaccttest.Cloud) {
	document, err := policy.Parse([]byte(theirLogPolicy))
	if err != nil {
		panic(err)
	}
	cloud.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, document)
}
