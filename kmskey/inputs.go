package kmskey

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/xacct/xacct/policy"
)

// PutPolicyInput is the request that adds the statements of s to current, the policy as it was just read; every key has one. It is nil if
// current has them already. Errors are those of Validate, a *policy.ConflictError if current has a statement of the same Sid and another
// meaning, and a policy that KMS would not store or that nobody could change again. KMS has no compare-and-swap: what others write in
// between is lost.
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

// ReplacePolicyInput is the request that stores the document in place of the key's policy, whatever is there. It is for documents that were
// made from the one that was just read. Only the ARN of s is used. The safety check of KMS is never bypassed.
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

// policyName is the only name that a key policy can have.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
const policyName = "default"
