package xaccttest

import (
	"fmt"
	"time"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// defaultKeyFor is the key under which the bucket encrypts objects that a principal of the account writes; nil if it uses none. ok is false if
// the name in the bucket's default encryption stands for no key of the bucket's Region when that principal writes.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
func (c *Cloud) defaultKeyFor(b *bucketState, account string) (k *keyState, ok bool) {
	if b.encryption != s3types.ServerSideEncryptionAwsKms && b.encryption != s3types.ServerSideEncryptionAwsKmsDsse {
		return nil, true
	}
	if b.defaultKey == "" {
		account = b.account // aws/s3 is that of the bucket's owner
	}
	k = c.resolveKey(b.defaultKey, account, b.region)
	return k, k != nil && k.region == b.region
}

// keyMay reports whether S3 may use a key on behalf of the principal who reads or writes an object, by the principal's policies and that of
// the key. The context is that of https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html. Buckets have
// a bucket key, so that the encryption context is the bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
func (c *Cloud) keyMay(who *identity, session string, b *bucketState, k *keyState, p *keyPolicy, now time.Time, action string) bool {
	if k.state != kmstypes.KeyStateEnabled || k.region != b.region {
		return false
	}
	return c.allowed(who, session, now, access{
		action: action, resource: k.arn, account: k.account, region: k.region, policy: c.keyDocument(p),
		context: map[string][]string{
			"kms:ViaService":                   {"s3." + b.region + ".amazonaws.com"},
			"kms:CallerAccount":                {who.account},
			"kms:EncryptionContext:aws:s3:arn": {b.arn()},
			"kms:EncryptionContextKeys":        {"aws:s3:arn"},
			"aws:ViaAWSService":                {"true"},
		},
	})
}

// decrypts reports whether DataSync may decrypt the object in the location's access test.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func (c *Cloud) decrypts(role *identity, l *locationState, b *bucketState, o *object, now time.Time) bool {
	k := c.keys[o.key]
	return k == nil || c.keyMay(role, "AwsSync-"+l.id(), b, k, k.policy.Read(eventual.ByAccess), now, "kms:Decrypt")
}

// decrypts reports whether DataSync may decrypt the object in a run. It does not count as a read.
func (s side) decrypts(o *object) bool {
	k := s.cloud.keys[o.key]
	return k == nil || s.cloud.keyMay(s.role, "AwsSync-"+s.l.id(), s.bucket, k, k.policy.Peek(eventual.ByAccess), s.at, "kms:Decrypt")
}

// encrypts is the ARN of the key under which DataSync writes to the bucket, "" for none. ok reports whether DataSync may use it.
func (s side) encrypts() (arn string, ok bool) {
	k, ok := s.cloud.defaultKeyFor(s.bucket, s.role.account)
	if k == nil || !ok {
		return "", ok
	}
	return k.arn, s.cloud.keyMay(s.role, "AwsSync-"+s.l.id(), s.bucket, k, k.policy.Peek(eventual.ByAccess), s.at, "kms:GenerateDataKey")
}

// useKey checks that the caller may use the key of an object in the bucket. A nil key needs no permission.
func (rq *request) useKey(b *bucketState, k *keyState, action string) error {
	who, err := rq.caller()
	if err != nil || k == nil || rq.cloud.keyMay(who, rq.sessionName(), b, k, k.policy.Read(eventual.ByAccess), rq.now, action) {
		return err
	}
	return &fault.Error{Status: 403, Code: "AccessDenied", Message: rq.refusedAs(action, k.arn, "because no identity-based policy allows the "+action+" action")}
}

// SetBucketEncryption changes the default encryption of a bucket. Objects keep the key that they were written under. key has a form that
// PutBucketEncryption takes: an ARN, an id, an alias, or "" for aws/s3 if the algorithm is one of KMS.
func (c *Cloud) SetBucketEncryption(bucket string, algorithm s3types.ServerSideEncryption, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	if !known(algorithm) {
		panic(fmt.Sprintf("xaccttest: %q is no encryption", algorithm))
	}
	b.encryption, b.defaultKey = algorithm, key
}
