package policy_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/xacct/xacct/policy"
)

// sharedPolicy is the policy of a bucket that others use already, as GetBucketPolicy returns it.
const sharedPolicy = `{
  "Version": "2008-10-17",
  "Id": "Shared bucket: ask media@example.com",
  "Statement": [
    {
      "Sid": "TLS only",
      "Effect": "Deny",
      "Principal": "*",
      "Action": "s3:*",
      "Resource": ["arn:aws:s3:::amzn-s3-demo-bucket", "arn:aws:s3:::amzn-s3-demo-bucket/*"],
      "Condition": {"Bool": {"aws:SecureTransport": false}}
    }
  ]
}`

// A bucket in account 444455556666 already has a policy of its users. The example allows a role in account 111122223333 to write to the
// bucket and leaves every other byte of the policy as it was. It prints the document for PutBucketPolicy, and the change for a reviewer.
func Example() {
	grant := policy.Allow("s3:ListBucket", "s3:GetObject", "s3:PutObject").
		WithSid("MediaArchiveWrite").
		By(policy.AWS("arn:aws:iam::111122223333:role/media-archive")).
		On("arn:aws:s3:::amzn-s3-demo-bucket", "arn:aws:s3:::amzn-s3-demo-bucket/2026/*")

	before, err := policy.Parse([]byte(sharedPolicy))
	if err != nil {
		log.Fatal(err)
	}
	after, err := before.Merge(grant)
	if err != nil {
		log.Fatal(err)
	}
	if err := after.Validate(policy.Bucket); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n\n", after.Bytes())
	for _, change := range policy.Diff(before, after) {
		fmt.Println(change)
	}
	used, quota := after.Size(policy.Bucket)
	fmt.Printf("\n%d of %d bytes\n", used, quota)

	// Without removes the statement again.
	fmt.Println("undone:", string(after.Without("MediaArchiveWrite").Bytes()) == sharedPolicy)

	// Merge never overwrites a statement that has the same Sid and another meaning.
	_, err = after.Merge(grant.On("*"))
	var conflict *policy.ConflictError
	fmt.Println("refused:", errors.As(err, &conflict))

	// Output:
	// {
	//   "Version": "2008-10-17",
	//   "Id": "Shared bucket: ask media@example.com",
	//   "Statement": [
	//     {
	//       "Sid": "TLS only",
	//       "Effect": "Deny",
	//       "Principal": "*",
	//       "Action": "s3:*",
	//       "Resource": ["arn:aws:s3:::amzn-s3-demo-bucket", "arn:aws:s3:::amzn-s3-demo-bucket/*"],
	//       "Condition": {"Bool": {"aws:SecureTransport": false}}
	//     },
	//     {"Sid":"MediaArchiveWrite","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/media-archive"},"Action":["s3:ListBucket","s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::amzn-s3-demo-bucket","arn:aws:s3:::amzn-s3-demo-bucket/2026/*"]}
	//   ]
	// }
	//
	//   TLS only: everyone may not s3:* on arn:aws:s3:::amzn-s3-demo-bucket, arn:aws:s3:::amzn-s3-demo-bucket/*, if aws:SecureTransport is false
	// + MediaArchiveWrite: arn:aws:iam::111122223333:role/media-archive may s3:ListBucket, s3:GetObject, s3:PutObject on arn:aws:s3:::amzn-s3-demo-bucket, arn:aws:s3:::amzn-s3-demo-bucket/2026/*
	//
	// 544 of 20480 bytes
	// undone: true
	// refused: true
}
