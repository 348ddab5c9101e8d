package enginetest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestAdoptedAndUsed deletes what was adopted while a task of others uses an adopted location: the plan blocks and names the task. Once that task is gone it
// goes on.
func TestAdoptedAndUsed(t *testing.T) {
	t.Parallel()
	type made struct {
		region, source, destination string // ARNs of locations
	}
	location := func(t *testing.T, c *xaccttest.Cloud, region, bucket, role string) string {
		t.Helper()
		out, err := c.Clients()[accountA].DataSync(region).CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
			S3BucketArn: new("arn:aws:s3:::" + bucket), Subdirectory: new("/theirs/"), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &role}})
		if err != nil {
			t.Fatal(err)
		}
		return *out.LocationArn
	}
	move := func(c *xaccttest.Cloud, tr xacct.Transfer) xacct.Transfer {
		c.AddBucket(accountA, "eu-west-1", "media-new")
		tr.Source.Bucket, tr.Source.Adopt, tr.Adopt = "media-new", xacct.Adopt{}, xacct.Adopt{}
		return tr
	}
	both := func(t *testing.T, _ *xaccttest.Cloud, h kittest.HandMade) made {
		return made{"us-east-2", h.SourceLocation, h.DestinationLocation}
	}
	for name, tt := range map[string]struct {
		theirs  func(*testing.T, *xaccttest.Cloud, kittest.HandMade) made
		used    []func(kittest.HandMade) string
		without bool // DeleteAdopted
		move    bool // a set-up that leaves the source's location
	}{
		"both ends": {theirs: both, used: []func(kittest.HandMade) string{
			func(h kittest.HandMade) string { return h.SourceLocation }, func(h kittest.HandMade) string { return h.DestinationLocation }}},
		"the source": {theirs: func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) made {
			return made{"us-east-2", h.SourceLocation, location(t, c, "us-east-2", "media-archive", h.DestinationRole)}
		}, used: []func(kittest.HandMade) string{func(h kittest.HandMade) string { return h.SourceLocation }}},
		"the source, as a destination": {theirs: func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) made {
			return made{"eu-west-1", location(t, c, "us-east-2", "media-archive", h.DestinationRole), h.SourceLocation}
		}, used: []func(kittest.HandMade) string{func(h kittest.HandMade) string { return h.SourceLocation }}},
		"left as they are":            {theirs: both, without: true},
		"a location that is left":     {theirs: both, move: true, used: []func(kittest.HandMade) string{func(h kittest.HandMade) string { return h.SourceLocation }}},
		"a location that is released": {theirs: both, move: true, without: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				tr := hand.Adopted(kittest.Push(cloud))
				kittest.SetUp(t, cloud, tr)
				api := func(region string) interface {
					CreateTask(context.Context, *datasync.CreateTaskInput, ...func(*datasync.Options)) (*datasync.CreateTaskOutput, error)
					DeleteTask(context.Context, *datasync.DeleteTaskInput, ...func(*datasync.Options)) (*datasync.DeleteTaskOutput, error)
				} {
					return cloud.Clients()[accountA].DataSync(region)
				}
				theirs := tt.theirs(t, cloud, hand)
				out, err := api(theirs.region).CreateTask(t.Context(), &datasync.CreateTaskInput{TaskMode: dstypes.TaskModeEnhanced,
					SourceLocationArn: &theirs.source, DestinationLocationArn: &theirs.destination})
				if err != nil {
					t.Fatal(err)
				}
				if tt.move {
					time.Sleep(time.Minute) // virtual
					tr = move(cloud, tr)
				}
				plan := func() *xacct.Plan {
					if !tt.move {
						return destroyPlan(t, cloud, tr, !tt.without)
					}
					return kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) {
						o.AllowReplace, o.DeleteAdopted = true, !tt.without
					})
				}
				p := plan()
				for _, used := range tt.used {
					if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
						return f.Code == xacct.CodeAdopt && f.Severity == xacct.Blocking && f.Subject == used(hand) && strings.Contains(f.Detail, *out.TaskArn)
					}) {
						t.Errorf("no finding on %s:\n%s", used(hand), p)
					}
				}
				before := kittest.Dump(cloud)
				if len(tt.used) == 0 {
					if kittest.HasFinding(p, xacct.CodeAdopt, xacct.Blocking) {
						t.Errorf("blocked:\n%s", p)
					}
				} else if _, err := p.Apply(t.Context(), cloud.Clients()); err == nil || kittest.Dump(cloud) != before {
					t.Errorf("applied although it is blocked: %v", err)
				} else if _, err := api(theirs.region).DeleteTask(t.Context(), &datasync.DeleteTaskInput{TaskArn: out.TaskArn}); err != nil {
					t.Fatal(err)
				}
				if _, err := plan().Apply(t.Context(), cloud.Clients()); err != nil {
					t.Errorf("%v\n%s", err, plan())
				}
			})
		})
	}
}
