package xaccttest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// managed is a customer managed policy. It has one version, and its changes are visible at once.
type managed struct {
	policy.Document
	id, path, description string
	created               time.Time
	tags                  map[string]string
}

// Quotas of IAM that an account has by default.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	managedQuota  = 6144 // characters of a managed policy, without white space
	attachedQuota = 10   // managed policies of a role
)

// newManaged makes a customer managed policy.
func (c *Cloud) newManaged(arn, path string, d policy.Document) *managed {
	return &managed{Document: d, path: path, id: ids.Unique("ANPA", "policy", arn, c.serial.Next("policy", arn)), created: time.Now().UTC().Truncate(time.Second), tags: map[string]string{}}
}

// CreatePolicy makes a customer managed policy.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
func (c *iamClient) CreatePolicy(ctx context.Context, in *iam.CreatePolicyInput, _ ...func(*iam.Options)) (*iam.CreatePolicyOutput, error) {
	return do(ctx, c.client, "CreatePolicy", in, func(rq *request, in *iam.CreatePolicyInput) (*iam.CreatePolicyOutput, error) {
		a := rq.cloud.accounts[rq.account]
		path := aws.ToString(in.Path)
		if path == "" {
			path = "/"
		}
		if err := checkName("policyName", *in.PolicyName, 128); err != nil {
			return nil, err
		}
		if !rolePath.MatchString(path) {
			return nil, validationError("path", path, rolePath.String())
		}
		tags, err := iamTags(in.Tags)
		if err != nil {
			return nil, err
		}
		arn := region.ARN{Partition: a.partition, Service: "iam", Account: a.id, Resource: "policy" + path + *in.PolicyName}.String()
		if err := rq.need("iam:CreatePolicy", arn, tagContext(tags, nil)); err != nil {
			return nil, err
		}
		d, err := checkDocument(*in.PolicyDocument, policy.Identity)
		if err != nil {
			return nil, err
		}
		if used, _ := d.Size(policy.Identity); used > managedQuota {
			return nil, &fault.Error{Status: 409, Code: "LimitExceeded", Message: fmt.Sprintf("Cannot exceed quota for PolicySize: %d", managedQuota)}
		}
		for other := range a.managed { // names are unique whatever the path
			if strings.EqualFold(lastPart(other), *in.PolicyName) {
				return nil, &fault.Error{Status: 409, Code: "EntityAlreadyExists", Message: fmt.Sprintf("A policy called %s already exists. Duplicate names are not allowed.", *in.PolicyName)}
			}
		}
		p := rq.cloud.newManaged(arn, path, d)
		p.description, p.tags = aws.ToString(in.Description), tags
		a.managed[arn] = p
		return &iam.CreatePolicyOutput{Policy: rq.cloud.sdkPolicy(a, arn)}, nil
	})
}

// lastPart is what follows the last slash: the name in an ARN of IAM.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// DeletePolicy deletes a customer managed policy that is attached to nothing.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
func (c *iamClient) DeletePolicy(ctx context.Context, in *iam.DeletePolicyInput, _ ...func(*iam.Options)) (*iam.DeletePolicyOutput, error) {
	return do(ctx, c.client, "DeletePolicy", in, func(rq *request, in *iam.DeletePolicyInput) (*iam.DeletePolicyOutput, error) {
		if _, err := rq.managed("iam:DeletePolicy", *in.PolicyArn); err != nil {
			return nil, err
		}
		a := rq.cloud.accounts[rq.account]
		attached, boundaries := rq.cloud.uses(a, *in.PolicyArn)
		switch {
		case a.managed[*in.PolicyArn] == nil:
			return nil, &fault.Error{Status: 403, Code: "AccessDenied", Message: "The policies of AWS cannot be deleted."}
		case attached+boundaries > 0:
			return nil, &fault.Error{Status: 409, Code: "DeleteConflict", Message: "Cannot delete a policy attached to entities."}
		}
		delete(a.managed, *in.PolicyArn)
		return &iam.DeletePolicyOutput{}, nil
	})
}

// uses counts the roles and users that a policy is attached to, and those whose boundary it is.
func (c *Cloud) uses(a *account, arn string) (attached, boundaries int32) {
	for _, e := range a.identities {
		if i := e.Latest(); i != nil {
			if slices.Contains(i.attached, arn) {
				attached++
			}
			if i.boundary == arn {
				boundaries++
			}
		}
	}
	return attached, boundaries
}

// AttachRolePolicy attaches a managed policy. To attach one again changes nothing.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
func (c *iamClient) AttachRolePolicy(ctx context.Context, in *iam.AttachRolePolicyInput, _ ...func(*iam.Options)) (*iam.AttachRolePolicyOutput, error) {
	return do(ctx, c.client, "AttachRolePolicy", in, func(rq *request, in *iam.AttachRolePolicyInput) (*iam.AttachRolePolicyOutput, error) {
		return &iam.AttachRolePolicyOutput{}, rq.changeRole("iam:AttachRolePolicy", *in.RoleName, policyARN(in.PolicyArn), func(i *identity) error {
			if _, ok := rq.cloud.managedPolicy(rq.account, *in.PolicyArn); !ok {
				return &fault.Error{Status: 404, Code: "NoSuchEntity", Message: fmt.Sprintf("Policy %s does not exist or is not attachable.", *in.PolicyArn)}
			}
			if slices.Contains(i.attached, *in.PolicyArn) {
				return nil
			}
			if len(i.attached) == attachedQuota {
				return &fault.Error{Status: 409, Code: "LimitExceeded", Message: fmt.Sprintf("Cannot exceed quota for PoliciesPerRole: %d", attachedQuota)}
			}
			i.attached = append(i.attached, *in.PolicyArn)
			return nil
		})
	})
}

// policyARN is the condition key of attaching and detaching.
func policyARN(arn *string) map[string][]string {
	return map[string][]string{"iam:PolicyARN": {*arn}}
}

// DetachRolePolicy detaches a managed policy.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html
func (c *iamClient) DetachRolePolicy(ctx context.Context, in *iam.DetachRolePolicyInput, _ ...func(*iam.Options)) (*iam.DetachRolePolicyOutput, error) {
	return do(ctx, c.client, "DetachRolePolicy", in, func(rq *request, in *iam.DetachRolePolicyInput) (*iam.DetachRolePolicyOutput, error) {
		return &iam.DetachRolePolicyOutput{}, rq.changeRole("iam:DetachRolePolicy", *in.RoleName, policyARN(in.PolicyArn), func(i *identity) error {
			at := slices.Index(i.attached, *in.PolicyArn)
			if at < 0 {
				return &fault.Error{Status: 404, Code: "NoSuchEntity", Message: fmt.Sprintf("Policy %s was not found.", *in.PolicyArn)}
			}
			i.attached = slices.Delete(i.attached, at, at+1)
			return nil
		})
	})
}

// ListPolicyVersions lists the one version that a managed policy has in this package.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html
func (c *iamClient) ListPolicyVersions(ctx context.Context, in *iam.ListPolicyVersionsInput, _ ...func(*iam.Options)) (*iam.ListPolicyVersionsOutput, error) {
	return do(ctx, c.client, "ListPolicyVersions", in, func(rq *request, in *iam.ListPolicyVersionsInput) (*iam.ListPolicyVersionsOutput, error) {
		if _, err := rq.managed("iam:ListPolicyVersions", *in.PolicyArn); err != nil {
			return nil, err
		}
		return &iam.ListPolicyVersionsOutput{Versions: []iamtypes.PolicyVersion{
			{VersionId: aws.String(firstVersion), IsDefaultVersion: true, CreateDate: rq.cloud.sdkPolicy(rq.cloud.accounts[rq.account], *in.PolicyArn).CreateDate},
		}}, nil
	})
}

// awsPoliciesSince is the date that policies of AWS have here.
var awsPoliciesSince = time.Date(2015, 2, 6, 18, 39, 46, 0, time.UTC)

// sdkPolicy is a managed policy as IAM's API shows it.
func (c *Cloud) sdkPolicy(a *account, arn string) *iamtypes.Policy {
	p := a.managed[arn]
	if p == nil { // of AWS
		p = &managed{id: ids.Unique("ANPA", "aws", arn), path: "/", created: awsPoliciesSince}
	}
	attached, boundaries := c.uses(a, arn)
	out := &iamtypes.Policy{Arn: aws.String(arn), PolicyName: aws.String(lastPart(arn)), PolicyId: aws.String(p.id), Path: aws.String(p.path),
		DefaultVersionId: aws.String(firstVersion), IsAttachable: true, AttachmentCount: &attached, PermissionsBoundaryUsageCount: &boundaries,
		CreateDate: aws.Time(p.created), UpdateDate: aws.Time(p.created), Description: stringOrNil(p.description)}
	for _, k := range sortedKeys(p.tags) {
		out.Tags = append(out.Tags, iamtypes.Tag{Key: aws.String(k), Value: aws.String(p.tags[k])})
	}
	return out
}
