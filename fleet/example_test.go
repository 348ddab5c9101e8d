package fleet_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/xaccttest"
)

// Three buckets of one team, each with a copy in the account of another.
func Example() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) {
		o.Phases = xaccttest.Phases{Launching: 10 * time.Millisecond, Transferring: 50 * time.Millisecond}
	})
	transfers := Transfers(cloud, "logs", "images", "videos")
	clients := cloud.Clients()
	p, err := xacct.NewPlan(ctx, clients, transfers)
	if err != nil {
		log.Fatal(err)
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		log.Fatal(err)
	}
	runner, err := fleet.New(p, clients, result, func(o *fleet.Options) {
		o.MaxRunning = 1
		o.RunID = "2026-03-01"
		o.Canaries = []string{"logs"}
		o.Sizes = map[string]int64{"images": 10, "videos": 90}
		o.Every = 20 * time.Millisecond // on AWS leave it out
	})
	if err != nil {
		log.Fatal(err)
	}
	for event, err := range runner.Run(ctx) {
		if err != nil {
			log.Fatal(err, xacct.Hints(err))
		}
		if event.Row.Receipt == nil && event.Row.Outcome != nil {
			fmt.Println(event)
		}
	}
	fmt.Println(runner.Counts())
	fmt.Println(runner.Results()[0].Receipt.Verdict, runner.Err())
	// Output:
	// logs: complete
	// images: complete
	// videos: complete
	// 3 complete
	// complete <nil>
}

// Transfers makes a bucket of each name with an object, and the transfer that copies it.
func Transfers(cloud *xaccttest.Cloud, names ...string) []xacct.Transfer {
	var out []xacct.Transfer
	for _, name := range names {
		cloud.AddBucket("111122223333", "eu-west-1", "media-"+name)
		cloud.AddBucket("444455556666", "us-east-2", "archive-"+name)
		cloud.PutObject("media-"+name, "a.txt", []byte("abc"))
		out = append(out, xacct.Transfer{
			Name:        name,
			Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-" + name},
			Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "archive-" + name},
			Operators:   []string{cloud.OperatorARN("111122223333")},
		})
	}
	return out
}
