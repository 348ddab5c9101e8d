package xaccttest

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/internal/region"
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
