package xaccttest_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// listing is the statement that lets a principal of another account list the bucket.
func listing(principal string) policy.Statement {
	return policy.Allow("s3:ListBucket").WithSid("Audit").By(policy.AWS(principal)).On("arn:aws:s3:::media-archive")
}

// A bucket policy is evaluated as S3 evaluates it, stored as S3 stores it and shown as S3 shows it.
func Example() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud()
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	auditor := cloud.AddRole("111122223333", "auditor", policy.New(policy.Allow("s3:ListBucket").On("*")))

	bucket := &s3.HeadBucketInput{Bucket: aws.String("media-archive"), ExpectedBucketOwner: aws.String("444455556666")}
	_, err := cloud.ClientsAs(auditor).S3("us-east-2").HeadBucket(ctx, bucket)
	fmt.Println("before:", err != nil)

	grant := policy.New(listing(auditor))
	_, err = cloud.Clients()["444455556666"].S3("us-east-2").PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
		Bucket: aws.String("media-archive"), Policy: aws.String(grant.String()),
	})
	fmt.Println("grant:", err)
	_, err = cloud.ClientsAs(auditor).S3("us-east-2").HeadBucket(ctx, bucket)
	fmt.Println("after:", err)
	fmt.Println(string(cloud.BucketPolicy("media-archive")))

	for _, call := range cloud.Calls() {
		fmt.Println(call.Account, call.Service, call.Operation, call.Err == nil)
	}
	// Output:
	// before: true
	// grant: <nil>
	// after: <nil>
	// {"Version":"2012-10-17","Statement":[{"Sid":"Audit","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/auditor"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::media-archive"}]}
	// 111122223333 S3 HeadBucket false
	// 444455556666 S3 PutBucketPolicy true
	// 111122223333 S3 HeadBucket true
}
