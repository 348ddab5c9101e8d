package iamrole

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/problem"
)

// CreateInput returns the request that creates the role, without its inline policies. Errors are those of Validate.
func (s Spec) CreateInput() (*iam.CreateRoleInput, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return &iam.CreateRoleInput{
		RoleName:                 &s.Name,
		Path:                     optional(s.Path),
		Description:              optional(s.Description),
		AssumeRolePolicyDocument: new(string(s.Trust.Bytes())),
		PermissionsBoundary:      optional(s.PermissionsBoundary),
		Tags:                     s.tagList(),
	}, nil
}

// UpdateTrustInput returns the request that sets the trust policy. Errors are those of Validate.
func (s Spec) UpdateTrustInput() (*iam.UpdateAssumeRolePolicyInput, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return &iam.UpdateAssumeRolePolicyInput{RoleName: &s.Name, PolicyDocument: new(string(s.Trust.Bytes()))}, nil
}

// BoundaryInput returns the request that sets the permissions boundary of the role; nil if s has none. Errors are those of Validate.
func (s Spec) BoundaryInput() (*iam.PutRolePermissionsBoundaryInput, error) {
	if err := s.Validate(); err != nil || s.PermissionsBoundary == "" {
		return nil, err
	}
	return &iam.PutRolePermissionsBoundaryInput{RoleName: &s.Name, PermissionsBoundary: &s.PermissionsBoundary}, nil
}

// PutPolicyInput returns the request that sets the inline policy with that name in s.Policies. Errors are those of Validate, and a name that
// s.Policies does not have.
func (s Spec) PutPolicyInput(name string) (*iam.PutRolePolicyInput, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	document, ok := s.Policies[name]
	if !ok {
		var l problem.List
		l.Add(rulePolicyUnknown, "", name)
		return nil, l.Err()
	}
	return &iam.PutRolePolicyInput{RoleName: &s.Name, PolicyName: &name, PolicyDocument: new(string(document.Bytes()))}, nil
}

// DeletePolicyInput returns the request that deletes the inline policy with that name, whether or not s.Policies has it. Only s.Name is
// used.
func (s Spec) DeletePolicyInput(name string) (*iam.DeleteRolePolicyInput, error) {
	if err := s.checkNames(name); err != nil {
		return nil, err
	}
	return &iam.DeleteRolePolicyInput{RoleName: &s.Name, PolicyName: &name}, nil
}

// DeleteInput returns the request that deletes the role. IAM refuses it while the role has policies. Only s.Name is used.
func (s Spec) DeleteInput() (*iam.DeleteRoleInput, error) {
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	return &iam.DeleteRoleInput{RoleName: &s.Name}, nil
}

// TagInput returns the request that sets the tags of s and leaves other tags alone; nil if s has none. Errors are those of Validate.
func (s Spec) TagInput() (*iam.TagRoleInput, error) {
	if err := s.Validate(); err != nil || len(s.Tags) == 0 {
		return nil, err
	}
	return &iam.TagRoleInput{RoleName: &s.Name, Tags: s.tagList()}, nil
}

// UntagInput returns the request that removes the tags with these keys from the role; nil if there is no key. Only s.Name is used.
func (s Spec) UntagInput(keys ...string) (*iam.UntagRoleInput, error) {
	if err := s.checkNames(); err != nil || len(keys) == 0 {
		return nil, err
	}
	return &iam.UntagRoleInput{RoleName: &s.Name, TagKeys: slices.Sorted(slices.Values(keys))}, nil
}

// tagList returns the tags in the order of their keys; nil if there are none.
func (s Spec) tagList() []iamtypes.Tag {
	var list []iamtypes.Tag
	for _, k := range slices.Sorted(maps.Keys(s.Tags)) {
		list = append(list, iamtypes.Tag{Key: &k, Value: new(s.Tags[k])})
	}
	return list
}

// optional returns nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
