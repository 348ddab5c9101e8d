package problem_test

import (
	"errors"
	"fmt"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/problem"
)

var transfer = xacct.Transfer{
	Name:        "media archive",
	Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
	Destination: xacct.Endpoint{Account: "4444-5555-6666", Region: "us-east-2", Bucket: "media-archive"},
}

func Example() {
	err := transfer.Validate()
	var first *problem.Problem
	fmt.Println(errors.As(err, &first), first.Path)
	for _, p := range problem.All(err) {
		fmt.Printf("%s %q: %s\n", p.Path, p.Value, p.Remedy)
	}
	// Output:
	// true Name
	// Name "media archive": choose a short name such as media-archive: roles, tags and statement ids are made from it
	// Destination.Account "4444-5555-6666": give the id with its leading zeros, not an alias or an ARN
}
