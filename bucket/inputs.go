package bucket

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/policy"
)

// PutPolicyInput is the request that adds the statements of s to current, the policy as it was just read. It is nil if current has them already.
func (s Spec) PutPolicyInput(current policy.Document) (*s3.PutBucketPolicyInput, error) {
	return nil, errors.ErrUnsupported
}

// DeletePolicyInput is the request that deletes the bucket's policy, for when no statement is left.
func (s Spec) DeletePolicyInput() (*s3.DeleteBucketPolicyInput, error) {
	return nil, errors.ErrUnsupported
}

// PutOwnershipInput is the request that disables the bucket's ACLs. It is nil if s does not ask for it.
func (s Spec) PutOwnershipInput() (*s3.PutBucketOwnershipControlsInput, error) {
	return nil, errors.ErrUnsupported
}
