package enginetest_test

import (
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestPathsOfOrganizations: a Deny on the paths of the whole organisation is settled by OrgIDs, as AWS decides it; one on a unit of it stays open.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func TestPathsOfOrganizations(t *testing.T) {
	const ours = "o-a1b2c3d4e5"
	guard := func(key, path string) policy.Statement {
		return policy.Deny("s3:PutObject").By(policy.Everyone()).On("arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*").WithSid("Guard").
			When(policy.Where("ForAllValues:StringNotLike", key, path))
	}
	for _, tt := range []struct {
		name string
		deny policy.Statement
		want xacct.Code
	}{
		{"principals of ours", guard("aws:PrincipalOrgPaths", ours+"/*"), xacct.CodeAllowed},
		{"principals of another", guard("aws:PrincipalOrgPaths", "o-bbbbbbbbbb/*"), xacct.CodeDenied},
		{"principals of a unit of ours", guard("aws:PrincipalOrgPaths", ours+"/r-ab12/ou-ab12-11111111/*"), xacct.CodeUndetermined},
		{"resources of ours", guard("aws:ResourceOrgPaths", ours+"/*"), xacct.CodeAllowed},
		{"resources of another", guard("aws:ResourceOrgPaths", "o-bbbbbbbbbb/*"), xacct.CodeDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				for _, account := range []string{accountA, accountB} {
					cloud.SetOrganization(account, xaccttest.Organization{ID: ours})
				}
				cloud.SetBucketPolicy("media-archive", policy.New(tt.deny).Bytes())
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)}, func(o *xacct.PlanOptions) {
					o.OrgIDs = map[string]string{accountA: ours, accountB: ours}
				})
				if _, ok := finding(p, xacct.DestinationSide, tt.want); !ok {
					t.Errorf("not %s:\n%s", tt.want, p)
				}
			})
		})
	}
}
