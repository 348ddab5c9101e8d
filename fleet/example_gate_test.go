package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/xaccttest"
)

// The policy of the canary's bucket was taken away after it was set up: nothing else is begun.
func ExampleGateError() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) {
		o.Phases = xaccttest.Phases{Launching: 10 * time.Millisecond, Transferring: 50 * time.Millisecond}
	})
	var transfers []xacct.Transfer
	for _, name := range []string{"logs", "images", "videos"} {
		cloud.AddBucket("111122223333", "eu-west-1", "media-"+name)
		cloud.AddBucket("444455556666", "us-east-2", "archive-"+name)
		transfers = append(transfers, xacct.Transfer{
			Name:        name,
			Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-" + name},
			Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "archive-" + name},
			Operators:   []string{cloud.OperatorARN("111122223333")},
		})
	}
	clients := cloud.Clients()
	p, err := xacct.NewPlan(ctx, clients, transfers)
	if err != nil {
		log.Fatal(err)
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		log.Fatal(err)
	}
	cloud.SetBucketPolicy("archive-logs", nil)

	runner, err := fleet.New(p, clients, result, func(o *fleet.Options) {
		o.MaxRunning = 10
		o.Canaries = []string{"logs"}
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
		var gate *fleet.GateError
		var access *xacct.AccessTestError
		switch {
		case errors.As(row.Err, &gate):
			fmt.Println(row)
		case errors.As(row.Err, &access):
			fmt.Printf("%s: %s, for want of access\n", row.Transfer, row.State)
		}
	}
	fmt.Println(runner.Counts())
	// Output:
	// images: held: not begun: canary not complete: logs
	// logs: not started, for want of access
	// videos: held: not begun: canary not complete: logs
	// 1 not started, 2 held
}
