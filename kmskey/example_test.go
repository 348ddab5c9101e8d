package kmskey_test

import (
	"fmt"

	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
)

// A key, its policy as AWS creates it, and a role of another account that may read objects that are encrypted under the key.
var (
	key     = kmskey.Spec{ARN: "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
	current = policy.New(policy.Allow("kms:*").WithSid("Enable IAM User Permissions").By(policy.AWS("arn:aws:iam::444455556666:root")).On("*"))
	role    = policy.AWS("arn:aws:iam::111122223333:role/datasync")
)

// The same statement is used for both sides of the grant.
func Example() {
	// The key's side, merged into the policy that the key has.
	spec := key
	spec.Statements = policy.Statements{kmskey.Read(kmskey.Everywhere).WithSid("MediaDecrypt").By(role)}
	input, err := spec.PutPolicyInput(current) // for kms.Client.PutKeyPolicy
	if err != nil {
		fmt.Println(err)
		return
	}
	merged, err := policy.Parse([]byte(*input.Policy))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("key of", spec.Account(), "in", spec.Region())
	fmt.Println(merged)

	// The role's side, on the full ARN of the key, and only for what S3 does on behalf of the role.
	fmt.Println("role")
	fmt.Println(policy.New(kmskey.Read(spec.ARN).When(kmskey.ViaS3(spec.Region()))))

	// A policy that nobody could change again is refused.
	_, err = spec.ReplacePolicyInput(policy.New(spec.Statements))
	fmt.Println(err != nil)
	// Output:
	// key of 444455556666 in eu-west-1
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Sid": "Enable IAM User Permissions",
	//       "Effect": "Allow",
	//       "Principal": {
	//         "AWS": "arn:aws:iam::444455556666:root"
	//       },
	//       "Action": "kms:*",
	//       "Resource": "*"
	//     },
	//     {
	//       "Sid": "MediaDecrypt",
	//       "Effect": "Allow",
	//       "Principal": {
	//         "AWS": "arn:aws:iam::111122223333:role/datasync"
	//       },
	//       "Action": [
	//         "kms:Decrypt",
	//         "kms:DescribeKey"
	//       ],
	//       "Resource": "*"
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
	//         "kms:Decrypt",
	//         "kms:DescribeKey"
	//       ],
	//       "Resource": "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
	//       "Condition": {
	//         "StringEquals": {
	//           "kms:ViaService": "s3.eu-west-1.amazonaws.com"
	//         }
	//       }
	//     }
	//   ]
	// }
	// true
}
