package bucket

import "github.com/xacct/xacct/policy"

// Read is what DataSync needs on a bucket that it reads from: the actions on the bucket and on the objects under prefix.
func Read(bucketARN, prefix string) policy.Statement { return policy.Statement{} }

// Write is what DataSync needs on a bucket that it writes to: the actions on the bucket and on the objects under prefix.
func Write(bucketARN, prefix string) policy.Statement { return policy.Statement{} }

// List is what the caller of CreateLocationS3 needs on the bucket.
func List(bucketARN string) policy.Statement { return policy.Statement{} }
