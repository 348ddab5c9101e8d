package kmskey

import "github.com/xacct/xacct/policy"

// The actions that are needed to read and to write objects that are encrypted under a key. Writing includes kms:Decrypt, because the parts of
// a multipart upload are decrypted when S3 assembles them, and because DataSync reads what it wrote to verify it.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
var (
	readActions  = []string{"kms:Decrypt", "kms:DescribeKey"}
	writeActions = []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}
)

// Everywhere is the resource of statements in a key's own policy, where it means that key.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
const Everywhere = "*"

// Read returns an Allow statement with what DataSync's role needs on the keys of a bucket that it reads from. Give full ARNs for a policy of
// the role, and [Everywhere] for the policy of a key. A bucket may need several keys, because objects keep the key that they were written
// under.
func Read(keyARNs ...string) policy.Statement { return policy.Allow(readActions...).On(keyARNs...) }

// Write returns an Allow statement with what DataSync's role needs on the keys of a bucket that it writes to. See [Read] for the ARNs.
func Write(keyARNs ...string) policy.Statement { return policy.Allow(writeActions...).On(keyARNs...) }
