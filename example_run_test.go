package xacct_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"maps"
	"slices"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// A run by the name of its transfer, from the start to the record. No request is made before it is known that the objects will belong to the
// destination's owner.
func ExamplePlan_Start() {
	ctx := context.Background()
	clients, p, result := setUp(ctx)

	run, err := p.Start(ctx, clients, result, "media-archive")
	if err != nil {
		log.Fatal(err, xacct.Hints(err))
	}
	outcome, err := run.Wait(ctx)
	if outcome == nil { // a run that left something behind has an outcome beside the error, and a receipt, too
		log.Fatal(err, xacct.Hints(err))
	}
	fmt.Println(outcome.Verdict)
	receipt, err := run.Receipt(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d object, %d policies in force\n", receipt.Counters.Files, len(receipt.Policies))
	// Output:
	// complete
	// 1 object, 6 policies in force
}

// Of two teams, one runs the task and has no client of the bucket's owner. The other has looked at the bucket and confirmed that ACLs are disabled:
// the receipt says who did.
func ExampleOwnershipConfirmed() {
	ctx := context.Background()
	clients, p, result := setUp(ctx)
	ours := xacct.Clients{"111122223333": clients["111122223333"]}

	_, err := p.Start(ctx, ours, result, "media-archive")
	var unproved *xacct.OwnershipError
	if errors.As(err, &unproved) {
		fmt.Println(unproved.Hint())
	}

	run, err := p.Start(ctx, ours, result, "media-archive", xacct.OwnershipConfirmed("media-archive", "storage team, ticket 12"))
	if err != nil {
		log.Fatal(err, xacct.Hints(err))
	}
	receipt, err := run.Receipt(ctx) // waits for the run's end
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(receipt.Verdict, receipt.OwnershipConfirmed)
	// Output:
	// give a client of account 444455556666 that may s3:GetBucketOwnershipControls, or have its owner confirm that ACLs are disabled: OwnershipConfirmed(bucket, by) is an option of Plan.Start, or plan with their report in PlanOptions.Reported
	// complete map[media-archive:storage team, ticket 12]
}

// setUp plans and applies a transfer on an in-memory AWS.
func setUp(ctx context.Context) (xacct.Clients, *xacct.Plan, *xacct.Result) {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} }) // runs take no time
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	cloud.PutObject("media-raw", "2026/clip.mov", []byte("…"))
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
		log.Fatal(err, xacct.Hints(err))
	}
	return clients, p, result
}

// The record of a run: what was planned, ran and arrived, and which policies were in force. It is kept as JSON.
func ExamplePlan_Receipt() {
	ctx := context.Background()
	clients, p, result := setUp(ctx)
	run, err := p.Start(ctx, clients, result, "media-archive")
	if err != nil {
		log.Fatal(err, xacct.Hints(err))
	}
	outcome, err := run.Wait(ctx)
	if outcome == nil { // a run that left something behind has an outcome beside the error, and a receipt, too
		log.Fatal(err, xacct.Hints(err))
	}

	receipt, err := p.Receipt(ctx, clients, "media-archive", result, outcome) // run.Receipt(ctx) is the same
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(receipt.Verdict, receipt.Counters.Files, "object")
	for _, policy := range slices.Sorted(maps.Keys(receipt.Policies)) { // each with its digest
		fmt.Println(policy)
	}
	fmt.Println(len(receipt.NotRead), "could not be read")
	if _, err := json.Marshal(receipt); err != nil { // to be kept
		log.Fatal(err)
	}
	// Output:
	// complete 1 object
	// bucket media-archive
	// bucket media-raw
	// policy xacct-media-archive-destination of arn:aws:iam::111122223333:role/media-archive-destination
	// policy xacct-media-archive-source of arn:aws:iam::111122223333:role/media-archive-source
	// trust arn:aws:iam::111122223333:role/media-archive-destination
	// trust arn:aws:iam::111122223333:role/media-archive-source
	// 0 could not be read
}

// A destroy plan takes away what is ours; Apply deletes the roles last. The objects that arrived stay.
func ExampleNewDestroyPlan() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} })
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	clients := cloud.Clients()
	transfers := []xacct.Transfer{{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
	}}
	p, err := xacct.NewPlan(ctx, clients, transfers)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := p.Apply(ctx, clients); err != nil {
		log.Fatal(err)
	}

	destroy, err := xacct.NewDestroyPlan(ctx, clients, transfers) // reads only
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range destroy.Changes {
		fmt.Println(change.Op, change.Kind, change.Name)
	}
	result, err := destroy.Apply(ctx, clients)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Count(xacct.Done), "done")
	if destroy, err = xacct.NewDestroyPlan(ctx, clients, transfers); err != nil {
		log.Fatal(err)
	}
	fmt.Println("nothing is left to destroy:", destroy.Empty())
	// Output:
	// delete iam-role media-archive-source
	// delete iam-role media-archive-destination
	// delete datasync-location s3://media-raw/
	// delete datasync-location s3://media-archive/
	// delete datasync-task media-archive
	// delete bucket-policy media-archive
	// 6 done
	// nothing is left to destroy: true
}

// While the destination has ACLs, its owner could not read what a run writes: the run is not started.
func ExampleVerifyOwnership() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} })
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	cloud.PutObject("media-raw", "2026/clip.mov", []byte("…"))
	clients := cloud.Clients()
	transfer := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
	}
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
	start := func() error {
		_, err := task.Start(ctx, api, result.TaskARN(transfer.Name), func(o *task.StartOptions) {
			o.Before = xacct.VerifyOwnership(clients, transfer)
		})
		return err
	}
	fmt.Println("started:", start() == nil)

	// Later, the destination's owner enables ACLs again.
	theirs := bucket.Spec{Name: "media-archive", Account: "444455556666", Region: "us-east-2"}
	input, err := theirs.RestoreOwnershipInput(s3types.ObjectOwnershipObjectWriter)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := clients["444455556666"].S3("us-east-2").PutBucketOwnershipControls(ctx, input); err != nil {
		log.Fatal(err)
	}
	var refused *xacct.OwnershipError
	if err := start(); errors.As(err, &refused) {
		fmt.Println(refused)
		fmt.Println(refused.Hint())
	}
	// Output:
	// started: true
	// bucket media-archive of account 444455556666: objects would belong to the task account 111122223333 (ObjectWriter)
	// set Destination.DisableACLs and apply the plan, after checking who still writes or reads through ACLs
}
