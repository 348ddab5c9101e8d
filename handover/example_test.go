package handover_test

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/xaccttest"
)

// world is an in-memory AWS with the two buckets of the tutorial, and the clients of the source's account alone.
func world() (*xaccttest.Cloud, xacct.Clients) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	return cloud, xacct.Clients{"111122223333": cloud.ClientsAs(cloud.OperatorARN("111122223333"))}
}

// The source's team has no credentials of the destination's account. It plans its transfer, and makes the folder for the bucket's owner.
func Example() {
	cloud, clients := world()
	p, err := xacct.NewPlan(context.Background(), clients, []xacct.Transfer{{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN("111122223333")},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := handover.New(p, "444455556666")
	if err != nil {
		fmt.Println(err)
		return
	}
	files, err := fs.Glob(b.FS(), "*")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range files {
		fmt.Println(name)
	}
	fmt.Println(len(b.Digest()), "digits to tell the owner by telephone")
	// Output:
	// README.md
	// SHA256SUMS
	// cloudformation
	// plan.json
	// review.html
	// script.sh
	// statements
	// terraform
	// undo.sh
	// 64 digits to tell the owner by telephone
}
