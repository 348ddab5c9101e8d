package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestOperatorsOfAGivenLocation: where a location is given, the bucket's policy lets no operator list, and the task is made all the same, unless CreateTask
// asks again, which is not documented.
func TestOperatorsOfAGivenLocation(t *testing.T) {
	for _, asks := range []bool{false, true} {
		t.Run(map[bool]string{false: "CreateTask does not ask", true: "CreateTask asks"}[asks], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				maker := kittest.Push(cloud)
				maker.Name = "maker"
				made := kittest.SetUp(t, cloud, maker)
				arn := ""
				for _, c := range made.Changes {
					if c.Kind == xacct.DataSyncLocation && c.Region == maker.Destination.Region {
						arn = c.ARN
					}
				}
				given := maker
				given.Name, given.Source.Prefix = "given", "elsewhere"
				given.Destination = xacct.Endpoint{Account: maker.Destination.Account, Region: maker.Destination.Region, Bucket: maker.Destination.Bucket,
					Prefix: maker.Destination.Prefix, LocationARN: arn}
				var rest []policy.Statement // without the statement by which the maker lets operators list
				for st := range kittest.BucketPolicy(t, cloud, maker.Destination.Bucket).All() {
					if !strings.Contains(st.Sid(), "List") {
						rest = append(rest, st)
					}
				}
				cloud.SetBucketPolicy(maker.Destination.Bucket, policy.New(policy.Statements(rest)).Bytes())
				cloud.SetUndocumented(xaccttest.Undocumented{TaskTest: asks})

				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{given})
				_, err := p.Apply(t.Context(), cloud.Clients())
				if asks != (err != nil && strings.Contains(err.Error(), "s3:HeadBucket")) {
					t.Errorf("apply: %v\n%s", err, p)
				}
				if d := kittest.BucketPolicy(t, cloud, maker.Destination.Bucket); strings.Contains(d.String(), "GivenList") {
					t.Errorf("operators may list by\n%s", d)
				}
			})
		})
	}
}
