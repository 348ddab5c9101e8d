package bucket

import (
	"strings"

	"github.com/xacct/xacct/policy"
)

// What DataSync does to the bucket itself, to objects that it reads, and besides that to objects where it writes.
// The guide lists the same actions for every task mode. Its condition on aws:ResourceAccount is the caller's to add.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
var (
	bucketActions = []string{"s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"}
	readActions   = []string{"s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:ListMultipartUploadParts"}
	writeActions  = []string{"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject", "s3:PutObjectTagging"}
)

// Read is what DataSync needs on a bucket that it reads from: the bucket itself, and the objects under prefix; "" is all.
// The prefix is one that a location can have: see the package location. It does not narrow what may be listed, since S3 asks for
// s3:ListBucket without a prefix when DataSync looks whether the bucket is there.
func Read(bucketARN, prefix string) policy.Statement {
	return allow(bucketARN, prefix, bucketActions, readActions)
}

// Write is what DataSync needs on a bucket that it writes to: what Read has, and writing, tagging and deleting the objects under prefix.
func Write(bucketARN, prefix string) policy.Statement {
	return allow(bucketARN, prefix, bucketActions, readActions, writeActions)
}

// List is what the caller of CreateLocationS3 needs on the bucket: DataSync looks at it in the caller's name.
// Observed: https://github.com/hashicorp/terraform-provider-aws/issues/21974
func List(bucketARN string) policy.Statement { return policy.Allow("s3:ListBucket").On(bucketARN) }

func allow(bucketARN, prefix string, lists ...[]string) policy.Statement {
	var actions []string
	for _, l := range lists {
		actions = append(actions, l...)
	}
	return policy.Allow(actions...).On(bucketARN, bucketARN+"/"+folder(prefix)+"*")
}

// folder is the prefix as keys begin with it: without a slash in front, with one at the end.
func folder(prefix string) string {
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return prefix
}
