package kittest

import (
	"fmt"
	"strings"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
)

// EncryptedWorld is two accounts in two Regions, whose buckets are encrypted with keys of their own, and the transfer between them.
func EncryptedWorld(optFns ...func(*xaccttest.Options)) (*xaccttest.Cloud, xacct.Transfer) {
	cloud := xaccttest.NewCloud(optFns...)
	keyA, keyB := cloud.AddKey(AccountA, "eu-west-1"), cloud.AddKey(AccountB, "us-east-2")
	under := func(key string) func(*xaccttest.BucketOptions) {
		return func(o *xaccttest.BucketOptions) { o.Encryption, o.KMSKey = s3types.ServerSideEncryptionAwsKms, key }
	}
	cloud.AddBucket(AccountA, "eu-west-1", "media-raw", under(keyA))
	cloud.AddBucket(AccountB, "us-east-2", "media-archive", under(keyB))
	for i := range 3 {
		cloud.PutObject("media-raw", fmt.Sprintf("2026/%02d.mov", i), []byte(strings.Repeat("x", i+1)))
	}
	tr := Push(cloud)
	tr.Source.KMSKeys, tr.Destination.KMSKeys = []string{keyA}, []string{keyB}
	return cloud, tr
}
