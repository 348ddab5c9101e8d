package task_test

import (
	"context"
	"fmt"
	"log"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// Every look at a run is a line, and the last one tells how the run ended.
func ExampleExecution_Watch() {
	ctx := context.Background()
	api, taskARN := withAnObjectThatFails(ctx)
	execution, err := task.Start(ctx, api, taskARN)
	if err != nil {
		log.Fatal(err)
	}
	for progress, err := range execution.Watch(ctx, func(o *task.WatchOptions) { o.CancelOnDone = true }) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(progress)
		if outcome := progress.Outcome; outcome != nil {
			fmt.Println(outcome.Verdict)
			for _, e := range outcome.Exceptions() {
				fmt.Printf("%s: %d (%s)\n", e.What, e.Count, e.Reason)
			}
		}
	}
	// Output:
	// SUCCESS 100%, 1 of 2 objects, 3 of 6 bytes
	// with exceptions
	// failed to transfer: 1 (the roles may not read, decrypt or write the object, or it changed meanwhile)
	// error: 0 (Transfer and verification completed. Selected files transferred except for files skipped due to errors.)
}

// withAnObjectThatFails makes a task on an in-memory AWS, where one of the two objects fails to be transferred.
// On AWS, api is a *datasync.Client of the task's account and Region.
func withAnObjectThatFails(ctx context.Context) (api task.ExecutionAPI, taskARN string) {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} }) // runs take no time: there is one look
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	cloud.PutObject("media-raw", "2026/clip-1.mov", []byte("…"))
	cloud.PutObject("media-raw", "2026/clip-2.mov", []byte("…"))
	cloud.OnStep(func(s xaccttest.Step) error {
		if s.Phase == "TRANSFERRING" && s.Key == "2026/clip-2.mov" {
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
