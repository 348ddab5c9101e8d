package task_test

import (
	"context"
	"fmt"
	"log"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// A nightly job starts one run a night, however often the job itself is started.
func ExampleStart() {
	ctx := context.Background()
	api, taskARN := twoAccounts(ctx)
	var runs []string
	for range 2 {
		execution, err := task.Start(ctx, api, taskARN, func(o *task.StartOptions) {
			o.Token = "2026-03-01"                       // a run of the task that has this token is found again
			o.Options.BytesPerSecond = task.MiBPerSecond // of this run; the task keeps its own
		})
		if err != nil {
			log.Fatal(err)
		}
		runs = append(runs, execution.ARN())
	}
	fmt.Println("the same run:", runs[0] == runs[1])

	outcome, err := task.Attach(api, runs[0]).Wait(ctx) // in any process that knows the ARN
	if err != nil {
		log.Fatal(err) // not everything arrived
	}
	fmt.Println(outcome.Verdict, outcome.Counters.Files, "objects")
	// Output:
	// the same run: true
	// complete 2 objects
}

// twoAccounts makes a task on an in-memory AWS, which copies the two objects of a bucket into one of another account.
// On AWS, api is a *datasync.Client of the task's account and Region.
func twoAccounts(ctx context.Context) (api task.ExecutionAPI, taskARN string) {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} }) // runs take no time
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	cloud.PutObject("media-raw", "2026/clip-1.mov", []byte("…"))
	cloud.PutObject("media-raw", "2026/clip-2.mov", []byte("…"))
	clients := cloud.Clients()
	p, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
	}})
	if err != nil {
		log.Fatal(err)
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		log.Fatal(err)
	}
	taskARN = result.TaskARN("media-archive")
	if api, err = clients.DataSync(taskARN); err != nil {
		log.Fatal(err)
	}
	return api, taskARN
}
