package task_test

import (
	"context"
	"fmt"
	"log"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// The report of a run says what became of each object.
func ExampleReadReport() {
	ctx := context.Background()
	report := task.Report{Bucket: "media-reports", Level: dstypes.ReportLevelSuccessesAndErrors}
	objects, outcome := withAReport(ctx, report)
	fmt.Println(outcome.Verdict)
	for entry, err := range task.ReadReport(ctx, objects, report, outcome.ExecutionARN) {
		if err != nil {
			log.Fatal(err)
		}
		if entry.Failed() {
			fmt.Println(entry.Kind, entry.Key, "failed:", entry.ErrorCode)
		} else {
			fmt.Println(entry.Kind, entry.Key)
		}
	}
	// Output:
	// with exceptions
	// Transferred 2026/clip-1.mov
	// Transferred 2026/clip-2.mov failed: S3AccessDenied
	// Verified 2026/clip-1.mov
}

// withAReport runs a task with the report on an in-memory AWS, where one of the two objects fails to be transferred.
// On AWS, objects is a *s3.Client of the Region of the report's bucket.
func withAReport(ctx context.Context, report task.Report) (objects task.ObjectsAPI, outcome *task.Outcome) {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} }) // runs take no time
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("111122223333", "us-east-2", report.Bucket)
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	cloud.PutObject("media-raw", "2026/clip-1.mov", []byte("…"))
	cloud.PutObject("media-raw", "2026/clip-2.mov", []byte("…"))
	cloud.OnStep(func(s xaccttest.Step) error {
		if s.Phase == dstypes.TaskExecutionStatusTransferring && s.Key == "2026/clip-2.mov" {
			return xaccttest.Fault(403, "S3AccessDenied", "Access Denied")
		}
		return nil
	})
	clients := cloud.Clients()
	p, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
		Task:        task.Spec{Report: &report},
	}})
	if err != nil {
		log.Fatal(err)
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		log.Fatal(err)
	}
	api, err := clients.DataSync(result.TaskARN("media-archive"))
	if err != nil {
		log.Fatal(err)
	}
	execution, err := task.Start(ctx, api, result.TaskARN("media-archive"))
	if err != nil {
		log.Fatal(err)
	}
	if outcome, err = execution.Wait(ctx); outcome == nil { // err also says that not everything arrived
		log.Fatal(err)
	}
	if objects, err = clients.Objects("111122223333", "us-east-2"); err != nil {
		log.Fatal(err)
	}
	return objects, outcome
}
