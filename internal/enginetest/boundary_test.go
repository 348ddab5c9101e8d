package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestMissingBoundary plans with a permissions boundary that does not exist: IAM refuses to make such a role, after other things were made. A line of the
// result is a blocking finding.
func TestMissingBoundary(t *testing.T) {
	const typo, ofAWS = "arn:aws:iam::111122223333:policy/Bonudary", "arn:aws:iam::aws:policy/PowerUserAcess"
	missing := func(role, arn string) string {
		return "the permissions boundary of role media-archive-" + role + ", " + arn + ", does not exist"
	}
	refuse := func(cloud *xaccttest.Cloud) {
		cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
			if c.Operation == "GetPolicy" {
				return xaccttest.Fault(403, "AccessDenied", "Access Denied")
			}
			return next()
		})
	}
	for _, tt := range []struct {
		name    string
		running bool
		edit    func(*xaccttest.Cloud, *xacct.Transfer)
		want    []string
	}{
		{name: "of the source", edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Source.Role.PermissionsBoundary = typo },
			want: []string{"no-role source " + missing("source", typo)}},
		{name: "of the destination", edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Destination.Role.PermissionsBoundary = typo },
			want: []string{"no-role destination " + missing("destination", typo)}},
		{name: "of both", edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.Role.PermissionsBoundary, tr.Destination.Role.PermissionsBoundary = typo, ofAWS
		}, want: []string{"no-role destination " + missing("destination", ofAWS), "no-role source " + missing("source", typo)}},
		{name: "of one role for both", edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.Role.Name, tr.Source.Role.PermissionsBoundary = "media-archive-both", typo
			tr.Destination.Role = tr.Source.Role
		}, want: []string{"no-role source " + missing("both", typo), "no-role destination " + missing("both", typo)}},
		{name: "of a role that is there", running: true, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Source.Role.PermissionsBoundary = typo },
			want: []string{"no-role source " + missing("source", typo)}},
		{name: "beside a policy of another name", edit: func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			cloud.AddPolicy(accountA, "other", policy.New(policy.Allow("*").On("*")))
			tr.Source.Role.PermissionsBoundary = typo
		}, want: []string{"no-role source " + missing("source", typo)}},
		{name: "one that is there", edit: func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.Role.PermissionsBoundary = cloud.AddPolicy(accountA, "Boundary", policy.New(policy.Allow("*").On("*")))
		}},
		{name: "one that may not be read", edit: func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.Role.PermissionsBoundary = typo
			refuse(cloud)
		}},
		{name: "none", edit: func(*xaccttest.Cloud, *xacct.Transfer) {}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.running {
					kittest.SetUp(t, cloud, tr)
				}
				tt.edit(cloud, &tr)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				var got []string
				for _, f := range p.Findings {
					if f.Severity == xacct.Blocking {
						got = append(got, fmt.Sprintf("%s %s %s", f.Code, f.Side, f.Detail))
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Fatalf("blocking (-want +got):\n%s\n%s", diff, p)
				}
				if len(got) == 0 {
					return
				}
				before := kittest.Dump(cloud)
				_, err := p.Apply(t.Context(), cloud.Clients())
				var blocked *xacct.BlockedError
				if !errors.As(err, &blocked) {
					t.Errorf("apply: %v", err)
				}
				if after := kittest.Dump(cloud); after != before {
					t.Errorf("something was changed (-before +after):\n%s", cmp.Diff(before, after))
				}
			})
		})
	}
}
