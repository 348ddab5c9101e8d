package enginetest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// withoutDetails is a client of IAM that cannot read a whole account.
type withoutDetails struct{ iamrole.API }

// TestBulkIAM plans with one list of the account's roles. The plan is the same as with a call for each, and without the option the list is never asked for.
func TestBulkIAM(t *testing.T) {
	const list = "GetAccountAuthorizationDetails"
	for _, tt := range []struct {
		name    string
		made    bool // the transfer is set up
		destroy bool
		edit    func(*xaccttest.Cloud, *xacct.Transfer, xacct.Clients)
		refused bool
		lists   int    // at least so many calls
		warns   string // a part of the warning
	}{
		{name: "a first plan", lists: 1},
		{name: "nothing to do", made: true, lists: 1},
		{name: "a tear-down", made: true, destroy: true, lists: 1},
		{name: "a boundary of the account", lists: 1, edit: func(cloud *xaccttest.Cloud, tr *xacct.Transfer, _ xacct.Clients) {
			arn := cloud.AddPolicy(tr.Source.Account, "bounds", policy.New(policy.Allow("s3:*").On("*")))
			tr.Source.Role.PermissionsBoundary, tr.Destination.Role.PermissionsBoundary = arn, arn
		}},
		{name: "a boundary that there is not", lists: 1, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer, _ xacct.Clients) {
			tr.Source.Role.PermissionsBoundary = "arn:aws:iam::" + tr.Source.Account + ":policy/none"
		}},
		{name: "a given role with a policy of its own", lists: 1, edit: func(cloud *xaccttest.Cloud, tr *xacct.Transfer, _ xacct.Clients) {
			tr.Source.RoleARN = cloud.AddRole(tr.Source.Account, "theirs", policy.New(policy.Allow("s3:GetObject").On("*")))
		}},
		{name: "many roles", lists: 3, edit: func(cloud *xaccttest.Cloud, tr *xacct.Transfer, _ xacct.Clients) {
			for _, name := range strings.Fields("a b c d e f g h i j") {
				cloud.AddRole(tr.Source.Account, name, policy.New(policy.Allow("s3:GetObject").On("*")))
			}
		}},
		{name: "refused", refused: true, made: true, lists: 1, warns: "iam:GetAccountAuthorizationDetails"},
		{name: "a client that cannot", warns: "the client has no GetAccountAuthorizationDetails", edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer, c xacct.Clients) {
			ac := c[tr.Source.Account]
			ac.IAM = withoutDetails{ac.IAM}
			c[tr.Source.Account] = ac
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t, func(o *xaccttest.Options) { o.PageSize = 5 })
				tr, clients := kittest.Push(cloud), cloud.Clients()
				if tt.edit != nil {
					tt.edit(cloud, &tr, clients)
				}
				if tt.made {
					kittest.SetUp(t, cloud, tr)
				}
				if tt.refused {
					cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
						if c.Operation == list {
							return xaccttest.Fault(403, "AccessDenied", "no")
						}
						return next()
					})
				}
				plan := func(bulk bool) (*xacct.Plan, map[string]int) {
					cloud.ResetCalls()
					makes := xacct.NewPlan
					if tt.destroy {
						makes = xacct.NewDestroyPlan
					}
					p, err := makes(t.Context(), clients, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.BulkIAM = bulk })
					if err != nil {
						t.Fatal(err)
					}
					n := map[string]int{}
					for _, c := range cloud.Calls() {
						if c.Account == tr.Source.Account {
							n[c.Operation]++
						}
					}
					return p, n
				}
				one, single := plan(false)
				bulk, calls := plan(true)
				if single[list] > 0 || calls[list] < tt.lists {
					t.Errorf("%d calls of the list without BulkIAM, %d with it", single[list], calls[list])
				}
				if roles := calls["GetRole"] + calls["ListRolePolicies"] + calls["GetRolePolicy"]; (roles > 0) != (tt.warns != "") {
					t.Errorf("%d calls for single roles: %v", roles, calls)
				}
				warning := func(f xacct.Finding) bool {
					return f.Code == xacct.CodeUnread && f.Severity == xacct.Warning && strings.Contains(f.Detail, "were read one by one")
				}
				i := slices.IndexFunc(bulk.Findings, warning)
				if (i >= 0) != (tt.warns != "") || i >= 0 && (!strings.Contains(bulk.Findings[i].Detail, tt.warns) || !strings.Contains(bulk.Findings[i].Remedy, "BulkIAM")) {
					t.Errorf("findings %v", bulk.Findings)
				}
				bulk.Findings = slices.DeleteFunc(bulk.Findings, warning)
				if diff := cmp.Diff(one, bulk); diff != "" {
					t.Errorf("with single calls and in bulk (-single +bulk):\n%s", diff)
				}
			})
		})
	}
}

// TestBulkIAMPhase asks for the policy that reads a whole account, which no other policy allows.
func TestBulkIAMPhase(t *testing.T) {
	for _, tt := range []struct {
		name   string
		phases []xacct.Phase
		want   bool
	}{
		{"asked for", []xacct.Phase{xacct.PlanPhase, xacct.BulkIAMPhase}, true},
		{"all phases", nil, false},
		{"each other phase", []xacct.Phase{xacct.PlanPhase, xacct.ApplyPhase, xacct.RunPhase, xacct.DestroyPhase}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := xacct.OperatorPolicy(kittest.AccountA, []xacct.Transfer{kittest.Demo()}, tt.phases...)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(d.String(), "iam:GetAccountAuthorizationDetails"); got != tt.want {
				t.Errorf("allows it: %t\n%s", got, d)
			}
		})
	}
}
