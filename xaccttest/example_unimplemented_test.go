package xaccttest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/xaccttest"
)

// ownedByWriters is an S3 whose only bucket has ACLs. It has the one method that the test is about; every other call is an error that names it.
type ownedByWriters struct{ xaccttest.UnimplementedS3 }

func (ownedByWriters) GetBucketOwnershipControls(
	context.Context, *s3.GetBucketOwnershipControlsInput, ...func(*s3.Options),
) (*s3.GetBucketOwnershipControlsOutput, error) {
	return &s3.GetBucketOwnershipControlsOutput{OwnershipControls: &s3types.OwnershipControls{
		Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnershipObjectWriter}},
	}}, nil
}

// A fake written by hand embeds the Unimplemented type of its client, and has the methods that the test needs.
func ExampleUnimplementedS3() {
	ctx := context.Background()
	fake := ownedByWriters{}
	clients := xacct.Clients{"444455556666": {S3: func(string) bucket.API { return fake }}}
	transfer := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
	}

	err := xacct.VerifyOwnership(clients, transfer)(ctx)
	var ownership *xacct.OwnershipError
	fmt.Println(errors.As(err, &ownership), ownership.Have)

	_, err = fake.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{})
	fmt.Println(err)
	// Output:
	// true ObjectWriter
	// S3:GetBucketPolicy is not implemented by this fake
}
