package xacct_test

import (
	"context"
	"fmt"
	"log"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
)

// cloud is an in-memory AWS with a bucket in each of two accounts; against AWS the clients come from NewAccountClients instead.
func cloud() *xaccttest.Cloud {
	c := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} })
	c.AddBucket("111122223333", "eu-west-1", "media-raw")
	c.AddBucket("444455556666", "us-east-2", "media-archive")
	c.PutObject("media-raw", "2026/clip.mov", []byte("…"))
	return c
}

func Example() {
	clients := cloud().Clients()
	ctx := context.Background()

	transfer := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
	}

	p, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{transfer}) // reads only
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p)
	result, err := p.Apply(ctx, clients)
	if err != nil {
		log.Fatal(err, xacct.Hints(err))
	}

	run, err := p.Start(ctx, clients, result, transfer.Name) // the objects will belong to the destination's owner
	if err != nil {
		log.Fatal(err, xacct.Hints(err))
	}
	outcome, err := run.Wait(ctx) // err is nil only if everything arrived
	if err != nil {
		log.Fatal(err, xacct.Hints(err))
	}
	fmt.Printf("\n%s: %d object arrived\n", outcome.Verdict, outcome.Counters.Files)
	receipt, err := run.Receipt(ctx) // the record, to be kept as JSON
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("policies in force:", len(receipt.Policies))
	// Output:
	// media-archive: 6 to create, 0 to update, 0 blocked
	//
	// 111122223333 (task account)
	//   + iam-role           media-archive-source
	//   + iam-role           media-archive-destination
	//   + datasync-location  s3://media-raw/2026/       eu-west-1
	//   + datasync-location  s3://media-archive/        us-east-2
	//   + datasync-task      media-archive              us-east-2  ENHANCED
	//
	// 444455556666
	//   + bucket-policy  media-archive  us-east-2
	//       + XacctMediaArchiveWrite317df6a3   arn:aws:iam::111122223333:role/media-archive-destination may write
	//       + XacctMediaArchiveList8abc7cf6   arn:aws:iam::111122223333:role/Operator may list
	//
	// Checked  DataSync may assume the source role (allowed, by statement "DataSync")
	//          DataSync may read the source (allowed, by statement "Read")
	//          DataSync may assume the destination role (allowed, by statement "DataSync")
	//          DataSync may write the destination (allowed, by statement "XacctMediaArchiveWrite317df6a3")
	//          the operator may create the source location (allowed, by statement 1 of the identity policy)
	//          the operator may create the destination location (allowed, by statement "XacctMediaArchiveList8abc7cf6")
	//          the operator may make roles, locations and task (allowed, by statement 1 of the identity policy)
	//          the operator may run the task (allowed, by statement 1 of the identity policy)
	//
	// Unknown  service control policies of 111122223333 and 444455556666 and resource control policies of 111122223333 and 444455556666 were not given
	//            → hand them to the plan in SCPs and RCPs, or ask the organisation's administrators
	//
	// complete: 1 object arrived
	// policies in force: 6
}
