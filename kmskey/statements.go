package kmskey

import "github.com/xacct/xacct/policy"

// What reading and writing objects takes that are encrypted under a key. Writing includes kms:Decrypt: parts of a multipart upload are
// decrypted when they are put together, and what was written is read again to verify it.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
var (
	readActions  = []string{"kms:Decrypt", "kms:DescribeKey"}
	writeActions = []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}
)

// Everywhere is the resource that in a key's own policy means that key.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
const Everywhere = "*"

// Read is what DataSync's role needs on the keys of a bucket that it reads from: their full ARNs in a policy of the role, [Everywhere] in
// the policy of a key. A bucket may need several: objects keep the key that they were written under.
func Read(keyARNs ...string) policy.Statement { return policy.Allow(readActions...).On(keyARNs...) }

// Write is what DataSync's role needs on the keys of a bucket that it writes to: see [Read].
func Write(keyARNs ...string) policy.Statement { return policy.Allow(writeActions...).On(keyARNs...) }
