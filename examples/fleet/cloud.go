package main

import (
	"fmt"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
)

// The accounts that have sources, and as many that have destinations; and the Regions of both.
const accounts = 20

var regions = []string{"eu-west-1", "us-east-2", "eu-central-1", "us-west-2"}

// newCloud is an in-memory AWS with the buckets of n transfers, and the transfers. Each has buckets of its own with one object. A run takes a moment.
func newCloud(n int) (*xaccttest.Cloud, []xacct.Transfer) {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) {
		o.Phases = xaccttest.Phases{Launching: 20 * time.Millisecond, Transferring: 200 * time.Millisecond}
		o.PageSize, o.KeepCalls = 100, 1
	})
	transfers := make([]xacct.Transfer, n)
	for i := range transfers {
		source := xacct.Endpoint{Account: fmt.Sprintf("1111222233%02d", i%accounts), Region: regions[i%len(regions)], Bucket: fmt.Sprintf("media-%05d", i)}
		destination := xacct.Endpoint{Account: fmt.Sprintf("4444555566%02d", i%accounts), Region: regions[(i+1)%len(regions)], Bucket: fmt.Sprintf("archive-%05d", i)}
		cloud.AddBucket(source.Account, source.Region, source.Bucket)
		cloud.AddBucket(destination.Account, destination.Region, destination.Bucket)
		cloud.PutObject(source.Bucket, "clip.mov", make([]byte, 1000))
		transfers[i] = xacct.Transfer{
			Name: fmt.Sprintf("media-%05d", i), Source: source, Destination: destination,
			Operators: []string{cloud.OperatorARN(source.Account)},
		}
	}
	return cloud, transfers
}
