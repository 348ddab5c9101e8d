package histories_test

import (
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

const (
	accountA = kittest.AccountA
	accountB = kittest.AccountB
)

const theirBucketPolicy = `{"Version":"2008-10-17","Id":"legacy","Statement":[
  {"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::media-archive","arn:aws:s3:::media-archive/*"],
   "Condition":{"Bool":{"aws:SecureTransport":"false"}}},
  {"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject"],"Resource":"arn:aws:s3:::media-archive/*"}]}`

// world is what there is before the first step. Others have a policy on one of the two destination buckets and on the keys.
func (h history) world(t *testing.T) *xaccttest.Cloud {
	t.Helper()
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Propagation = h.lag })
	for _, name := range []string{"media-raw", "media-raw-2", "media-raw-3"} {
		cloud.AddBucket(accountA, "eu-west-1", name)
	}
	cloud.AddBucket(accountB, "us-east-2", "media-archive")
	cloud.AddBucket(accountB, "us-east-2", "media-second")
	cloud.SetBucketPolicy("media-archive", []byte(theirBucketPolicy))
	cloud.AddKey(accountA, "eu-west-1")
	cloud.AddKey(accountB, "us-east-2")
	if h.theirLogs {
		cloud.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(kittest.ForeignLogStatement("TheirSearch")))
	}
	return cloud
}

// transfer is one of the two, in a version. The first uses keys and the second logs, unless one of a version says otherwise.
func (h history) transfer(cloud *xaccttest.Cloud, i, version int) xacct.Transfer {
	tr := kittest.Push(cloud)
	tr.Grant = h.grants[i]
	tr.Name, tr.Source.Prefix, tr.Destination.Prefix = []string{"first", "second"}[i], "2026", []string{"one", "two"}[i]
	tr.Task.Mode = dstypes.TaskModeEnhanced // "" would leave that of an existing task
	keys := i == 0 || h.sameKey
	if i == 1 {
		tr.Source.Bucket = "media-raw-2"
		tr.Task.Mode, tr.Task.LogGroupARN = dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:media"
		if !h.shared {
			tr.Destination.Bucket = "media-second"
		}
	}
	switch version {
	case 1:
		tr.Destination.Prefix += "-elsewhere"
	case 2: // the other mode
		if i == 0 {
			tr.Task.Mode, tr.Task.LogGroupARN = dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:media"
		} else {
			tr.Task.Mode, tr.Task.LogGroupARN = dstypes.TaskModeEnhanced, ""
		}
	case 3:
		tr.Source.Prefix, tr.Tags = "2025", map[string]string{"team": "media"}
		tr.Destination.StorageClass = dstypes.S3StorageClassStandardIa
	case 4: // the other use of keys
		keys = !keys
	case 5:
		tr.Source.Bucket = "media-raw-3"
	}
	if keys {
		tr.Source.KMSKeys = []string{kittest.FirstKey(accountA, "eu-west-1")}
		tr.Destination.KMSKeys = []string{kittest.FirstKey(accountB, "us-east-2")}
	}
	return tr
}
