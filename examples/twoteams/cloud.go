package main

import (
	"fmt"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// The two teams. Neither has credentials of the other's account.
const (
	sourceTeam = "111122223333"
	ownerTeam  = "444455556666"
)

// newCloud is an in-memory AWS: the two accounts with their buckets, objects in the source, and a policy of the owner's own on the destination. A run
// takes about a second.
func newCloud() *xaccttest.Cloud {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) {
		o.Phases = xaccttest.Phases{Creating: 20 * time.Millisecond, Launching: 200 * time.Millisecond, Preparing: 200 * time.Millisecond,
			Transferring: 600 * time.Millisecond, Verifying: 200 * time.Millisecond}
	})
	cloud.AddBucket(sourceTeam, "eu-west-1", "media-raw")
	cloud.AddBucket(ownerTeam, "us-east-2", "media-archive")
	cloud.SetBucketPolicy("media-archive", []byte(`{"Version": "2012-10-17", "Statement": [{"Sid": "TLSOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
  "Resource": ["arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}`))
	for i := range 20 {
		cloud.PutObject("media-raw", fmt.Sprintf("2026/clip-%02d.mov", i), make([]byte, 1000+i))
	}
	return cloud
}

// clientsOf are the clients of one team.
func clientsOf(cloud *xaccttest.Cloud, account string) xacct.Clients {
	return xacct.Clients{account: cloud.ClientsAs(cloud.OperatorARN(account))}
}

// lookOften suits a run that takes a second. On AWS, leave it out: Watch and Wait then look every 5 to 30 seconds.
func lookOften(o *task.WatchOptions) {
	o.MinDelay, o.MaxDelay = 50*time.Millisecond, 50*time.Millisecond
}
