package kittest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// AccountA has the source's bucket, AccountB the destination's.
const (
	AccountA = "111122223333"
	AccountB = "444455556666"
)

// ForeignPolicy is a bucket policy of somebody else, in odd white space, with statements that share a Sid or have none.
const ForeignPolicy = `{
	"Version": "2008-10-17", "Id": "legacy",
  "Statement" : [
    {"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::media-archive","arn:aws:s3:::media-archive/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
    {"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject"],"Resource":"arn:aws:s3:::media-archive/*"},
    {"Sid":"Logs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::media-archive/logs/*"}
  ]
}`

// World is two accounts with a bucket each, in two Regions, some objects, and a bucket policy of somebody else.
func World(t *testing.T, optFns ...func(*xaccttest.Options)) *xaccttest.Cloud {
	t.Helper()
	cloud := xaccttest.NewCloud(optFns...)
	cloud.AddBucket(AccountA, "eu-west-1", "media-raw")
	cloud.AddBucket(AccountB, "us-east-2", "media-archive")
	cloud.SetBucketPolicy("media-archive", []byte(ForeignPolicy))
	for i := range 12 {
		cloud.PutObject("media-raw", fmt.Sprintf("2026/%02d.mov", i), []byte(strings.Repeat("x", i+1)))
	}
	cloud.PutObject("media-raw", "2025/old.mov", []byte("not below the prefix"))
	return cloud
}

// Policies of others, in odd white space and with their members in an order of their own. BUCKET and ACCOUNT are to be replaced.
const (
	theirBucketPolicy = `{
	"Version": "2008-10-17", "Id": "legacy",
  "Statement" : [
    {"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::BUCKET","arn:aws:s3:::BUCKET/*"]},
    {"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject"],"Resource":"arn:aws:s3:::BUCKET/*"},
    {"Sid":"TheirLogs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/logs/*"}
  ]
}`
	theirKeyPolicy = `{ "Statement":[
	{"Resource":"*", "Action":"kms:*","Principal":{"AWS":"arn:aws:iam::ACCOUNT:root"},"Sid":"Enable IAM User Permissions","Effect":"Allow"},
	{"Sid":"TheirBackups","Effect":"Allow","Principal":{"Service":"backup.amazonaws.com"},"Condition":{"StringEquals":{"kms:CallerAccount":"ACCOUNT"}},
		"Action":["kms:Decrypt","kms:DescribeKey"],"Resource":"*"},
	{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"kms:ScheduleKeyDeletion","Resource":"*"}],
	"Id":"key-legacy","Version":"2012-10-17"}`
)

// SharedWorld is World with one more source bucket and a key for each end, where others have policies on the buckets and keys, and the
// destination has ACLs enabled.
func SharedWorld(t *testing.T, optFns ...func(*xaccttest.Options)) *xaccttest.Cloud {
	cloud := xaccttest.NewCloud(optFns...)
	cloud.AddBucket(AccountA, "eu-west-1", "media-raw")
	cloud.AddBucket(AccountA, "eu-west-1", "media-raw-2")
	cloud.AddBucket(AccountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = "ObjectWriter" })
	for _, name := range []string{"media-archive", "media-raw"} {
		cloud.SetBucketPolicy(name, []byte(strings.ReplaceAll(theirBucketPolicy, "BUCKET", name)))
	}
	cloud.SetKeyPolicy(cloud.AddKey(AccountA, "eu-west-1"), []byte(strings.ReplaceAll(theirKeyPolicy, "ACCOUNT", AccountA)))
	cloud.SetKeyPolicy(cloud.AddKey(AccountB, "us-east-2"), []byte(strings.ReplaceAll(theirKeyPolicy, "ACCOUNT", AccountB)))
	return cloud
}

// LogKeyPolicy is the policy of a key that CloudWatch Logs may use in the Region for the account.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func LogKeyPolicy(account, region string) policy.Document {
	return policy.New(
		policy.Allow("kms:*").WithSid("Enable IAM User Permissions").By(policy.AWS("arn:aws:iam::"+account+":root")).On("*"),
		policy.Allow("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*").WithSid("Logs").
			By(policy.Service("logs."+region+".amazonaws.com")).On("*").
			When(policy.ArnLike("kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:"+region+":"+account+":*")))
}

// FirstKey is the ARN of the first key of an account in a Region, which is the same in every cloud.
func FirstKey(account, region string) string { return xaccttest.NewCloud().AddKey(account, region) }

// ForeignStatement is the n-th statement of somebody else for the destination's bucket policy.
func ForeignStatement(n int) policy.Statement {
	return policy.Allow("s3:GetObject").WithSid(fmt.Sprintf("Foreign%d", n)).By(policy.Account(AccountB)).On("arn:aws:s3:::media-archive/f/*")
}

// ForeignLogStatement is a statement of another team in the log policy of our name.
func ForeignLogStatement(sid string) policy.Statement {
	return policy.Allow("logs:PutLogEvents").WithSid(sid).By(policy.Service("es.amazonaws.com")).On("*")
}
