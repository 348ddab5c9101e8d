package enginetest_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// clean is the rule of docs/fleets.md: all was compared and nothing differs.
func clean(p *xacct.Plan) bool {
	return p.Empty() && !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Severity != xacct.Info })
}

// TestDriftRule has fleets of which all is as it was set up, and such as lack something, or of which something is not known.
func TestDriftRule(t *testing.T) {
	for _, tt := range []struct {
		name    string
		given   bool // the source has a given role
		edit    func(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer)
		refused string // an operation, in the task account
		closed  bool   // every call of S3 in the other account is refused
		options func(*xacct.PlanOptions)
		without string // an account without clients, whose operator's report is given
		clean   bool
		code    xacct.Code
	}{
		{name: "nothing", clean: true},
		{name: "nothing, with a given role", given: true, clean: true},
		{name: "a refused list of all roles", refused: "GetAccountAuthorizationDetails", options: func(o *xacct.PlanOptions) { o.BulkIAM = true }, clean: true},
		{name: "the given role is gone", given: true, edit: func(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			name, err := "theirs", error(nil)
			api := cloud.Clients()[accountA].IAM
			if _, err = api.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &name}); err == nil {
				_, err = api.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: &name})
			}
			if err != nil {
				t.Fatal(err)
			}
		}, code: xacct.CodeNoRole},
		{name: "the given role may not be read", given: true, refused: "GetRole", code: xacct.CodeUnread},
		{name: "the bucket of the other account is gone", edit: func(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			api := cloud.Clients()[accountB].S3(tr.Destination.Region).(interface {
				DeleteBucket(context.Context, *s3.DeleteBucketInput, ...func(*s3.Options)) (*s3.DeleteBucketOutput, error)
			})
			if _, err := api.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: &tr.Destination.Bucket}); err != nil {
				t.Fatal(err)
			}
		}, code: xacct.CodeNoBucket},
		{name: "nothing of the other account's bucket may be read", closed: true, code: xacct.CodeUnread},
		{name: "what was reported", without: accountB, code: xacct.CodeUnread},
		{name: "what was reported is gone", without: accountB, edit: func(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			cloud.SetBucketPolicy(tr.Destination.Bucket, nil)
		}, code: xacct.CodeUnread},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.given {
					tr.Source.RoleARN = givenByHand(t, cloud, "theirs")
				}
				result := kittest.SetUp(t, cloud, tr)
				if tt.edit != nil {
					tt.edit(t, cloud, &tr)
				}
				clients := cloud.Clients()
				options := []func(*xacct.PlanOptions){onlyDrift, func(o *xacct.PlanOptions) {
					if tt.options != nil {
						tt.options(o)
					}
					if tt.without != "" {
						o.Reported = []*xacct.Result{handBack(t, result)}
					}
				}}
				delete(clients, tt.without)
				cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
					if c.Operation == tt.refused && c.Account == accountA || tt.closed && c.Account == accountB && c.Service == "S3" {
						return xaccttest.Fault(403, "AccessDenied", "no")
					}
					return next()
				})
				p := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr}, options...)
				if clean(p) != tt.clean || tt.code != "" && !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Code == tt.code && f.Severity != xacct.Info }) {
					t.Errorf("clean %v, want %v and a finding of %q:\n%s\n%v", clean(p), tt.clean, tt.code, p, p.Findings)
				}
				for _, f := range p.Findings {
					if tt.closed && f.Code == xacct.CodeNoBucket {
						t.Errorf("what may not be read is said to be gone: %v", f)
					}
				}
				for _, c := range p.Changes {
					if c.Hold != "" {
						t.Errorf("%s is shown as what differs, and nobody knows", c.ID)
					}
				}
			})
		})
	}
}

// givenByHand makes a role that DataSync may assume to read.
func givenByHand(t *testing.T, cloud *xaccttest.Cloud, name string) string {
	t.Helper()
	api := cloud.Clients()[accountA].IAM
	trust := string(iamrole.DataSyncTrust("aws", accountA).Bytes())
	made, err := api.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust})
	if err != nil {
		t.Fatal(err)
	}
	access := string(policy.New(policy.Allow("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads").On("arn:aws:s3:::media-raw"),
		policy.Allow("s3:GetObject", "s3:GetObjectTagging", "s3:ListMultipartUploadParts").On("arn:aws:s3:::media-raw/*")).Bytes())
	if _, err := api.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: &name, PolicyDocument: &access}); err != nil {
		t.Fatal(err)
	}
	return *made.Role.Arn
}
