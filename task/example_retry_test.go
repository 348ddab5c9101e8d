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

// What a run left behind is run again, by what its report says.
func ExampleRetry() {
	ctx := context.Background()
	f := newFirstRun(ctx)
	again, err := task.Retry(ctx, f.api, f.objects, f.executionARN, f.report, f.manifest)
	if err != nil {
		log.Fatal(err)
	}
	if again == nil {
		fmt.Println("nothing had failed")
		return
	}
	outcome, err := again.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(outcome.Verdict, outcome.Counters.Files, "object")
	// Output:
	// with exceptions 1 failed
	// complete 1 object
}

// firstRun is a run on an in-memory AWS that left one of two objects behind. On AWS, api is a *datasync.Client of the task's Region, and objects
// a *s3.Client of the Region of the two buckets.
type firstRun struct {
	api          task.ExecutionAPI
	executionARN string
	objects      task.ObjectsAPI
	report       task.Report   // that the run wrote
	manifest     task.Manifest // to write, for the run that follows
}

func newFirstRun(ctx context.Context) firstRun {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} }) // runs take no time
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("111122223333", "us-east-2", "media-lists")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	cloud.PutObject("media-raw", "2026/clip-1.mov", []byte("…"))
	cloud.PutObject("media-raw", "2026/clip-2.mov", []byte("…"))
	cloud.OnStep(func(s xaccttest.Step) error {
		if s.Phase == dstypes.TaskExecutionStatusTransferring && s.Key == "2026/clip-2.mov" {
			return xaccttest.Fault(403, "S3AccessDenied", "Access Denied")
		}
		return nil
	})
	transfer := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
		Task:        task.Spec{Report: &task.Report{Bucket: "media-lists", Prefix: "reports/"}},
		Retries:     &task.Manifest{Bucket: "media-lists", Key: "retry.csv"},
	}
	clients := cloud.Clients()
	p, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{transfer})
	if err != nil {
		log.Fatal(err)
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		log.Fatal(err)
	}
	api, err := clients.DataSync(result.TaskARN(transfer.Name))
	if err != nil {
		log.Fatal(err)
	}
	objects, err := clients.Objects("111122223333", "us-east-2")
	if err != nil {
		log.Fatal(err)
	}
	execution, err := task.Start(ctx, api, result.TaskARN(transfer.Name))
	if err != nil {
		log.Fatal(err)
	}
	outcome, err := execution.Wait(ctx)
	if outcome == nil { // err also says that not everything arrived
		log.Fatal(err)
	}
	fmt.Println(outcome.Verdict, outcome.Counters.Failed(), "failed")
	cloud.OnStep(nil) // somebody has mended it
	return firstRun{api, execution.ARN(), objects, *transfer.Task.Report, transfer.RetryManifest()}
}
