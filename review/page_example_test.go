package review_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/review"
	"github.com/xacct/xacct/xaccttest"
)

// A page for each plan, and an error for one whose text was edited.
func ExampleHTML() {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	p, err := xacct.NewPlan(context.Background(), cloud.Clients(), []xacct.Transfer{{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN("111122223333")},
	}})
	if err != nil {
		log.Fatal(err)
	}
	var page bytes.Buffer
	if err := review.HTML(&page, p); err != nil {
		log.Fatal(err)
	}
	fmt.Println("scripts:", strings.Count(page.String(), "<script"), "pictures:", strings.Count(page.String(), "<svg"))

	for i, c := range p.Changes {
		p.Changes[i].After = strings.ReplaceAll(c.After, "role/Operator", "role/Intruder")
	}
	var mismatch *xacct.MismatchError
	fmt.Println("refused:", errors.As(review.HTML(&page, p), &mismatch), mismatch)
	// Output:
	// scripts: 0 pictures: 1
	// refused: true 444455556666/us-east-2/bucket-policy/media-archive: the plan does not match its transfers: statement "XacctMediaArchiveList8abc7cf6" is another
}

// The picture alone, for a page of documentation.
func ExampleMermaid() {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	p, err := xacct.NewPlan(context.Background(), cloud.Clients(), []xacct.Transfer{{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN("111122223333")},
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(review.Mermaid(p))
	// Output:
	// flowchart LR
	//   subgraph a1["account 111122223333 (task account)"]
	//     n1["task media-archive"]
	//     n2(["role media-archive-source"])
	//     n4(["role media-archive-destination"])
	//     n6(["operator Operator"])
	//     n3[("bucket media-raw")]
	//   end
	//   subgraph a2["account 444455556666"]
	//     n5[("bucket media-archive")]
	//   end
	//   n1 ---|"runs as"| n2
	//   n1 ---|"runs as"| n4
	//   n2 -->|"may read: allowed"| n3
	//   n4 -->|"may write: allowed"| n5
	//   n6 -->|"may list: allowed"| n5
}
