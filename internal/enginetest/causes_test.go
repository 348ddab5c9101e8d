package enginetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// unlike makes a second location or task with our tags that differs from ours.
func unlike(t *testing.T, cloud *xaccttest.Cloud, kind xacct.Kind, res *xacct.Result) {
	t.Helper()
	ctx := t.Context()
	i := slices.IndexFunc(res.Changes, func(c xacct.ChangeResult) bool { return c.Kind == kind })
	c := res.Changes[i]
	api, err := cloud.Clients().DataSync(c.ARN)
	if err != nil {
		t.Fatal(err)
	}
	all := &datasync.ListTagsForResourceInput{ResourceArn: &c.ARN, MaxResults: new(int32(100))}
	tags, err := api.ListTagsForResource(ctx, all)
	if err != nil {
		t.Fatal(err)
	}
	if kind == xacct.DataSyncTask {
		have, err := api.DescribeTask(ctx, &datasync.DescribeTaskInput{TaskArn: &c.ARN})
		if err != nil {
			t.Fatal(err)
		}
		_, err = api.CreateTask(ctx, &datasync.CreateTaskInput{Name: have.Name, TaskMode: have.TaskMode, Options: have.Options,
			SourceLocationArn: have.SourceLocationArn, DestinationLocationArn: have.DestinationLocationArn, Tags: tags.Tags,
			Excludes: []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: new("/other")}}})
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := location.Observe(ctx, api, c.ARN)
	if err != nil {
		t.Fatal(err)
	}
	bucket, prefix, _ := location.ParseURI(have.URI)
	arn, prefix := "arn:aws:s3:::"+bucket, prefix+"other"
	again, err := api.DescribeLocationS3(ctx, &datasync.DescribeLocationS3Input{LocationArn: &c.ARN})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = api.CreateLocationS3(ctx, &datasync.CreateLocationS3Input{S3BucketArn: &arn, Subdirectory: &prefix, S3Config: again.S3Config, Tags: tags.Tags}); err != nil {
		t.Fatal(err)
	}
}

// applied sets the transfer up.
func applied(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, *xacct.Result) {
	t.Helper()
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	return p, kittest.MustApply(t, t.Context(), cloud.Clients(), p)
}

// blockedPlan plans the transfer, which something must block.
func blockedPlan(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) *xacct.Plan {
	t.Helper()
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Severity == xacct.Blocking }) {
		t.Fatalf("nothing blocks:\n%s", p)
	}
	return p
}

// stored is the plan as another process reads it.
func stored(t *testing.T, p *xacct.Plan) *xacct.Plan {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	out := &xacct.Plan{}
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Several resources that are tagged as ours are an AmbiguousError of Apply, whether the plan was made before or after, and of Residue.
func TestAmbiguousErrorFromApplyAndResidue(t *testing.T) {
	t.Parallel()
	for _, kind := range []xacct.Kind{xacct.DataSyncLocation, xacct.DataSyncTask} {
		cloud := kittest.World(t, func(o *xaccttest.Options) { o.PageSize, o.Phases.Creating = 100, 0 })
		tr := kittest.Push(cloud)
		before, res := applied(t, cloud, tr)
		back, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		unlike(t, cloud, kind, res)
		after := blockedPlan(t, cloud, tr)
		backAfter, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		is := func(t *testing.T, err error) {
			t.Helper()
			var ambiguous *xacct.AmbiguousError
			if !errors.As(err, &ambiguous) || ambiguous.Kind != kind || len(ambiguous.ARNs) != 2 || ambiguous.Account != kittest.AccountA ||
				!strings.Contains(err.Error(), "; they differ in "+map[xacct.Kind]string{xacct.DataSyncLocation: "URI", xacct.DataSyncTask: "exclude filter"}[kind]) {
				t.Errorf("%v", err)
			}
			if !slices.Contains(plan.Hints(err), (&xacct.AmbiguousError{}).Hint()) {
				t.Errorf("hints %q", plan.Hints(err))
			}
		}
		for name, p := range map[string]*xacct.Plan{"set-up from before": before, "set-up": after, "set-up, stored": stored(t, after), "tear-down from before": back, "tear-down": backAfter} {
			t.Run(fmt.Sprint("Apply of a ", name, ", ", kind), func(t *testing.T) {
				_, err := p.Apply(t.Context(), cloud.Clients())
				is(t, err)
			})
		}
		t.Run(fmt.Sprint("Residue, ", kind), func(t *testing.T) {
			left, err := after.Residue(t.Context(), cloud.Clients())
			is(t, err)
			typed := 0
			for _, item := range left {
				var ambiguous *xacct.AmbiguousError
				if errors.As(item.Err, &ambiguous) {
					typed++
				}
				if item.Err != nil && !item.Unknown || item.Unknown != strings.HasPrefix(item.Detail, "not known: ") {
					t.Errorf("%v has the error %v", item, item.Err)
				}
			}
			if typed != 1 || len(left) < 3 {
				t.Errorf("%d items of %v", typed, left)
			}
		})
	}
}

// A role or statement with our name that is not ours is an OwnerError of Apply.
func TestOwnerErrorFromApply(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer)
		kind xacct.Kind
	}{
		{"a role", func(_ *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) {
			cloud.AddRole(kittest.AccountA, tr.Name+"-source")
		}, xacct.IAMRole},
		{"a statement", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) {
			res, err := tr.Resources()
			if err != nil {
				t.Fatal(err)
			}
			cloud.SetBucketPolicy("media-archive", policy.New(policy.Deny("s3:DeleteBucket").WithSid(res.Buckets[0].Statements[0].Sid()).
				By(policy.Everyone()).On("arn:aws:s3:::media-archive")).Bytes())
		}, xacct.BucketPolicy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := kittest.World(t, func(o *xaccttest.Options) { o.PageSize, o.Phases.Creating = 100, 0 })
			tr := kittest.Push(cloud)
			before := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			tt.make(t, cloud, tr)
			for name, p := range map[string]*xacct.Plan{"before": before, "after": blockedPlan(t, cloud, tr)} {
				_, err := p.Apply(t.Context(), cloud.Clients())
				var owner *xacct.OwnerError
				if !errors.As(err, &owner) || owner.Kind != tt.kind || owner.Account == "" || owner.Name == "" {
					t.Errorf("planned %s: %v", name, err)
				}
			}
		})
	}
}

// A bucket that does not belong to the account is a WrongOwnerError of Apply and of Residue.
func TestWrongOwnerFromApplyAndResidue(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(cloud *xaccttest.Cloud, tr *xacct.Transfer)
		bucket string
	}{
		{"the destination's", func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			cloud.AddBucket("999900001111", "us-east-2", "not-theirs")
			tr.Destination.Bucket = "not-theirs"
		}, "not-theirs"},
		{"the source's of a pull", func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			cloud.AddBucket("999900001111", "eu-west-1", "not-theirs")
			*tr = kittest.Pull(cloud)
			tr.Source.Bucket = "not-theirs"
		}, "not-theirs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := kittest.World(t, func(o *xaccttest.Options) { o.PageSize, o.Phases.Creating = 100, 0 })
			tr := kittest.Push(cloud)
			tt.change(cloud, &tr)
			p := blockedPlan(t, cloud, tr)
			is := func(err error) {
				t.Helper()
				var owner *xacct.WrongOwnerError
				if !errors.As(err, &owner) || owner.Bucket != tt.bucket || owner.Account == "" || owner.Region == "" || owner.Err == nil {
					t.Fatalf("%v", err)
				}
				if s := owner.Error(); strings.Contains(s, "\n") || !strings.Contains(owner.Hint(), "correct the account") {
					t.Errorf("%q, hint %q", s, owner.Hint())
				}
			}
			_, err := p.Apply(t.Context(), cloud.Clients())
			is(err)
			left, err := p.Residue(t.Context(), cloud.Clients())
			is(err)
			if len(left) == 0 {
				t.Error("the list is empty")
			}
		})
	}
}

// A read that is only denied is an item and no error of Residue, and a cause of Apply's.
func TestDeniedReadFromApplyAndResidue(t *testing.T) {
	cloud := kittest.World(t, func(o *xaccttest.Options) { o.PageSize, o.Phases.Creating = 100, 0 })
	tr := kittest.Push(cloud)
	p, _ := applied(t, cloud, tr)
	cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
		if c.Operation == "GetBucketPolicy" {
			return xaccttest.Fault(403, "AccessDenied", "Access Denied")
		}
		return next()
	})
	left, err := p.Residue(t.Context(), cloud.Clients())
	if err != nil || !slices.ContainsFunc(left, func(r xacct.Residue) bool { return r.Kind == xacct.BucketPolicy && r.Err != nil }) {
		t.Errorf("%v, %v", left, err)
	}
	data, err := json.Marshal(left)
	if err != nil || strings.Contains(string(data), `"Err"`) {
		t.Errorf("%s, %v", data, err)
	}
	var blocked *xacct.BlockedError
	if _, err := p.Apply(t.Context(), cloud.Clients()); !errors.As(err, &blocked) || len(blocked.Causes) == 0 {
		t.Errorf("%v", err)
	}
}
