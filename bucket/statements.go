package bucket

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
)

// The actions of DataSync on the bucket, on the objects that it reads, and in addition on the objects that it writes. The guide lists the
// same actions for every task mode. It also has a condition on aws:ResourceAccount, which the caller adds.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
var (
	bucketActions = []string{"s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"}
	readActions   = []string{"s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:ListMultipartUploadParts"}
	writeActions  = []string{"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject", "s3:PutObjectTagging"}
)

// Read returns an Allow statement with what DataSync needs on a bucket that it reads from: actions on the bucket, and on the objects under
// prefix; "" is all objects. The prefix must be one that a location can have: see package location. It does not limit what may be listed,
// because DataSync checks that the bucket exists, which requires s3:ListBucket without a prefix.
func Read(bucketARN, prefix string) policy.Statement {
	return allow(bucketARN, prefix, bucketActions, readActions)
}

// Write returns an Allow statement with what DataSync needs on a bucket that it writes to: the actions of [Read], and those to write, tag and
// delete the objects under prefix.
func Write(bucketARN, prefix string) policy.Statement {
	return allow(bucketARN, prefix, bucketActions, readActions, writeActions)
}

// WriteNoDelete is [Write] without s3:DeleteObject, for a task that removes nothing at the destination. AWS lists that action for every destination. That
// such a task can do without is assumed.
func WriteNoDelete(bucketARN, prefix string) policy.Statement {
	actions := slices.DeleteFunc(slices.Clone(writeActions), func(a string) bool { return a == "s3:DeleteObject" })
	return allow(bucketARN, prefix, bucketActions, readActions, actions)
}

// List returns an Allow statement with what the caller of CreateLocationS3 needs on the bucket: DataSync lists it with the caller's
// credentials.
// Observed: https://github.com/hashicorp/terraform-provider-aws/issues/21974
func List(bucketARN string) policy.Statement { return policy.Allow("s3:ListBucket").On(bucketARN) }

func allow(bucketARN, prefix string, lists ...[]string) policy.Statement {
	var actions []string
	for _, l := range lists {
		actions = append(actions, l...)
	}
	return policy.Allow(actions...).On(bucketARN, bucketARN+"/"+folder(prefix)+"*")
}

// folder returns the prefix as keys begin with it: without a slash in front and with one at the end; "" stays "".
func folder(prefix string) string {
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return prefix
}
