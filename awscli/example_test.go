package awscli_test

import (
	"fmt"

	"github.com/xacct/xacct/awscli"
	"github.com/xacct/xacct/location"
)

// A location on a bucket of another account.
var destination = location.Spec{
	Account: "111122223333",
	Region:  "us-east-2",
	Bucket:  "amzn-s3-demo-destination-bucket",
	Prefix:  "photos/2026",
	RoleARN: "arn:aws:iam::111122223333:role/datasync-destination",
}

func Example() {
	input, err := destination.CreateInput() // for datasync.Client.CreateLocationS3
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := awscli.Input(input)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text)
	line, err := awscli.Command(destination.Region, input)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(line)
	// Output:
	// {
	//   "S3BucketArn": "arn:aws:s3:::amzn-s3-demo-destination-bucket",
	//   "S3Config": {
	//     "BucketAccessRoleArn": "arn:aws:iam::111122223333:role/datasync-destination"
	//   },
	//   "Subdirectory": "photos/2026/"
	// }
	// aws datasync create-location-s3 --region us-east-2 --cli-input-json '{"S3BucketArn":"arn:aws:s3:::amzn-s3-demo-destination-bucket","S3Config":{"BucketAccessRoleArn":"arn:aws:iam::111122223333:role/datasync-destination"},"Subdirectory":"photos/2026/"}'
}
