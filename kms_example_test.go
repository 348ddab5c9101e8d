package xacct_test

import (
	"fmt"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
)

// Both buckets are encrypted, each with a key of its own account. The role may use both keys, and the key in the other account lets it.
func ExampleEndpoint_encrypted() {
	transfer := xacct.Transfer{
		Name: "media-archive",
		Source: xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw",
			KMSKeys: []string{"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive",
			KMSKeys: []string{"arn:aws:kms:us-east-2:444455556666:key/5678abcd-12ab-34cd-56ef-1234567890ab"}},
	}
	resources, err := transfer.Resources()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range resources.Keys {
		fmt.Println("key", key.ARN)
		if len(key.Statements) > 0 { // what its policy is to hold besides what it has
			fmt.Println(policy.New(key.Statements))
		}
	}
	// Output:
	// key arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
	// key arn:aws:kms:us-east-2:444455556666:key/5678abcd-12ab-34cd-56ef-1234567890ab
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Sid": "XacctMediaArchiveEncrypt4b3bc3e0",
	//       "Effect": "Allow",
	//       "Principal": {
	//         "AWS": "arn:aws:iam::111122223333:role/media-archive-destination"
	//       },
	//       "Action": [
	//         "kms:Encrypt",
	//         "kms:Decrypt",
	//         "kms:ReEncrypt*",
	//         "kms:GenerateDataKey*",
	//         "kms:DescribeKey"
	//       ],
	//       "Resource": "*"
	//     }
	//   ]
	// }
}
