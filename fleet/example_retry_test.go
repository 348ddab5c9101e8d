package fleet_test

import (
	"context"
	"fmt"
	"log"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// An object cannot be read while the first run goes on. The report names it, and a second run transfers it alone.
func ExampleOptions_retries() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) {
		o.Phases = xaccttest.Phases{Launching: 10 * time.Millisecond, Transferring: 50 * time.Millisecond}
	})
	cloud.AddBucket("111122223333", "us-east-2", "reports") // of the task account, in the Region of the tasks
	var transfers []xacct.Transfer
	for _, name := range []string{"logs", "images"} {
		cloud.AddBucket("111122223333", "eu-west-1", "media-"+name)
		cloud.AddBucket("444455556666", "us-east-2", "archive-"+name)
		cloud.PutObject("media-"+name, "a.txt", []byte("abc"))
		transfers = append(transfers, xacct.Transfer{
			Name:        name,
			Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-" + name},
			Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "archive-" + name},
			Operators:   []string{cloud.OperatorARN("111122223333")},
			Task:        task.Spec{Report: &task.Report{Bucket: "reports", Prefix: name}},
			Retries:     &task.Manifest{Bucket: "reports", Key: name + ".csv"}, // the list of what is left behind
		})
	}
	clients := cloud.Clients()
	p, err := xacct.NewPlan(ctx, clients, transfers)
	if err != nil {
		log.Fatal(err)
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		log.Fatal(err, xacct.Hints(err))
	}
	broken := true
	cloud.PutObject("media-images", "b.png", []byte("png"))
	cloud.OnStep(func(s xaccttest.Step) error {
		if broken && s.Phase == dstypes.TaskExecutionStatusTransferring && s.Key == "b.png" {
			broken = false
			return xaccttest.Fault(503, "SlowDown", "Please reduce your request rate.")
		}
		return nil
	})

	runner, err := fleet.New(p, clients, result, func(o *fleet.Options) {
		o.MaxRunning, o.Retries = 10, 2
		o.Every = 20 * time.Millisecond // on AWS leave it out
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, err := range runner.Run(ctx) {
		if err != nil {
			log.Fatal(err)
		}
	}
	for _, row := range runner.Results() {
		fmt.Println(row)
		for _, earlier := range row.Earlier {
			fmt.Printf("  after a run that ended %s\n", earlier.Verdict)
		}
	}
	fmt.Println(runner.Err())
	// Output:
	// images: complete
	//   after a run that ended with exceptions
	// logs: complete
	// <nil>
}
