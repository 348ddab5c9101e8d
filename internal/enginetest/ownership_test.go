package enginetest_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// putBack asks for the ownership that the destination had.
func putBack(o *xacct.PlanOptions) {
	o.Ownership = map[string]s3types.ObjectOwnership{"media-archive": s3types.ObjectOwnershipObjectWriter}
}

// TestOwnershipIsPutBackOnlyIfAsked disables the ACLs of a bucket, and looks at what a tear-down makes of that.
func TestOwnershipIsPutBackOnlyIfAsked(t *testing.T) {
	for _, tt := range []struct {
		name   string
		asked  []func(*xacct.PlanOptions)
		shared bool // another transfer goes on writing to the bucket
		want   string
	}{
		{"not asked", nil, false, "BucketOwnerEnforced"},
		{"asked", []func(*xacct.PlanOptions){putBack}, false, "ObjectWriter"},
		{"another transfer writes there", []func(*xacct.PlanOptions){putBack}, true, "BucketOwnerEnforced"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				cloud := xaccttest.NewCloud()
				cloud.AddBucket(accountA, "eu-west-1", "media-raw")
				cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = s3types.ObjectOwnershipObjectWriter })
				tr := kittest.Push(cloud)
				tr.Destination.DisableACLs = true
				transfers := []xacct.Transfer{tr}
				if tt.shared {
					other := tr
					other.Name, other.Destination.Prefix = "other", "other"
					transfers = append(transfers, other)
				}
				kittest.SetUp(t, cloud, transfers...)

				down, err := xacct.NewDestroyPlan(ctx, cloud.Clients(), transfers[:1], tt.asked...)
				if err != nil {
					t.Fatal(err)
				}
				stored, err := json.Marshal(down)
				if err != nil {
					t.Fatal(err)
				}
				var loaded xacct.Plan
				if err := json.Unmarshal(stored, &loaded); err != nil {
					t.Fatal(err)
				}
				if _, err := loaded.Apply(ctx, cloud.Clients()); err != nil {
					t.Fatalf("%v\n%s", err, down)
				}
				if got := kittest.Dump(cloud); !strings.Contains(got, "ownership: "+tt.want) {
					t.Errorf("the ownership is not %s:\n%s\n%s", tt.want, down, got)
				}
				again, err := xacct.NewDestroyPlan(ctx, cloud.Clients(), transfers[:1], tt.asked...)
				if err != nil || !again.Empty() {
					t.Errorf("after the destroy: %v\n%s", err, again)
				}
			})
		})
	}
}

// TestOwnershipOfOtherBuckets refuses to change what the transfers did not.
func TestOwnershipOfOtherBuckets(t *testing.T) {
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	for name, edit := range map[string]func(*xacct.Transfer){
		`Ownership["media-archive"] is no destination bucket`: func(*xacct.Transfer) {},
		`must be BucketOwnerEnforced`:                         func(tr *xacct.Transfer) { tr.Destination.DisableACLs = true },
	} {
		tr := tr
		edit(&tr)
		_, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) {
			o.Ownership = map[string]s3types.ObjectOwnership{"media-archive": "Everybody"}
		})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

// TestScheduleWaitsForOwnership has the bucket's ownership not be changed: a task that starts by itself is not made then.
func TestScheduleWaitsForOwnership(t *testing.T) {
	for _, tt := range []struct {
		name     string
		schedule *task.Schedule
		made     bool
	}{
		{"none", nil, true},
		{"disabled", &task.Schedule{Expression: "rate(1 hour)", Status: dstypes.ScheduleStatusDisabled}, true},
		{"by default", &task.Schedule{Expression: "rate(1 hour)"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := xaccttest.NewCloud()
				cloud.AddBucket(accountA, "eu-west-1", "media-raw")
				cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = s3types.ObjectOwnershipObjectWriter })
				tr := kittest.Push(cloud)
				tr.Destination.DisableACLs, tr.Task.Schedule = true, tt.schedule
				cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
					if c.Operation == "PutBucketOwnershipControls" {
						return xaccttest.Fault(403, "AccessDenied", "Access Denied")
					}
					return next()
				})
				if _, err := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}).Apply(t.Context(), cloud.Clients()); err == nil {
					t.Error("the refused change is no error")
				}
				if made := strings.Contains(kittest.Dump(cloud), "  task arn:"); made != tt.made {
					t.Errorf("the task is made: %v, want %v", made, tt.made)
				}
			})
		})
	}
}

// TestScheduleWhereOwnershipCannotBeRead warns the task account's operator.
func TestScheduleWhereOwnershipCannotBeRead(t *testing.T) {
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	tr.Destination.DisableACLs, tr.Task.Schedule = true, &task.Schedule{Expression: "rate(1 hour)"}
	p := kittest.MustPlan(t, t.Context(), only(cloud, accountA), []xacct.Transfer{tr})
	if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
		return f.Code == xacct.CodeOwnership && strings.Contains(f.Detail, "a scheduled run does not look")
	}) {
		t.Errorf("no warning:\n%s", p)
	}
}
