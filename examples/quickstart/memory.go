package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

const (
	accountA = "111122223333"
	accountB = "444455556666"
	objects  = 300
)

// existingPolicy is what the destination's owner has in place: statements that must not be harmed.
const existingPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "TLSOnly",
      "Effect": "Deny",
      "Principal": "*",
      "Action": "s3:*",
      "Resource": ["arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*"],
      "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    },
    {
      "Sid": "AuditorsRead",
      "Effect": "Allow",
      "Principal": {"AWS": "777788889999"},
      "Action": ["s3:GetObject", "s3:ListBucket"],
      "Resource": ["arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*"]
    },
    {
      "Sid": "AccessLogs",
      "Effect": "Allow",
      "Principal": {"Service": "logging.s3.amazonaws.com"},
      "Action": "s3:PutObject",
      "Resource": "arn:aws:s3:::media-archive/logs/*"
    }
  ]
}`

// newWorld is two accounts in two Regions, with some hundred objects in the one's bucket and a policy on the other's.
func newWorld() *xaccttest.Cloud {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) {
		o.Phases = xaccttest.Phases{Creating: 50 * time.Millisecond, Launching: 300 * time.Millisecond, Preparing: 300 * time.Millisecond,
			Transferring: time.Second, Verifying: 300 * time.Millisecond}
	})
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.AddBucket(accountB, "us-east-2", "media-archive")
	cloud.SetBucketPolicy("media-archive", []byte(existingPolicy))
	for i := range objects {
		cloud.PutObject("media-raw", fmt.Sprintf("2026/clip-%03d.mov", i), bytes.Repeat([]byte{'x'}, 1000+i))
	}
	return cloud
}

// inMemory is the journey on an in-memory AWS.
func inMemory(cloud *xaccttest.Cloud, out output) journey {
	return journey{
		clients: cloud.Clients(),
		out:     out,
		transfer: xacct.Transfer{
			Name:        "media-archive",
			Source:      xacct.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
			Destination: xacct.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media-archive"},
			Operators:   []string{cloud.OperatorARN(accountA)},
		},
		watch: func(o *task.WatchOptions) { o.MinDelay, o.MaxDelay = 100*time.Millisecond, 100*time.Millisecond },
		dump: func() string {
			return cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true })
		},
	}
}

// firstDifference is the first line in which two dumps differ; "" if they do not.
func firstDifference(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return fmt.Sprintf("line %d was %q and is %q", i+1, strings.TrimSpace(x), strings.TrimSpace(y))
		}
	}
	return ""
}
