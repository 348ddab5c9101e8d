package kmskey

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/xacct/xacct/policy"
)

// PutPolicyInput returns the request that adds the statements of s to current, the policy as it was just read; every key has one. It returns
// nil if current has the statements already. Errors are those of Validate, a *policy.ConflictError if current has a statement with the same
// Sid and another meaning, and a *Problem for a policy that KMS would refuse or that nobody could change again. KMS has no
// compare-and-swap: changes that others made since current was read are lost.
func (s Spec) PutPolicyInput(current policy.Document) (*kms.PutKeyPolicyInput, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	merged, err := current.Merge(s.Statements)
	if err != nil {
		return nil, fmt.Errorf("policy of key %s: %w", s.ARN, err)
	}
	if merged.Equal(current) {
		return nil, nil
	}
	return s.ReplacePolicyInput(merged)
}

// ReplacePolicyInput returns the request that replaces the key's policy by the document. Make the document from the policy that was just
// read. Only the ARN of s is used. The request does not bypass the lockout safety check of KMS.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
func (s Spec) ReplacePolicyInput(document policy.Document) (*kms.PutKeyPolicyInput, error) {
	if err := s.checkARN(); err != nil {
		return nil, err
	}
	if err := s.checkDocument(document); err != nil {
		return nil, fmt.Errorf("policy of key %s: %w", s.ARN, err)
	}
	return &kms.PutKeyPolicyInput{KeyId: &s.ARN, PolicyName: new(policyName), Policy: new(string(document.Bytes()))}, nil
}

// policyName is the only valid name of a key policy.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
const policyName = "default"
