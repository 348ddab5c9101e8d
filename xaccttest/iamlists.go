package xaccttest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// ListRoles lists the account's roles, without tags and boundaries, as IAM does.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
func (c *iamClient) ListRoles(ctx context.Context, in *iam.ListRolesInput, _ ...func(*iam.Options)) (*iam.ListRolesOutput, error) {
	return do(ctx, c.client, "ListRoles", in, func(rq *request, in *iam.ListRolesInput) (*iam.ListRolesOutput, error) {
		a := rq.cloud.accounts[rq.account]
		if err := rq.need("iam:ListRoles", region.Role(a.partition, a.id, "/", ""), nil); err != nil {
			return nil, err
		}
		var roles []iamtypes.Role
		for _, key := range sortedKeys(a.identities) {
			i := a.identities[key].Read(eventual.ByAPI)
			if i == nil || i.kind != "role" || !strings.HasPrefix(i.path, aws.ToString(in.PathPrefix)) {
				continue
			}
			r := i.sdk()
			r.Tags, r.PermissionsBoundary = nil, nil
			roles = append(roles, *r)
		}
		part, next, err := page(rq.cloud, rq.operation, roles, in.Marker, aws.ToInt32(in.MaxItems))
		if err != nil {
			return nil, &fault.Error{Status: 400, Code: "ValidationError", Message: "Invalid Marker."}
		}
		return &iam.ListRolesOutput{Roles: part, Marker: stringOrNil(next), IsTruncated: next != ""}, nil
	})
}

// ListRoleTags lists the tags of a role. Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html
func (c *iamClient) ListRoleTags(ctx context.Context, in *iam.ListRoleTagsInput, _ ...func(*iam.Options)) (*iam.ListRoleTagsOutput, error) {
	return do(ctx, c.client, "ListRoleTags", in, func(rq *request, in *iam.ListRoleTagsInput) (*iam.ListRoleTagsOutput, error) {
		r, err := rq.readRole("iam:ListRoleTags", *in.RoleName)
		if err != nil {
			return nil, err
		}
		part, next, err := page(rq.cloud, rq.operation, r.sdk().Tags, in.Marker, aws.ToInt32(in.MaxItems))
		if err != nil {
			return nil, &fault.Error{Status: 400, Code: "ValidationError", Message: "Invalid Marker."}
		}
		return &iam.ListRoleTagsOutput{Tags: part, Marker: stringOrNil(next), IsTruncated: next != ""}, nil
	})
}

// ListInstanceProfilesForRole finds none: the cloud has no instance profiles. Terraform asks before it deletes a role.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html
func (c *iamClient) ListInstanceProfilesForRole(ctx context.Context, in *iam.ListInstanceProfilesForRoleInput, _ ...func(*iam.Options)) (*iam.ListInstanceProfilesForRoleOutput, error) {
	return do(ctx, c.client, "ListInstanceProfilesForRole", in, func(rq *request, in *iam.ListInstanceProfilesForRoleInput) (*iam.ListInstanceProfilesForRoleOutput, error) {
		if _, err := rq.readRole("iam:ListInstanceProfilesForRole", *in.RoleName); err != nil {
			return nil, err
		}
		return &iam.ListInstanceProfilesForRoleOutput{InstanceProfiles: []iamtypes.InstanceProfile{}}, nil
	})
}

// GetAccountAuthorizationDetails lists the roles and the customer managed policies of the account, and AdministratorAccess. It has no users and groups,
// though it knows their filters.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
func (c *iamClient) GetAccountAuthorizationDetails(ctx context.Context, in *iam.GetAccountAuthorizationDetailsInput, _ ...func(*iam.Options)) (*iam.GetAccountAuthorizationDetailsOutput, error) {
	return do(ctx, c.client, "GetAccountAuthorizationDetails", in, func(rq *request, in *iam.GetAccountAuthorizationDetailsInput) (*iam.GetAccountAuthorizationDetailsOutput, error) {
		if err := rq.need("iam:GetAccountAuthorizationDetails", "*", nil); err != nil {
			return nil, err
		}
		for _, f := range in.Filter {
			if !slices.Contains(f.Values(), f) {
				return nil, &fault.Error{Status: 400, Code: "ValidationError", Message: fmt.Sprintf(
					"1 validation error detected: Value '%s' at 'filter' failed to satisfy constraint: Member must satisfy enum value set: %v", f, f.Values())}
			}
		}
		part, next, err := page(rq.cloud, rq.operation, rq.details(in.Filter), in.Marker, aws.ToInt32(in.MaxItems))
		if err != nil {
			return nil, &fault.Error{Status: 400, Code: "ValidationError", Message: "Invalid Marker."}
		}
		out := &iam.GetAccountAuthorizationDetailsOutput{Marker: stringOrNil(next), IsTruncated: next != ""}
		for _, detail := range part {
			switch d := detail().(type) {
			case iamtypes.RoleDetail:
				out.RoleDetailList = append(out.RoleDetailList, d)
			case iamtypes.ManagedPolicyDetail:
				out.Policies = append(out.Policies, d)
			}
		}
		return out, nil
	})
}

// details make the details of the roles and managed policies that the filters name, none naming all: only those of the page are made.
func (rq *request) details(filters []iamtypes.EntityType) []func() any {
	a := rq.cloud.accounts[rq.account]
	asks := func(t iamtypes.EntityType) bool { return len(filters) == 0 || slices.Contains(filters, t) }
	var out []func() any
	attached := map[string]int32{}
	for _, key := range sortedKeys(a.identities) {
		i := a.identities[key].Read(eventual.ByAPI)
		if i == nil || i.kind != "role" {
			continue
		}
		for _, arn := range i.attached {
			attached[arn]++
		}
		if asks(iamtypes.EntityTypeRole) {
			out = append(out, func() any { return i.detail() })
		}
	}
	arns := sortedKeys(a.managed)
	if !asks(iamtypes.EntityTypeLocalManagedPolicy) {
		arns = nil
	}
	if asks(iamtypes.EntityTypeAWSManagedPolicy) {
		arns = append(arns, administrator(a.partition))
	}
	for _, arn := range arns {
		out = append(out, func() any {
			p, document := rq.cloud.sdkPolicy(a, arn), policyOf(rq, arn)
			return iamtypes.ManagedPolicyDetail{Arn: &arn, PolicyName: aws.String(lastPart(arn)), DefaultVersionId: aws.String(firstVersion), AttachmentCount: aws.Int32(attached[arn]),
				CreateDate: p.CreateDate, PolicyVersionList: []iamtypes.PolicyVersion{{VersionId: aws.String(firstVersion), IsDefaultVersion: true, Document: encoded(document), CreateDate: p.CreateDate}}}
		})
	}
	return out
}

// detail is the role with its policies, as GetAccountAuthorizationDetails shows it.
func (i *identity) detail() iamtypes.RoleDetail {
	r := i.sdk()
	d := iamtypes.RoleDetail{Arn: r.Arn, RoleId: r.RoleId, RoleName: r.RoleName, Path: r.Path, CreateDate: r.CreateDate, Tags: r.Tags,
		AssumeRolePolicyDocument: r.AssumeRolePolicyDocument, PermissionsBoundary: r.PermissionsBoundary}
	for _, name := range sortedKeys(i.policies) {
		d.RolePolicyList = append(d.RolePolicyList, iamtypes.PolicyDetail{PolicyName: &name, PolicyDocument: encoded(i.policies[name])})
	}
	for _, arn := range i.attached {
		d.AttachedManagedPolicies = append(d.AttachedManagedPolicies, iamtypes.AttachedPolicy{PolicyArn: &arn, PolicyName: aws.String(lastPart(arn))})
	}
	return d
}

func policyOf(rq *request, arn string) policy.Document {
	d, _ := rq.cloud.managedPolicy(rq.account, arn)
	return d
}
