package enginetest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/datasync"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// oneRole is the push with one role for both ends.
func oneRole(cloud *xaccttest.Cloud) xacct.Transfer {
	tr := kittest.Push(cloud)
	tr.Source.Role.Name, tr.Destination.Role.Name = "datasync", "datasync"
	return tr
}

// TestExplainByLocation: one role serves both ends, and the id of a location in the error of a run names the end.
func TestExplainByLocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := oneRole(cloud)
		res := kittest.SetUp(t, cloud, tr)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		seen := 0
		for _, c := range res.Changes {
			if c.Kind != xacct.DataSyncLocation {
				continue
			}
			seen++
			side := xacct.SourceSide
			if strings.Contains(c.Name, "media-archive") {
				side = xacct.DestinationSide
			}
			id := c.ARN[strings.LastIndex(c.ARN, "/")+1:]
			for _, detail := range []string{
				"Task failed to access location " + id + ": x40016: Access Denied",
				"User: arn:aws:sts::111122223333:assumed-role/datasync/AwsSync-" + id + " is not authorized to perform: s3:ListBucket on resource: x",
			} {
				var e *xacct.AccessTestError
				err := p.Explain(tr.Name, &task.IncompleteError{Outcome: task.Outcome{Verdict: task.Failed, ErrorDetail: detail}})
				if !errors.As(err, &e) || e.Side != side || !strings.HasSuffix(c.Name, "/") && !strings.Contains(c.Name, e.Bucket) {
					t.Errorf("%s: %+v, want the %s", detail, e, side)
				}
			}
		}
		if seen != 2 {
			t.Errorf("%d locations", seen)
		}
	})
}

// TestApplyExplainsByLocation: DataSync refuses the task and names a location by its id, which Apply has just made.
func TestApplyExplainsByLocation(t *testing.T) {
	for _, want := range []xacct.Side{xacct.SourceSide, xacct.DestinationSide} {
		t.Run(string(want), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := oneRole(cloud)
				cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
					in, ok := call.Input.(*datasync.CreateTaskInput)
					if !ok {
						return next()
					}
					arn := *in.SourceLocationArn
					if want == xacct.DestinationSide {
						arn = *in.DestinationLocationArn
					}
					return xaccttest.Fault(400, "InvalidRequestException", "DataSync location access test failed: could not perform s3:GetObject in bucket. "+
						"User: arn:aws:sts::111122223333:assumed-role/datasync/AwsSync-"+arn[strings.LastIndex(arn, "/")+1:]+" is not authorized to perform: s3:GetObject on resource: x")
				})
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				_, err := p.Apply(t.Context(), cloud.Clients())
				var e *xacct.AccessTestError
				if !errors.As(err, &e) || e.Side != want || e.Cause != task.CauseRead || e.Bucket == "" || e.Verdict == "" {
					t.Errorf("%v: %+v, want the %s", err, e, want)
				}
			})
		})
	}
}
