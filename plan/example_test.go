package plan_test

import (
	"fmt"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

var transfer = xacct.Transfer{
	Name:        "media-archive",
	Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
	Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
	Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
}

// What a reviewer looks for before anything is read from AWS: who is denied, and by which statement.
func Example() {
	resources, err := transfer.Resources()
	if err != nil {
		fmt.Println(err)
		return
	}
	noWrites, err := policy.Parse([]byte(`{"Version": "2012-10-17", "Statement": {"Sid": "NoUploads", "Effect": "Deny", "Principal": "*",
		"Action": "s3:PutObject", "Resource": "arn:aws:s3:::media-archive/*"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	facts := plan.Facts{BucketPolicies: map[string]policy.Document{"media-archive": noWrites}}
	for _, f := range resources.Check(facts) {
		if f.Severity == plan.Blocking {
			fmt.Printf("%s: %s on the %s, by %s\n", f.Code, f.Actions, f.Side, f.Statement)
		}
	}
	// Output:
	// denied: [s3:PutObject] on the destination, by NoUploads
}
