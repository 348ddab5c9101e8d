package iamrole_test

import (
	"fmt"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/policy"
)

// A role that DataSync may assume for one account, in the Region of the bucket and in that of the task.
var source = iamrole.Spec{
	Name:  "datasync-source",
	Trust: iamrole.DataSyncTrust("aws", "111122223333", "eu-west-1", "us-east-2"),
	Policies: map[string]policy.Document{
		"list": policy.New(policy.Allow("s3:ListBucket").On("arn:aws:s3:::amzn-s3-demo-source-bucket")),
	},
}

func Example() {
	if _, err := source.CreateInput(); err != nil { // for iam.Client.CreateRole
		fmt.Println(err)
		return
	}
	input, err := source.PutPolicyInput("list") // for iam.Client.PutRolePolicy
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(source.ARN("aws", "111122223333"))
	fmt.Println(source.Trust)
	fmt.Println(*input.PolicyDocument)
	// Output:
	// arn:aws:iam::111122223333:role/datasync-source
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Sid": "DataSync",
	//       "Effect": "Allow",
	//       "Principal": {
	//         "Service": "datasync.amazonaws.com"
	//       },
	//       "Action": "sts:AssumeRole",
	//       "Condition": {
	//         "StringEquals": {
	//           "aws:SourceAccount": "111122223333"
	//         },
	//         "ArnLike": {
	//           "aws:SourceArn": [
	//             "arn:aws:datasync:eu-west-1:111122223333:*",
	//             "arn:aws:datasync:us-east-2:111122223333:*"
	//           ]
	//         }
	//       }
	//     }
	//   ]
	// }
	// {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::amzn-s3-demo-source-bucket"}]}
}
