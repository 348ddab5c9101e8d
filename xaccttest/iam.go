package xaccttest

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
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
			return nil, &fault{status: 400, code: "ValidationError", message: "Invalid Marker."}
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
			return nil, &fault{status: 400, code: "ValidationError", message: "Invalid Marker."}
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
		if e != nil && e.latest() != nil {
			return nil, &fault{status: 409, code: "EntityAlreadyExists", message: fmt.Sprintf("Role with name %s already exists.", *in.RoleName)}
		}
		if e == nil {
			e = &eventual[*identity]{}
			a.identities[key] = e
		}
		role := rq.cloud.newIdentity(a, "role", path, *in.RoleName).with(func(i *identity) {
			i.description = aws.ToString(in.Description)
			i.trust = trust
			i.boundary = aws.ToString(in.PermissionsBoundary)
			i.maxSession = aws.ToInt32(in.MaxSessionDuration)
			i.tags = tags
		})
		e.set(role, rq.cloud.opts.Propagation)
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
			return nil, &fault{status: 404, code: "NoSuchEntity", message: fmt.Sprintf("Scope ARN: %s does not exist or is not attachable.", b)}
		}
	}
	return tags, nil
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
				return &fault{status: 409, code: "LimitExceeded", message: fmt.Sprintf("Maximum policy size of %d bytes exceeded for role %s", inlineQuota, i.name)}
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
			return nil, &fault{status: 409, code: "DeleteConflict", message: "Cannot delete entity, must detach all policies first."}
		case len(r.policies) > 0:
			return nil, &fault{status: 409, code: "DeleteConflict", message: "Cannot delete entity, must delete policies first."}
		}
		e.set(nil, rq.cloud.opts.Propagation)
		rq.cloud.gone++
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
				return &fault{status: 409, code: "LimitExceeded", message: "The number of tags has reached the maximum limit."}
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

// need refuses what the caller's policies do not allow, as IAM does.
func (rq *request) need(action, resource string, context map[string][]string) error {
	ok, err := rq.may(action, resource, context)
	if err == nil && !ok {
		err = &fault{status: 403, code: "AccessDenied", message: rq.deniedText(action, resource)}
	}
	return err
}

// deniedText is the sentence in which AWS refuses.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (rq *request) deniedText(action, resource string) string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %[2]s action",
		rq.who.callerARN(sessionName), action, resource)
}

// roleARN is the ARN that a call on the role is judged by, also if the role does not exist.
func (rq *request) roleARN(name string) string {
	a := rq.cloud.accounts[rq.account]
	if e := a.identities[identityKey("role", name)]; e != nil && e.latest() != nil {
		return e.latest().arn
	}
	return region.Role(a.partition, a.id, "/", name)
}

// readRole is the role as reads see it.
func (rq *request) readRole(action, name string) (*identity, error) {
	if err := rq.need(action, rq.roleARN(name), nil); err != nil {
		return nil, err
	}
	if e := rq.cloud.at(rq.account, identityKey("role", name)); e != nil {
		if r := e.read(byAPI); r != nil {
			return r, nil
		}
	}
	return nil, noSuchRole(name)
}

// role is the role as writes see it: as it is.
func (rq *request) role(action, name string, context map[string][]string) (*identity, *eventual[*identity], error) {
	e := rq.cloud.at(rq.account, identityKey("role", name))
	var r *identity
	if e != nil {
		r = e.latest()
	}
	if r != nil {
		context = resourceTagContext(r.tags, context)
	}
	if err := rq.need(action, rq.roleARN(name), context); err != nil {
		return nil, nil, err
	}
	switch {
	case r == nil:
		return nil, nil, noSuchRole(name)
	case r.serviceLinked:
		return nil, nil, &fault{status: 400, code: "UnmodifiableEntity", message: fmt.Sprintf("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.name)}
	}
	return r, e, nil
}

// changeRole edits a copy of the role and puts it in the role's place, unless the edit fails.
func (rq *request) changeRole(action, name string, context map[string][]string, edit func(*identity) error) error {
	r, e, err := rq.role(action, name, context)
	if err != nil {
		return err
	}
	next := r.with(func(i *identity) { err = edit(i) })
	if err == nil {
		e.set(next, rq.cloud.opts.Propagation)
	}
	return err
}

// sdk is the role as the API shows it.
func (i *identity) sdk() *iamtypes.Role {
	r := &iamtypes.Role{
		Arn: aws.String(i.arn), RoleId: aws.String(i.id), RoleName: aws.String(i.name), Path: aws.String(i.path),
		CreateDate: aws.Time(i.created), AssumeRolePolicyDocument: encoded(i.trust), MaxSessionDuration: aws.Int32(3600),
	}
	if i.maxSession != 0 {
		r.MaxSessionDuration = aws.Int32(i.maxSession)
	}
	if i.description != "" {
		r.Description = aws.String(i.description)
	}
	if i.boundary != "" {
		r.PermissionsBoundary = &iamtypes.AttachedPermissionsBoundary{
			PermissionsBoundaryArn: aws.String(i.boundary), PermissionsBoundaryType: iamtypes.PermissionsBoundaryAttachmentTypePolicy,
		}
	}
	for _, k := range sortedKeys(i.tags) {
		r.Tags = append(r.Tags, iamtypes.Tag{Key: aws.String(k), Value: aws.String(i.tags[k])})
	}
	return r
}

// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	inlineQuota = 10240 // characters of all inline policies of a role, white space aside
	trustQuota  = 2048
)

var (
	entityName = regexp.MustCompile(`^[\w+=,.@-]+$`)
	rolePath   = regexp.MustCompile(`^(/|/[\x21-\x7e]+/)$`)
	latin      = regexp.MustCompile(`^[\x{9}\x{A}\x{D}\x{20}-\x{FF}]+$`)
)

func checkName(member, name string, most int) error {
	if !entityName.MatchString(name) || len(name) > most {
		return validationError(member, name, entityName.String())
	}
	return nil
}

func validationError(member, value, pattern string) *fault {
	return &fault{status: 400, code: "ValidationError", message: fmt.Sprintf(
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy regular expression pattern: %s", value, member, pattern)}
}

func malformed(format string, args ...any) error {
	return &fault{status: 400, code: "MalformedPolicyDocument", message: fmt.Sprintf(format, args...)}
}

// checkDocument parses and validates what IAM is to keep.
func checkDocument(text string, kind policy.Kind) (policy.Document, error) {
	if !utf8.ValidString(text) || !latin.MatchString(text) {
		return policy.Document{}, validationError("policyDocument", text, `[\u0009\u000A\u000D\u0020-\u00FF]+`)
	}
	d, err := policy.Parse([]byte(text))
	if err != nil {
		return policy.Document{}, malformed("This policy contains invalid Json: %v", err)
	}
	if err := d.Validate(kind); err != nil {
		return policy.Document{}, malformed("Syntax errors in policy. %s", oneLine(err))
	}
	return d, nil
}

// checkTrust checks a trust policy, and that the roles and users that it names exist.
func (rq *request) checkTrust(text string) (policy.Document, error) {
	d, err := checkDocument(text, policy.Trust)
	if err != nil {
		return d, err
	}
	if used, _ := d.Size(policy.Trust); used > trustQuota {
		return d, &fault{status: 409, code: "LimitExceeded", message: fmt.Sprintf("Cannot exceed quota for ACLSizePerRole: %d", trustQuota)}
	}
	for s := range d.All() {
		ps, _ := s.Principals()
		for _, p := range ps {
			if p.Type() == "AWS" && p.Value() != "*" && !rq.cloud.principalExists(p.Value()) {
				return d, malformed("Invalid principal in policy: \"AWS\":\"%s\"", p.Value())
			}
		}
	}
	return d, nil
}

func iamTags(tags []iamtypes.Tag) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range tags {
		k := aws.ToString(t.Key)
		if k == "" || len(k) > 128 || len(aws.ToString(t.Value)) > 256 || strings.HasPrefix(strings.ToLower(k), "aws:") {
			return nil, &fault{status: 400, code: "InvalidInput", message: fmt.Sprintf("Invalid tag key or value: %s", k)}
		}
		if _, twice := out[k]; twice {
			return nil, &fault{status: 400, code: "InvalidInput", message: "Duplicate tag keys found. Please note that Tag keys are case insensitive."}
		}
		out[k] = aws.ToString(t.Value)
	}
	if len(out) > 50 {
		return nil, &fault{status: 409, code: "LimitExceeded", message: "The number of tags has reached the maximum limit."}
	}
	return out, nil
}

func noSuchRole(name string) error {
	return &fault{status: 404, code: "NoSuchEntity", message: fmt.Sprintf("The role with name %s cannot be found.", name)}
}

func noSuchPolicy(name string) error {
	return &fault{status: 404, code: "NoSuchEntity", message: fmt.Sprintf("The role policy with name %s cannot be found.", name)}
}

// encoded is the document as IAM returns it: percent-encoded by RFC 3986, so that a space is %20 and a plus sign %2B.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
func encoded(d policy.Document) *string {
	return aws.String(strings.ReplaceAll(url.QueryEscape(string(d.Bytes())), "+", "%20"))
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

func stringOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
