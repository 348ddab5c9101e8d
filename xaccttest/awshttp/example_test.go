package awshttp_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// clientsOf are real SDK clients of an account's operator, which reach the handler without a socket.
func clientsOf(h *awshttp.Handler, account string) xacct.AccountClients {
	return xacct.NewAccountClients(aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String("http://localhost"), HTTPClient: &http.Client{Transport: h},
		Credentials: credentials.NewStaticCredentialsProvider(account, "any", ""),
	})
}

// A plan of the tutorial's transfer, read through real SDK clients over HTTP.
func Example() {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	h := awshttp.New(cloud)
	p, err := xacct.NewPlan(context.Background(), xacct.Clients{
		"111122223333": clientsOf(h, "111122223333"), "444455556666": clientsOf(h, "444455556666"),
	}, []xacct.Transfer{{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN("111122223333")},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range p.Changes {
		fmt.Println(c.Account, c.Op, c.Kind, c.Name)
	}
	// Output:
	// 111122223333 create iam-role media-archive-source
	// 111122223333 create iam-role media-archive-destination
	// 111122223333 create datasync-location s3://media-raw/
	// 111122223333 create datasync-location s3://media-archive/
	// 111122223333 create datasync-task media-archive
	// 444455556666 create bucket-policy media-archive
}
