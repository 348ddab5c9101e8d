package iamrole

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// CreateInput is the request that makes the role, without its inline policies.
func (s Spec) CreateInput() (*iam.CreateRoleInput, error) { return nil, errors.ErrUnsupported }

// UpdateTrustInput is the request that sets the trust policy.
func (s Spec) UpdateTrustInput() (*iam.UpdateAssumeRolePolicyInput, error) {
	return nil, errors.ErrUnsupported
}

// PutPolicyInput is the request that sets the inline policy of that name in s.Policies.
func (s Spec) PutPolicyInput(name string) (*iam.PutRolePolicyInput, error) {
	return nil, errors.ErrUnsupported
}

// DeletePolicyInput is the request that deletes the inline policy of that name, whether or not s.Policies has it.
func (s Spec) DeletePolicyInput(name string) (*iam.DeleteRolePolicyInput, error) {
	return nil, errors.ErrUnsupported
}

// DeleteInput is the request that deletes the role. IAM refuses it while the role has policies.
func (s Spec) DeleteInput() (*iam.DeleteRoleInput, error) { return nil, errors.ErrUnsupported }

// TagInput is the request that sets the tags of s, leaving other tags alone; nil if s has none.
func (s Spec) TagInput() (*iam.TagRoleInput, error) { return nil, errors.ErrUnsupported }

// UntagInput is the request that takes tags off the role, by key.
func (s Spec) UntagInput(keys ...string) (*iam.UntagRoleInput, error) {
	return nil, errors.ErrUnsupported
}
