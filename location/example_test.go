package location_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/awscli"
	"github.com/xacct/xacct/location"
)

// A location on a bucket of another account: the location and the role are the task's account's.
var destination = location.Spec{
	Account:      "111122223333",
	Region:       "us-east-2",
	Bucket:       "amzn-s3-demo-destination-bucket",
	Prefix:       "photos/2026",
	StorageClass: types.S3StorageClassStandardIa,
	RoleARN:      "arn:aws:iam::111122223333:role/datasync-destination",
	Tags:         map[string]string{"team": "media"},
}

func Example() {
	input, err := destination.CreateInput() // for datasync.Client.CreateLocationS3
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(destination.URI())
	text, err := awscli.Input(input)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text)
	// Output:
	// s3://amzn-s3-demo-destination-bucket/photos/2026/
	// {
	//   "S3BucketArn": "arn:aws:s3:::amzn-s3-demo-destination-bucket",
	//   "S3Config": {
	//     "BucketAccessRoleArn": "arn:aws:iam::111122223333:role/datasync-destination"
	//   },
	//   "S3StorageClass": "STANDARD_IA",
	//   "Subdirectory": "photos/2026/",
	//   "Tags": [
	//     {
	//       "Key": "team",
	//       "Value": "media"
	//     }
	//   ]
	// }
}
