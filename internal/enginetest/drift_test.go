package enginetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// noBucket answers every call about the bucket as if it did not exist.
func noBucket(name string) func(context.Context, xaccttest.Call, func() error) error {
	return func(_ context.Context, c xaccttest.Call, next func() error) error {
		if strings.Contains(kittest.KeyOf(c).Resource, name) {
			return xaccttest.Fault(404, "NoSuchBucket", "The specified bucket does not exist")
		}
		return next()
	}
}

// TestOneTransferGoesBadBetweenPlanAndApply has one transfer of a plan be blocked by the time of the apply, or no longer be: the others are
// applied in either case, though they share roles and a bucket with it, and the next plan says what there is to do.
func TestOneTransferGoesBadBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		then, now  bool // blocked
		sharedRole bool
	}{{"bad at apply", false, true, false}, {"bad at apply, roles shared", false, true, true}, {"bad at plan", true, false, false}, {"bad at plan, roles shared", true, false, true}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cloud := t.Context(), kittest.World(t)
				cloud.AddBucket(accountA, "eu-west-1", "media-raw-2")
				one, two := kittest.Push(cloud), kittest.Push(cloud)
				two.Name, two.Destination.Prefix, two.Source.Prefix, two.Source.Bucket = "second", "second", "", "media-raw-2"
				if tt.sharedRole {
					for _, tr := range []*xacct.Transfer{&one, &two} {
						tr.Source.Role.Name, tr.Destination.Role.Name = "reader", "writer"
					}
				}
				set := func(bad bool) {
					cloud.Intercept(nil)
					if bad {
						cloud.Intercept(noBucket("media-raw-2"))
					}
				}
				transfers := []xacct.Transfer{one, two}
				set(tt.then)
				p := reload(t, kittest.MustPlan(t, ctx, cloud.Clients(), transfers))
				set(tt.now)
				r, err := p.Apply(ctx, cloud.Clients())
				var blocked *xacct.BlockedError
				if !errors.As(err, &blocked) || blocked.Transfer != "second" {
					t.Errorf("error %v, want that second is blocked", err)
				}
				for _, c := range r.Changes {
					if mine := slices.Equal(c.Transfers, []string{"second"}); c.Status == xacct.Failed || !mine && (c.Status == xacct.Skipped || c.Status == xacct.Waiting) && !strings.HasSuffix(c.ID, "#blocked") {
						t.Errorf("%s is %s: %v", c.ID, c.Status, c.Err)
					}
				}
				if again := kittest.MustPlan(t, ctx, cloud.Clients(), transfers[:1]); !again.Empty() {
					t.Errorf("the good transfer is not done:\n%s", again)
				}
				set(false)
				kittest.MustApply(t, ctx, cloud.Clients(), kittest.MustPlan(t, ctx, cloud.Clients(), transfers))
			})
		})
	}
}

// TestNothingIsDeletedThatWasNotApproved has the plan come to more than what its text says.
func TestNothingIsDeletedThatWasNotApproved(t *testing.T) {
	t.Parallel()
	replace := func(o *xacct.PlanOptions) { o.AllowReplace = true }
	basic := func(cloud *xaccttest.Cloud) xacct.Transfer {
		tr := kittest.Push(cloud)
		tr.Task.Mode = dstypes.TaskModeBasic
		return tr
	}
	enhanced := func(cloud *xaccttest.Cloud) xacct.Transfer {
		tr := kittest.Push(cloud)
		tr.Task.Mode = dstypes.TaskModeEnhanced
		return tr
	}
	for _, tt := range []struct {
		name string
		plan func(*testing.T, *xaccttest.Cloud) *xacct.Plan // and what happens until it is applied
	}{
		{"a replacement is called an update", func(t *testing.T, cloud *xaccttest.Cloud) *xacct.Plan {
			kittest.SetUp(t, cloud, basic(cloud))
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{enhanced(cloud)}, replace)
			for i := range p.Changes {
				if p.Changes[i].Op == xacct.Replace {
					p.Changes[i].Op = xacct.Update
				}
			}
			return p
		}},
		{"what was to be made was made by a colleague, otherwise", func(t *testing.T, cloud *xaccttest.Cloud) *xacct.Plan {
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{enhanced(cloud)}, replace)
			kittest.SetUp(t, cloud, basic(cloud))
			return p
		}},
		{"a plan to set up is called one to tear down", func(t *testing.T, cloud *xaccttest.Cloud) *xacct.Plan {
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{basic(cloud)})
			kittest.SetUp(t, cloud, basic(cloud))
			p.Mode = xacct.TearDown
			for i := range p.Changes {
				p.Changes[i].Requires = nil
			}
			return p
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				p := reload(t, tt.plan(t, cloud))
				before := kittest.Dump(cloud)
				cloud.ResetCalls()
				_, err := p.Apply(t.Context(), cloud.Clients())
				var stale *xacct.StaleError
				if !errors.As(err, &stale) {
					t.Errorf("error %v, want a *StaleError", err)
				}
				for _, c := range cloud.Calls() {
					if strings.HasPrefix(c.Operation, "Delete") {
						t.Errorf("%s was called\n%s", c.Operation, before)
					}
				}
			})
		})
	}
}

// TestPlanThatWouldWaitForEver gives a plan whose text, together with what it comes to by now, goes round in a circle.
func TestPlanThatWouldWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
		var location, task *xacct.Change
		for i := range p.Changes {
			switch c := &p.Changes[i]; {
			case c.Kind == xacct.DataSyncTask:
				task = c
			case c.Kind == xacct.DataSyncLocation && c.Side == xacct.SourceSide:
				location = c
			}
		}
		task.Requires, location.Requires = nil, []string{task.ID}
		kittest.SetUp(t, cloud, kittest.Push(cloud))
		for _, c := range cloud.Calls() { // a second location that bears our mark: the fresh plan has no change for it
			if in, ok := c.Input.(*datasync.CreateLocationS3Input); ok && c.Region == "eu-west-1" {
				if _, err := cloud.Clients()[accountA].DataSync("eu-west-1").CreateLocationS3(t.Context(), in); err != nil {
					t.Fatal(err)
				}
			}
		}
		var mismatch *xacct.MismatchError
		if _, err := p.Apply(t.Context(), cloud.Clients()); !errors.As(err, &mismatch) {
			t.Errorf("error %v, want a *MismatchError", err)
		}
	})
}

// TestRevokedGrantStaysRevoked has the bucket's owner take our statement out between plan and apply.
func TestRevokedGrantStaysRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		tr.Operators = append(tr.Operators, cloud.AddRole(accountA, "second-operator", policy.New(policy.Allow("s3:*", "datasync:*", "iam:*").On("*"))))
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		d := kittest.BucketPolicy(t, cloud, "media-archive")
		for st := range d.All() {
			if strings.HasPrefix(st.Sid(), "XacctMediaArchiveWrite") {
				d = d.Without(st.Sid())
			}
		}
		cloud.SetBucketPolicy("media-archive", d.Bytes())
		_, err := p.Apply(t.Context(), cloud.Clients())
		var stale *xacct.StaleError
		if !errors.As(err, &stale) {
			t.Errorf("error %v, want a *StaleError", err)
		}
		if got := kittest.BucketPolicy(t, cloud, "media-archive"); !got.Equal(d) {
			t.Errorf("the policy was written:\n%s", got)
		}
	})
}

// TestOperatorOfABlockedTransferIsToldWhy applies one account's part of a plan that another account's bucket blocks.
func TestOperatorOfABlockedTransferIsToldWhy(t *testing.T) {
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	tr.Source.Bucket = "no-such-bucket-here"
	p := reload(t, kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}).For(accountB))
	_, err := p.Apply(t.Context(), only(cloud, accountB))
	var blocked *xacct.BlockedError
	if !errors.As(err, &blocked) || !strings.Contains(err.Error(), "no-such-bucket-here") {
		t.Errorf("error %v, want that the source bucket is missing", err)
	}
}

// TestCancelledWhileReading cancels while the read before a write is throttled: nothing has begun, so nothing is waited for.
func TestCancelledWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
		ctx, cancel := context.WithCancel(t.Context())
		var cancelled time.Time
		reads := 0
		cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
			if c.Operation != "GetBucketPolicy" || !strings.Contains(kittest.KeyOf(c).Resource, "media-archive") {
				return next()
			}
			if reads++; reads == 1 {
				return next()
			}
			if cancelled.IsZero() {
				cancelled = time.Now().Add(time.Second)
				time.AfterFunc(time.Second, cancel)
			}
			return kittest.Throttling(c)
		})
		r, err := p.Apply(ctx, cloud.Clients())
		if took := time.Since(cancelled); cancelled.IsZero() || took > 10*time.Second {
			t.Errorf("Apply returned %v after the cancel", took)
		}
		if !errors.Is(err, context.Canceled) || r.Count(xacct.Skipped)+r.Count(xacct.Failed) == 0 {
			t.Errorf("%v\n%+v", err, r)
		}
	})
}
