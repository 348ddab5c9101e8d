package enginetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// unknownRole answers the operations for a while, from the first of them on, as IAM does for a role that it does not know yet.
func unknownRole(cloud *xaccttest.Cloud, message string, lasts time.Duration, operations ...string) {
	var mu sync.Mutex
	var start time.Time
	cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
		if !slices.Contains(operations, c.Operation) {
			return next()
		}
		mu.Lock()
		defer mu.Unlock()
		if start.IsZero() {
			start = time.Now()
		}
		if time.Since(start) < lasts {
			return xaccttest.Fault(404, "NoSuchEntity", message)
		}
		return next()
	})
}

// TestNoSuchEntityOfANewRole: IAM may not know a role that was just made. Its policies and tags are written again within the budget.
func TestNoSuchEntityOfANewRole(t *testing.T) {
	t.Parallel()
	const noRole, noBoundary = "The role with name media-archive-source cannot be found.", "Scope ARN: arn:aws:iam::111122223333:policy/role does not exist or is not attachable."
	bounded := func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
		arn := cloud.AddPolicy(kittest.AccountA, "bound", policy.New(policy.Allow("*").On("*")))
		tr.Source.Role.PermissionsBoundary, tr.Destination.Role.PermissionsBoundary = arn, arn
	}
	for _, tt := range []struct {
		name       string
		edit       func(*xaccttest.Cloud, *xacct.Transfer)
		existing   bool // the roles are there, and are edited
		message    string
		operations []string
		lasts      time.Duration
		fails      bool
		most       time.Duration // how long Apply may take
	}{
		{"the policies, at first", nil, false, noRole, []string{"PutRolePolicy"}, time.Second, false, time.Minute},
		{"the policies, for most of the budget", nil, false, noRole, []string{"PutRolePolicy"}, 100 * time.Second, false, 4 * time.Minute},
		{"the policies, in other words", nil, false, "NoSuchEntity", []string{"PutRolePolicy"}, 10 * time.Second, false, time.Minute},
		{"the policies, for ever", nil, false, noRole, []string{"PutRolePolicy"}, time.Hour, true, 3 * time.Minute},
		{"one role for both ends", func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.Role.Name, tr.Destination.Role.Name = "datasync", "datasync"
		}, false, noRole, []string{"PutRolePolicy"}, 30 * time.Second, false, 2 * time.Minute},
		{"pull", func(cloud *xaccttest.Cloud, tr *xacct.Transfer) { *tr = kittest.Pull(cloud) }, false, noRole, []string{"PutRolePolicy"}, 30 * time.Second, false, 2 * time.Minute},
		{"the boundary", bounded, false, noRole, []string{"PutRolePermissionsBoundary", "PutRolePolicy"}, 30 * time.Second, false, 2 * time.Minute},
		{"a boundary that is gone", bounded, false, noBoundary, []string{"CreateRole", "PutRolePermissionsBoundary"}, time.Hour, true, 10 * time.Second},
		{"the policies and tags of a role that is edited", func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Tags, tr.Destination.Prefix = map[string]string{"team": "x"}, "elsewhere"
		}, true, noRole, []string{"PutRolePolicy", "TagRole"}, 10 * time.Second, false, 2 * time.Minute},
		{"the policies of a role that was deleted", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Destination.Prefix = "elsewhere" },
			true, noRole, []string{"PutRolePolicy"}, time.Hour, true, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.existing {
					kittest.SetUp(t, cloud, tr)
				}
				if tt.edit != nil {
					tt.edit(cloud, &tr)
				}
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, allowReplace)
				unknownRole(cloud, tt.message, tt.lasts, tt.operations...)
				start := time.Now()
				_, err := p.Apply(t.Context(), cloud.Clients())
				took := time.Since(start)
				cloud.Intercept(nil)
				var call *xacct.CallError
				if (err != nil) != tt.fails || tt.fails && (!errors.As(err, &call) || call.Account != kittest.AccountA || !strings.Contains(err.Error(), "NoSuchEntity")) {
					t.Errorf("error %v, want one: %v", err, tt.fails)
				}
				if took > tt.most {
					t.Errorf("took %s, want at most %s", took, tt.most)
				}
				kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, allowReplace))
			})
		})
	}
}

// TestDeniedCallerGetsNoLongBudget: the caller may not list the bucket, as the plan says, and Override lets the plan pass. A location is tried for a
// short time only, while the same refusal is retried for the whole budget where the plan says that the caller may.
func TestDeniedCallerGetsNoLongBudget(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		denied bool
		lasts  time.Duration // how long DataSync refuses every location
		fails  bool
		most   time.Duration
	}{
		{"denied", true, 0, true, 40 * time.Second},
		{"allowed, by a role that is new", false, 90 * time.Second, false, 3 * time.Minute},
		{"allowed, and refused for ever", false, time.Hour, true, 3 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.denied {
					tr.Operators = nil
				}
				override := func(o *xacct.PlanOptions) { o.Override = []string{xacct.CodeNoOperator} }
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, override)
				start := time.Now()
				if tt.lasts > 0 {
					cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
						if c.Operation == "CreateLocationS3" && time.Since(start) < tt.lasts {
							return xaccttest.Fault(400, "InvalidRequestException", "DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket.")
						}
						return next()
					})
				}
				_, err := p.Apply(t.Context(), cloud.Clients())
				took := time.Since(start)
				if (err != nil) != tt.fails {
					t.Errorf("error %v, want one: %v", err, tt.fails)
				}
				if took > tt.most {
					t.Errorf("took %s, want at most %s", took, tt.most)
				}
				cloud.Intercept(nil)
				tr.Operators = kittest.Push(cloud).Operators
				kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
			})
		})
	}
}
