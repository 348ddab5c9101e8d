package enginetest_test

import (
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestTransfersLeaveOneBucket: transfers that leave one bucket at the same time, or one transfer that leaves it with both ends, change its policy once. The
// plan after it is empty, and a tear-down leaves nothing.
func TestTransfersLeaveOneBucket(t *testing.T) {
	replace := func(o *xacct.PlanOptions) { o.AllowReplace = true }
	each := func(edit func(*xacct.Transfer)) func([]xacct.Transfer) {
		return func(list []xacct.Transfer) {
			for i := range list {
				edit(&list[i])
			}
		}
	}
	toSecond := func(tr *xacct.Transfer) { tr.Destination.Bucket = "media-second" }
	for _, tt := range []struct {
		name string
		pull bool
		n    int
		set  func([]xacct.Transfer)             // how the transfers are set up
		move func([]xacct.Transfer)             // what they become
		hurt func(*testing.T, *xaccttest.Cloud) // what befalls the cloud in between
	}{
		{"two", false, 2, nil, each(toSecond), nil},
		{"three", false, 3, nil, each(toSecond), nil},
		{"two of three", false, 3, nil, func(list []xacct.Transfer) { toSecond(&list[0]); toSecond(&list[1]) }, nil},
		{"to different buckets", false, 2, nil, func(list []xacct.Transfer) { toSecond(&list[0]); list[1].Destination.Bucket = "media-third" }, nil},
		{"sources of a pull", true, 2, nil, each(func(tr *xacct.Transfer) { tr.Source.Bucket = "media-raw-2" }), nil},
		{"into the task account", false, 2, nil, each(func(tr *xacct.Transfer) {
			tr.Destination = xacct.Endpoint{Account: kittest.AccountA, Region: "eu-west-1", Bucket: "media-raw-2", Prefix: tr.Destination.Prefix}
		}), nil},
		{"by account", false, 2, each(func(tr *xacct.Transfer) { tr.Grant = xacct.ByAccount }), each(toSecond), nil},
		{"both ends of one transfer", false, 1, each(func(tr *xacct.Transfer) {
			tr.TaskAccount = kittest.AccountA
			tr.Source = xacct.Endpoint{Account: kittest.AccountB, Region: "us-east-2", Bucket: "media-archive", Prefix: "from"}
		}), each(func(tr *xacct.Transfer) { tr.Source.Bucket, tr.Destination.Bucket = "media-third", "media-second" }), nil},
		{"with roles deleted by hand", false, 2, nil, each(toSecond), func(t *testing.T, cloud *xaccttest.Cloud) {
			for _, name := range []string{"transfer-0-destination", "transfer-1-destination"} {
				api := cloud.Clients()[kittest.AccountA].IAM
				if _, err := api.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: new("xacct-" + name)}); err != nil {
					t.Fatal(err)
				}
				if _, err := api.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: &name}); err != nil {
					t.Fatal(err)
				}
			}
		}},
	} {
		for _, down := range []bool{false, true} {
			name := tt.name
			if down {
				name += ", torn down at once"
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					cloud.AddBucket(kittest.AccountA, "eu-west-1", "media-raw-2")
					cloud.AddBucket(kittest.AccountB, "us-east-2", "media-second")
					cloud.AddBucket(kittest.AccountB, "us-east-2", "media-third")
					start := kittest.StableDump(cloud)
					base := kittest.Push(cloud)
					if tt.pull {
						base = kittest.Pull(cloud)
					}
					var list []xacct.Transfer
					for i := range tt.n {
						tr := base
						tr.Name, tr.Destination.Prefix = "transfer-"+string(rune('0'+i)), "to-"+string(rune('0'+i))
						list = append(list, tr)
					}
					if tt.set != nil {
						tt.set(list)
					}
					kittest.SetUp(t, cloud, list...)
					tt.move(list)
					if tt.hurt != nil {
						tt.hurt(t, cloud)
					}
					if !down {
						kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), list, replace))
					}
					kittest.TearDown(t, cloud, list...)
					if end := kittest.StableDump(cloud); end != start {
						t.Errorf("left after the tear-down:\n%s\nbefore:\n%s", end, start)
					}
				})
			})
		}
	}
}
