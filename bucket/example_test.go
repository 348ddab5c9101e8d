package bucket_test

import (
	"fmt"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/policy"
)

// destination is the bucket, and role a role of another account that may write to it.
var (
	destination = bucket.Spec{Name: "amzn-s3-demo-destination-bucket", Account: "444455556666", Region: "us-east-2"}
	role        = policy.AWS("arn:aws:iam::111122223333:role/datasync")
)

// The same statement is used for both sides of the grant.
func Example() {
	write := bucket.Write(destination.ARN(), "photos/2026")

	// The bucket's side, merged into the policy that the bucket has; here it has none.
	spec := destination
	spec.Statements = policy.Statements{write.WithSid("MediaWrite").By(role)}
	input, err := spec.PutPolicyInput(policy.Document{}) // for s3.Client.PutBucketPolicy
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("bucket", *input.Bucket, "of", *input.ExpectedBucketOwner)
	fmt.Println(policy.New(spec.Statements))

	// The role's side, for a bucket of that account only.
	fmt.Println("role")
	fmt.Println(policy.New(write.When(policy.StringEquals("aws:ResourceAccount", spec.Account))))
	// Output:
	// bucket amzn-s3-demo-destination-bucket of 444455556666
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Sid": "MediaWrite",
	//       "Effect": "Allow",
	//       "Principal": {
	//         "AWS": "arn:aws:iam::111122223333:role/datasync"
	//       },
	//       "Action": [
	//         "s3:GetBucketLocation",
	//         "s3:ListBucket",
	//         "s3:ListBucketMultipartUploads",
	//         "s3:GetObject",
	//         "s3:GetObjectTagging",
	//         "s3:GetObjectVersion",
	//         "s3:GetObjectVersionTagging",
	//         "s3:ListMultipartUploadParts",
	//         "s3:AbortMultipartUpload",
	//         "s3:DeleteObject",
	//         "s3:PutObject",
	//         "s3:PutObjectTagging"
	//       ],
	//       "Resource": [
	//         "arn:aws:s3:::amzn-s3-demo-destination-bucket",
	//         "arn:aws:s3:::amzn-s3-demo-destination-bucket/photos/2026/*"
	//       ]
	//     }
	//   ]
	// }
	// role
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Effect": "Allow",
	//       "Action": [
	//         "s3:GetBucketLocation",
	//         "s3:ListBucket",
	//         "s3:ListBucketMultipartUploads",
	//         "s3:GetObject",
	//         "s3:GetObjectTagging",
	//         "s3:GetObjectVersion",
	//         "s3:GetObjectVersionTagging",
	//         "s3:ListMultipartUploadParts",
	//         "s3:AbortMultipartUpload",
	//         "s3:DeleteObject",
	//         "s3:PutObject",
	//         "s3:PutObjectTagging"
	//       ],
	//       "Resource": [
	//         "arn:aws:s3:::amzn-s3-demo-destination-bucket",
	//         "arn:aws:s3:::amzn-s3-demo-destination-bucket/photos/2026/*"
	//       ],
	//       "Condition": {
	//         "StringEquals": {
	//           "aws:ResourceAccount": "444455556666"
	//         }
	//       }
	//     }
	//   ]
	// }
}
