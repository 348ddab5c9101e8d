package enginetest_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// Policies of organisations that stop the use of a key are told if they are handed to the plan, and stop the transfer if they are not.
// Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html,
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html (KMS is among the services of RCPs)
func TestOrganizationsAndKeys(t *testing.T) {
	full := xaccttest.FullAWSAccess()
	for _, tt := range []struct {
		name    string
		account string // whose organisation it is
		scp     policy.Statement
		rcp     policy.Statement
		denied  bool
	}{
		{"keys in other Regions are denied", accountA, policy.Deny("kms:*").On("*").When(policy.StringNotEquals("aws:RequestedRegion", "eu-west-1")), policy.Statement{}, true},
		{"keys in other Regions are denied, but not to services", accountA, policy.Deny("kms:*").On("*").When(policy.StringNotEquals("aws:RequestedRegion", "eu-west-1"), policy.Bool("aws:ViaAWSService", false)), policy.Statement{}, false},
		{"strangers are denied", accountB, policy.Statement{}, policy.Deny("kms:*").By(policy.Everyone()).On("*").When(policy.Where("StringNotEqualsIfExists", "aws:PrincipalAccount", accountB)), true},
		{"strangers but us", accountB, policy.Statement{}, policy.Deny("kms:*").By(policy.Everyone()).On("*").When(policy.Where("StringNotEqualsIfExists", "aws:PrincipalAccount", accountA, accountB)), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, tr := kittest.EncryptedWorld()
				given := func(o *xacct.PlanOptions) {
					o.SCPs, o.RCPs = map[string][][]policy.Document{accountA: {{full}}}, map[string][][]policy.Document{accountA: {}, accountB: {}}
					if !tt.scp.IsZero() {
						o.SCPs[tt.account] = [][]policy.Document{{full, policy.New(tt.scp)}}
					}
					if !tt.rcp.IsZero() {
						o.RCPs[tt.account] = [][]policy.Document{{policy.New(tt.rcp)}}
					}
				}
				var o xacct.PlanOptions
				given(&o)
				org := xaccttest.Organization{RCPs: o.RCPs[tt.account]}
				if !tt.scp.IsZero() {
					org.SCPs = o.SCPs[tt.account]
				}
				cloud.SetOrganization(tt.account, org)

				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, given)
				f, ok := finding(p, xacct.DestinationSide, xacct.CodeDenied)
				if ok != tt.denied || ok && f.Severity != xacct.Blocking {
					t.Errorf("told: %t\n%s", ok, p)
				}
				err := runs(t, cloud, tr) // with a plan that knows nothing of it
				var incomplete *task.IncompleteError
				if errors.As(err, &incomplete) != tt.denied || (err == nil) == tt.denied {
					t.Errorf("run: %v", err)
				}
			})
		})
	}
}
