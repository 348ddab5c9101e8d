package xaccttest_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// An interceptor decides what becomes of each call. Here the answer of the first PutBucketPolicy is lost: the policy is stored, and the
// caller does not know.
func ExampleCloud_Intercept() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud()
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	cloud.Intercept(func(ctx context.Context, call xaccttest.Call, next func() error) error {
		if err := next(); err != nil || call.Operation != "PutBucketPolicy" {
			return err
		}
		return xaccttest.Fault(503, "ServiceUnavailable", "please try again")
	})
	grant := policy.New(policy.Allow("s3:ListBucket").By(policy.Account("111122223333")).On("arn:aws:s3:::media-archive"))
	_, err := cloud.Clients()["444455556666"].S3("us-east-2").PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
		Bucket: aws.String("media-archive"), Policy: aws.String(grant.String()),
	})
	fmt.Println(err != nil, cloud.Calls()[0].Applied, len(cloud.BucketPolicy("media-archive")) > 0)
	// Output: true true true
}
