package enginetest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// The statement stays for the task of a transfer that is blocked, for that goes on running, however the other transfer's need of it ends.
func TestLogPolicyThatABlockedTransferNeeds(t *testing.T) {
	for _, tt := range []struct {
		name string
		plan func(t *testing.T, cloud *xaccttest.Cloud, one, two xacct.Transfer) *xacct.Plan
	}{
		{"the other loses its log group", func(t *testing.T, cloud *xaccttest.Cloud, one, two xacct.Transfer) *xacct.Plan {
			one.Task.LogGroupARN, one.Task.Options.LogLevel = "", dstypes.LogLevelOff
			two.Task.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove // which the plan does not allow
			return kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{one, two}, replacing)
		}},
		{"the other is torn down", func(t *testing.T, cloud *xaccttest.Cloud, one, two xacct.Transfer) *xacct.Plan {
			cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
				if in, ok := c.Input.(*s3.GetBucketPolicyInput); ok && *in.Bucket == "second-archive" {
					return kittest.AccessDenied(c)
				}
				return next()
			})
			p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{one, two})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddBucket(accountB, "us-east-2", "second-archive")
				one, two := logging(cloud, "one"), logging(cloud, "two")
				two.Destination.Bucket = "second-archive"
				kittest.SetUp(t, cloud, one, two)
				var blocked *xacct.BlockedError
				if _, err := tt.plan(t, cloud, one, two).Apply(t.Context(), cloud.Clients()); !errors.As(err, &blocked) || blocked.Transfer != "two" {
					t.Fatalf("two is not blocked: %v", err)
				}
				if got := logStatements(t, cloud); got != "XacctDataSyncLogs" {
					t.Errorf("statements %q", got)
				}
			})
		})
	}
}
