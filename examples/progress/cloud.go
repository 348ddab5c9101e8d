package main

import (
	"fmt"
	"time"

	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// newCloud is an in-memory AWS: the two accounts with their buckets, and objects in the source. A run takes about a second.
func newCloud() *xaccttest.Cloud {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) {
		o.Phases = xaccttest.Phases{Creating: 20 * time.Millisecond, Launching: 200 * time.Millisecond, Preparing: 200 * time.Millisecond,
			Transferring: 600 * time.Millisecond, Verifying: 200 * time.Millisecond}
	})
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	for day := 1; day <= 3; day++ {
		for i := range 20 {
			cloud.PutObject("media-raw", fmt.Sprintf("dt=2026-03-%02d/clip-%02d.mov", day, i), make([]byte, 1000+i))
		}
	}
	return cloud
}

// lookOften suits a run that takes a second. On AWS, leave it out: Watch and Wait then look every 5 to 30 seconds.
func lookOften(o *task.WatchOptions) {
	o.MinDelay, o.MaxDelay = 50*time.Millisecond, 50*time.Millisecond
}
