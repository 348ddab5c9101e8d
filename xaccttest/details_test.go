package xaccttest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestAccountAuthorizationDetails lists an account, whole and by filters, page by page.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
func TestAccountAuthorizationDetails(t *testing.T) {
	const own, aws = "arn:aws:iam::111122223333:policy/bounds", "arn:aws:iam::aws:policy/AdministratorAccess"
	roles := []string{"Operator", "reader", "writer"}
	for _, tt := range []struct {
		name   string
		filter []iamtypes.EntityType
		most   int32
		want   []string
		pages  int
		code   string
	}{
		{name: "everything", want: append(slices.Clone(roles), own, aws), pages: 2},
		{name: "roles", filter: []iamtypes.EntityType{iamtypes.EntityTypeRole}, want: roles, pages: 1},
		{name: "the account's policies", filter: []iamtypes.EntityType{iamtypes.EntityTypeLocalManagedPolicy}, want: []string{own}, pages: 1},
		{name: "AWS's policies", filter: []iamtypes.EntityType{iamtypes.EntityTypeAWSManagedPolicy}, want: []string{aws}, pages: 1},
		{name: "users and groups", filter: []iamtypes.EntityType{iamtypes.EntityTypeUser, iamtypes.EntityTypeGroup}, pages: 1},
		{name: "two a page", most: 2, want: append(slices.Clone(roles), own, aws), pages: 3},
		{name: "what there is not", filter: []iamtypes.EntityType{"Machine"}, code: "ValidationError"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.cloud.AddRole(src, "reader", policy.New(policy.Allow("s3:GetObject").On("*")))
			w.cloud.AddRole(src, "writer")
			w.cloud.AddPolicy(src, "bounds", policy.New(policy.Allow("s3:*").On("*")))
			in := &iam.GetAccountAuthorizationDetailsInput{Filter: tt.filter}
			if tt.most > 0 {
				in.MaxItems = &tt.most
			}
			var got []string
			pages := 0
			for {
				out, err := w.c[src].IAM.(iamrole.AccountAPI).GetAccountAuthorizationDetails(w.ctx, in)
				if codeOf(err) != tt.code {
					t.Fatalf("error %v, want %q", err, tt.code)
				}
				if err != nil {
					return
				}
				pages++
				for _, r := range out.RoleDetailList {
					got = append(got, *r.RoleName)
					if *r.RoleName == "reader" && (len(r.RolePolicyList) != 1 || !strings.Contains(*r.RolePolicyList[0].PolicyDocument, "s3%3AGetObject")) {
						t.Errorf("policies %v", r.RolePolicyList)
					}
				}
				for _, p := range out.Policies {
					got = append(got, *p.Arn)
					if len(p.PolicyVersionList) != 1 || !p.PolicyVersionList[0].IsDefaultVersion {
						t.Errorf("versions %v", p.PolicyVersionList)
					}
				}
				if in.Marker = out.Marker; !out.IsTruncated {
					break
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || pages != tt.pages {
				t.Errorf("%d pages (-want +got):\n%s", pages, diff)
			}
		})
	}
}

// Whoever may read single roles may not read the account.
func TestAccountAuthorizationDetailsRefused(t *testing.T) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(src, srcRegion, "media-raw")
	reader := cloud.AddRole(src, "reader", policy.New(policy.Allow("iam:GetRole", "iam:List*").On("*")))
	_, err := cloud.ClientsAs(reader).IAM.(iamrole.AccountAPI).GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{})
	if codeOf(err) != "AccessDenied" {
		t.Error(err)
	}
}
