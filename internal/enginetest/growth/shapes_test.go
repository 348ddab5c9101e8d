package growth_test

import (
	"fmt"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
)

// shapes are kinds of fleets, by name. A transfer is made with its number; the buckets that it names are made when they are first named.
var shapes = []struct {
	name string
	make func(i int, t *xacct.Transfer)
}{
	{"own buckets", func(int, *xacct.Transfer) {}},
	{"roles shared by ten", func(i int, t *xacct.Transfer) {
		place(t, i/10)
		t.Source.Role.Name, t.Destination.Role.Name = fmt.Sprintf("read-%05d", i/10), fmt.Sprintf("write-%05d", i/10)
	}},
	{"twenty a bucket", func(i int, t *xacct.Transfer) {
		place(t, i/20)
		t.Source.Role.Name, t.Destination.Role.Name = fmt.Sprintf("read-%05d", i/20), fmt.Sprintf("write-%05d", i/20)
		t.Source.Bucket, t.Destination.Bucket = fmt.Sprintf("source-%05d", i/20), fmt.Sprintf("destination-%05d", i/20)
		t.Source.Prefix, t.Destination.Prefix = fmt.Sprintf("%02d/", i%20), fmt.Sprintf("%02d/", i%20)
	}},
	{"one account", func(_ int, t *xacct.Transfer) { place(t, 0) }},
	{"one source", func(i int, t *xacct.Transfer) { // to as many accounts
		t.Source = xacct.Endpoint{Account: "111122223300", Region: "eu-west-1", Bucket: "source"}
		t.Destination.Account = fmt.Sprintf("5%011d", i)
	}},
}

// accounts is how many accounts have sources, and how many have destinations.
const accounts = 20

var regions = []string{"eu-west-1", "us-east-2", "eu-central-1", "us-west-2"}

// place puts the transfer into the n-th accounts and Regions.
func place(t *xacct.Transfer, n int) {
	t.Source.Account, t.Source.Region = fmt.Sprintf("1111222233%02d", n%accounts), regions[n%len(regions)]
	t.Destination.Account, t.Destination.Region = fmt.Sprintf("4444555566%02d", n%accounts), regions[(n+1)%len(regions)]
}

// transfersOf is n transfers of a shape.
func transfersOf(cloud *xaccttest.Cloud, n int, shape func(int, *xacct.Transfer)) []xacct.Transfer {
	out := make([]xacct.Transfer, n)
	made := map[string]bool{}
	for i := range out {
		t := &out[i]
		t.Name = fmt.Sprintf("fleet-%05d", i)
		place(t, i)
		t.Source.Bucket, t.Destination.Bucket = fmt.Sprintf("source-%05d", i), fmt.Sprintf("destination-%05d", i)
		shape(i, t)
		t.Operators = []string{cloud.OperatorARN(t.Source.Account)}
		for _, e := range []xacct.Endpoint{t.Source, t.Destination} {
			if !made[e.Bucket] {
				made[e.Bucket] = true
				cloud.AddBucket(e.Account, e.Region, e.Bucket)
				cloud.PutObject(e.Bucket, e.Prefix+"a.mov", []byte("x"))
			}
		}
	}
	return out
}
