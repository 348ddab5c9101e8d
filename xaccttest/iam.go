package xaccttest

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// iamClient is the IAM of one account.
type iamClient struct{ client }

func (c *iamClient) GetRole(ctx context.Context, in *iam.GetRoleInput, _ ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	return do(ctx, c.client, "GetRole", in, func(rq *request, in *iam.GetRoleInput) (*iam.GetRoleOutput, error) {
		r, err := rq.readRole("iam:GetRole", *in.RoleName)
		if err != nil {
			return nil, err
		}
		return &iam.GetRoleOutput{Role: r.sdk()}, nil
	})
}

func (c *iamClient) ListRolePolicies(ctx context.Context, in *iam.ListRolePoliciesInput, _ ...func(*iam.Options)) (*iam.ListRolePoliciesOutput, error) {
	return do(ctx, c.client, "ListRolePolicies", in, func(rq *request, in *iam.ListRolePoliciesInput) (*iam.ListRolePoliciesOutput, error) {
		r, err := rq.readRole("iam:ListRolePolicies", *in.RoleName)
		if err != nil {
			return nil, err
		}
		names, next, err := page(rq.cloud, rq.operation, sortedKeys(r.policies), in.Marker, aws.ToInt32(in.MaxItems))
		if err != nil {
			return nil, &fault.Error{Status: 400, Code: "ValidationError", Message: "Invalid Marker."}
		}
		return &iam.ListRolePoliciesOutput{PolicyNames: names, Marker: stringOrNil(next), IsTruncated: next != ""}, nil
	})
}

func (c *iamClient) GetRolePolicy(ctx context.Context, in *iam.GetRolePolicyInput, _ ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error) {
	return do(ctx, c.client, "GetRolePolicy", in, func(rq *request, in *iam.GetRolePolicyInput) (*iam.GetRolePolicyOutput, error) {
		r, err := rq.readRole("iam:GetRolePolicy", *in.RoleName)
		if err != nil {
			return nil, err
		}
		d, ok := r.policies[*in.PolicyName]
		if !ok {
			return nil, noSuchPolicy(*in.PolicyName)
		}
		return &iam.GetRolePolicyOutput{RoleName: aws.String(r.name), PolicyName: in.PolicyName, PolicyDocument: encoded(d)}, nil
	})
}

func (c *iamClient) ListAttachedRolePolicies(ctx context.Context, in *iam.ListAttachedRolePoliciesInput, _ ...func(*iam.Options)) (*iam.ListAttachedRolePoliciesOutput, error) {
	return do(ctx, c.client, "ListAttachedRolePolicies", in, func(rq *request, in *iam.ListAttachedRolePoliciesInput) (*iam.ListAttachedRolePoliciesOutput, error) {
		r, err := rq.readRole("iam:ListAttachedRolePolicies", *in.RoleName)
		if err != nil {
			return nil, err
		}
		arns, next, err := page(rq.cloud, rq.operation, r.attached, in.Marker, aws.ToInt32(in.MaxItems))
		if err != nil {
			return nil, &fault.Error{Status: 400, Code: "ValidationError", Message: "Invalid Marker."}
		}
		out := &iam.ListAttachedRolePoliciesOutput{Marker: stringOrNil(next), IsTruncated: next != ""}
		for _, arn := range arns {
			out.AttachedPolicies = append(out.AttachedPolicies, iamtypes.AttachedPolicy{
				PolicyArn: aws.String(arn), PolicyName: aws.String(arn[strings.LastIndexByte(arn, '/')+1:]),
			})
		}
		return out, nil
	})
}

func (c *iamClient) CreateRole(ctx context.Context, in *iam.CreateRoleInput, _ ...func(*iam.Options)) (*iam.CreateRoleOutput, error) {
	return do(ctx, c.client, "CreateRole", in, func(rq *request, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, error) {
		a := rq.cloud.accounts[rq.account]
		path := aws.ToString(in.Path)
		if path == "" {
			path = "/"
		}
		tags, err := rq.checkNewRole(in, path)
		if err != nil {
			return nil, err
		}
		trust, err := rq.checkTrust(*in.AssumeRolePolicyDocument)
		if err != nil {
			return nil, err
		}
		key := identityKey("role", *in.RoleName)
		e := a.identities[key]
		if e != nil && e.Latest() != nil {
			return nil, &fault.Error{Status: 409, Code: "EntityAlreadyExists", Message: fmt.Sprintf("Role with name %s already exists.", *in.RoleName)}
		}
		if e == nil {
			e = &eventual.Value[*identity]{}
			a.identities[key] = e
		}
		role := rq.cloud.newIdentity(a, "role", path, *in.RoleName).with(func(i *identity) {
			i.description = aws.ToString(in.Description)
			i.trust = trust
			i.boundary = aws.ToString(in.PermissionsBoundary)
			i.maxSession = aws.ToInt32(in.MaxSessionDuration)
			i.tags = tags
		})
		e.Set(role, rq.cloud.opts.Propagation)
		return &iam.CreateRoleOutput{Role: role.sdk()}, nil
	})
}

func (rq *request) checkNewRole(in *iam.CreateRoleInput, path string) (tags map[string]string, err error) {
	if err := checkName("roleName", *in.RoleName, 64); err != nil {
		return nil, err
	}
	if !rolePath.MatchString(path) {
		return nil, validationError("path", path, rolePath.String())
	}
	tags, err = iamTags(in.Tags)
	if err != nil {
		return nil, err
	}
	partition := rq.cloud.accounts[rq.account].partition
	arn := region.Role(partition, rq.account, path, *in.RoleName)
	condition := tagContext(tags, nil)
	if b := aws.ToString(in.PermissionsBoundary); b != "" {
		condition["iam:PermissionsBoundary"] = []string{b}
	}
	if err := rq.need("iam:CreateRole", arn, condition); err != nil {
		return nil, err
	}
	if len(tags) > 0 {
		if err := rq.need("iam:TagRole", arn, condition); err != nil {
			return nil, err
		}
	}
	if b := aws.ToString(in.PermissionsBoundary); b != "" {
		if _, ok := rq.cloud.managedPolicy(rq.account, b); !ok {
			return nil, &fault.Error{Status: 404, Code: "NoSuchEntity", Message: fmt.Sprintf("Scope ARN: %s does not exist or is not attachable.", b)}
		}
	}
	return tags, nil
}

func (c *iamClient) PutRolePermissionsBoundary(ctx context.Context, in *iam.PutRolePermissionsBoundaryInput, _ ...func(*iam.Options)) (*iam.PutRolePermissionsBoundaryOutput, error) {
	return do(ctx, c.client, "PutRolePermissionsBoundary", in, func(rq *request, in *iam.PutRolePermissionsBoundaryInput) (*iam.PutRolePermissionsBoundaryOutput, error) {
		condition := map[string][]string{"iam:PermissionsBoundary": {*in.PermissionsBoundary}}
		return &iam.PutRolePermissionsBoundaryOutput{}, rq.changeRole("iam:PutRolePermissionsBoundary", *in.RoleName, condition, func(i *identity) error {
			if _, ok := rq.cloud.managedPolicy(rq.account, *in.PermissionsBoundary); !ok {
				return &fault.Error{Status: 404, Code: "NoSuchEntity", Message: fmt.Sprintf("Scope ARN: %s does not exist or is not attachable.", *in.PermissionsBoundary)}
			}
			i.boundary = *in.PermissionsBoundary
			return nil
		})
	})
}

func (c *iamClient) UpdateAssumeRolePolicy(ctx context.Context, in *iam.UpdateAssumeRolePolicyInput, _ ...func(*iam.Options)) (*iam.UpdateAssumeRolePolicyOutput, error) {
	return do(ctx, c.client, "UpdateAssumeRolePolicy", in, func(rq *request, in *iam.UpdateAssumeRolePolicyInput) (*iam.UpdateAssumeRolePolicyOutput, error) {
		return &iam.UpdateAssumeRolePolicyOutput{}, rq.changeRole("iam:UpdateAssumeRolePolicy", *in.RoleName, nil, func(i *identity) error {
			d, err := rq.checkTrust(*in.PolicyDocument)
			i.trust = d
			return err
		})
	})
}

func (c *iamClient) PutRolePolicy(ctx context.Context, in *iam.PutRolePolicyInput, _ ...func(*iam.Options)) (*iam.PutRolePolicyOutput, error) {
	return do(ctx, c.client, "PutRolePolicy", in, func(rq *request, in *iam.PutRolePolicyInput) (*iam.PutRolePolicyOutput, error) {
		return &iam.PutRolePolicyOutput{}, rq.changeRole("iam:PutRolePolicy", *in.RoleName, nil, func(i *identity) error {
			if err := checkName("policyName", *in.PolicyName, 128); err != nil {
				return err
			}
			d, err := checkDocument(*in.PolicyDocument, policy.Identity)
			if err != nil {
				return err
			}
			i.policies[*in.PolicyName] = d
			total := 0
			for _, p := range i.policies {
				used, _ := p.Size(policy.Identity)
				total += used
			}
			if total > inlineQuota {
				return &fault.Error{Status: 409, Code: "LimitExceeded", Message: fmt.Sprintf("Maximum policy size of %d bytes exceeded for role %s", inlineQuota, i.name)}
			}
			return nil
		})
	})
}

func (c *iamClient) DeleteRolePolicy(ctx context.Context, in *iam.DeleteRolePolicyInput, _ ...func(*iam.Options)) (*iam.DeleteRolePolicyOutput, error) {
	return do(ctx, c.client, "DeleteRolePolicy", in, func(rq *request, in *iam.DeleteRolePolicyInput) (*iam.DeleteRolePolicyOutput, error) {
		return &iam.DeleteRolePolicyOutput{}, rq.changeRole("iam:DeleteRolePolicy", *in.RoleName, nil, func(i *identity) error {
			if _, ok := i.policies[*in.PolicyName]; !ok {
				return noSuchPolicy(*in.PolicyName)
			}
			delete(i.policies, *in.PolicyName)
			return nil
		})
	})
}

func (c *iamClient) DeleteRole(ctx context.Context, in *iam.DeleteRoleInput, _ ...func(*iam.Options)) (*iam.DeleteRoleOutput, error) {
	return do(ctx, c.client, "DeleteRole", in, func(rq *request, in *iam.DeleteRoleInput) (*iam.DeleteRoleOutput, error) {
		r, e, err := rq.role("iam:DeleteRole", *in.RoleName, nil)
		if err != nil {
			return nil, err
		}
		switch {
		case len(r.attached) > 0:
			return nil, &fault.Error{Status: 409, Code: "DeleteConflict", Message: "Cannot delete entity, must detach all policies first."}
		case len(r.policies) > 0:
			return nil, &fault.Error{Status: 409, Code: "DeleteConflict", Message: "Cannot delete entity, must delete policies first."}
		}
		e.Set(nil, rq.cloud.opts.Propagation)
		return &iam.DeleteRoleOutput{}, nil
	})
}

func (c *iamClient) TagRole(ctx context.Context, in *iam.TagRoleInput, _ ...func(*iam.Options)) (*iam.TagRoleOutput, error) {
	return do(ctx, c.client, "TagRole", in, func(rq *request, in *iam.TagRoleInput) (*iam.TagRoleOutput, error) {
		tags, err := iamTags(in.Tags)
		if err != nil {
			return nil, err
		}
		return &iam.TagRoleOutput{}, rq.changeRole("iam:TagRole", *in.RoleName, tagContext(tags, nil), func(i *identity) error {
			for k, v := range tags {
				i.tags[k] = v
			}
			if len(i.tags) > 50 {
				return &fault.Error{Status: 409, Code: "LimitExceeded", Message: "The number of tags has reached the maximum limit."}
			}
			return nil
		})
	})
}

func (c *iamClient) UntagRole(ctx context.Context, in *iam.UntagRoleInput, _ ...func(*iam.Options)) (*iam.UntagRoleOutput, error) {
	return do(ctx, c.client, "UntagRole", in, func(rq *request, in *iam.UntagRoleInput) (*iam.UntagRoleOutput, error) {
		return &iam.UntagRoleOutput{}, rq.changeRole("iam:UntagRole", *in.RoleName, map[string][]string{"aws:TagKeys": in.TagKeys}, func(i *identity) error {
			for _, k := range in.TagKeys {
				delete(i.tags, k)
			}
			return nil
		})
	})
}
