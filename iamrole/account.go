package iamrole

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/pages"
	"github.com/xacct/xacct/policy"
)

// AccountAPI is the method of *iam.Client that reads all roles and policies of an account at once.
type AccountAPI interface {
	GetAccountAuthorizationDetails(ctx context.Context, in *iam.GetAccountAuthorizationDetailsInput, optFns ...func(*iam.Options)) (*iam.GetAccountAuthorizationDetailsOutput, error)
}

var _ AccountAPI = (*iam.Client)(nil)

// Account is all roles of an account, and the documents of its own managed policies, as they were at one time.
type Account struct {
	roles     map[string]State // by the name in lower case, by which IAM tells roles apart
	documents map[string]policy.Document
	unread    map[string]error // why the document of a managed policy is not known, by its ARN
}

// ObserveAccount reads all roles of the account, a page after the other. It reads the whole account, which its security team may take for an attack:
// tell them first. An error is that of a page; then nothing is known.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
func ObserveAccount(ctx context.Context, api AccountAPI) (*Account, error) {
	if err := absent.Check("api", api, "iam.NewFromConfig"); err != nil {
		return nil, err
	}
	a := &Account{map[string]State{}, map[string]policy.Document{}, map[string]error{}}
	_, err := pages.All(ctx, func(ctx context.Context, marker *string) ([]struct{}, *string, error) {
		out, err := api.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Marker: marker,
			Filter: []iamtypes.EntityType{iamtypes.EntityTypeRole, iamtypes.EntityTypeLocalManagedPolicy}})
		if err != nil {
			return nil, nil, err
		}
		for _, p := range out.Policies {
			a.addPolicy(p)
		}
		for _, d := range out.RoleDetailList {
			a.addRole(d)
		}
		if !out.IsTruncated {
			return nil, nil, nil
		}
		return nil, out.Marker, nil
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

func (a *Account) addPolicy(p iamtypes.ManagedPolicyDetail) {
	arn := aws.ToString(p.Arn)
	for _, v := range p.PolicyVersionList {
		if !v.IsDefaultVersion {
			continue
		}
		if d, err := policy.ParseEncoded(aws.ToString(v.Document)); err != nil {
			a.unread[arn] = err
		} else {
			a.documents[arn] = d
		}
	}
}

func (a *Account) addRole(d iamtypes.RoleDetail) {
	r := reader{role: aws.ToString(d.RoleName), policies: map[string]policy.Document{}, unread: map[string]error{}}
	for _, p := range d.RolePolicyList {
		name := aws.ToString(p.PolicyName)
		document, err := policy.ParseEncoded(aws.ToString(p.PolicyDocument))
		if err != nil {
			r.failed(PartPolicies+"/"+name, err)
			continue
		}
		r.policies[name] = document
	}
	s := r.state(&iamtypes.Role{Arn: d.Arn, RoleId: d.RoleId, Path: d.Path, CreateDate: d.CreateDate, AssumeRolePolicyDocument: d.AssumeRolePolicyDocument,
		PermissionsBoundary: d.PermissionsBoundary, Tags: d.Tags})
	s.Exists = true
	if len(r.policies) > 0 {
		s.Policies = r.policies
	}
	for _, p := range d.AttachedManagedPolicies {
		s.Attached = append(s.Attached, aws.ToString(p.PolicyArn))
	}
	slices.Sort(s.Attached)
	a.roles[strings.ToLower(r.role)] = s
}

// Observe returns the role of that name as [Observe] does, but without its Description, which the list does not tell. The api is asked for the documents of
// AWS's own managed policies only.
func (a *Account) Observe(ctx context.Context, api API, spec Spec, parts ...string) (State, error) {
	if err := errors.Join(absent.Check("api", api, "iam.NewFromConfig"), spec.checkNames(), checkParts(parts)); err != nil {
		return State{}, err
	}
	s, exists := a.roles[strings.ToLower(spec.Name)]
	s.Unread = maps.Clone(s.Unread)
	r := reader{api: api, role: spec.Name, asked: parts, managed: map[string]policy.Document{}, unread: map[string]error{}}
	var missing []string
	for _, arn := range slices.Concat(s.Attached, []string{s.PermissionsBoundary, spec.PermissionsBoundary}) {
		d, known := a.documents[arn]
		switch {
		case arn == "" || !r.asks(PartManaged) || slices.Contains(missing, arn):
		case known:
			r.managed[arn] = d
		case a.unread[arn] != nil:
			r.unread[PartManaged+"/"+arn] = a.unread[arn]
		default:
			missing = append(missing, arn)
		}
	}
	r.readManaged(ctx, missing...)
	if ctx.Err() != nil {
		return State{}, fmt.Errorf("reading role %s: %w", spec.Name, context.Cause(ctx))
	}
	if !exists {
		return r.absent(), nil
	}
	for part, err := range r.unread {
		if s.Unread == nil {
			s.Unread = map[string]error{}
		}
		s.Unread[part] = err
	}
	if len(r.managed) > 0 {
		s.Managed = r.managed
	}
	return s, nil
}
