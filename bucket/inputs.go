package bucket

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// PutPolicyInput is the request that adds the statements of s to current, the policy as it was just read: the zero Document is none.
// It is nil if current has them already. Errors are those of Validate, a *policy.ConflictError if current has a statement of the same Sid
// and another meaning, and a policy that gets too long. S3 has no compare-and-swap: what others write in between is lost.
func (s Spec) PutPolicyInput(current policy.Document) (*s3.PutBucketPolicyInput, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	merged, err := current.Merge(s.Statements)
	if err != nil {
		return nil, fmt.Errorf("policy of bucket %s: %w", s.Name, err)
	}
	if merged.Equal(current) {
		return nil, nil
	}
	return s.ReplacePolicyInput(merged)
}

// ReplacePolicyInput is the request that stores the document in place of the bucket's policy, whatever is there. It is for documents
// that were made from the one that was just read. Only Name, Account and Region of s are used.
func (s Spec) ReplacePolicyInput(document policy.Document) (*s3.PutBucketPolicyInput, error) {
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	if err := checkDocument(document); err != nil {
		return nil, fmt.Errorf("policy of bucket %s: %w", s.Name, err)
	}
	return &s3.PutBucketPolicyInput{Bucket: &s.Name, ExpectedBucketOwner: &s.Account, Policy: new(string(document.Bytes()))}, nil
}

// DeletePolicyInput is the request that deletes the bucket's policy, for when no statement is left. Only Name, Account and Region of s are used.
func (s Spec) DeletePolicyInput() (*s3.DeleteBucketPolicyInput, error) {
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	return &s3.DeleteBucketPolicyInput{Bucket: &s.Name, ExpectedBucketOwner: &s.Account}, nil
}

// PutOwnershipInput is the request that disables the bucket's ACLs, so that its owner owns what DataSync writes. It is nil if s does not ask for it.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func (s Spec) PutOwnershipInput() (*s3.PutBucketOwnershipControlsInput, error) {
	if !s.DisableACLs {
		return nil, s.checkNames()
	}
	return s.RestoreOwnershipInput(s3types.ObjectOwnershipBucketOwnerEnforced)
}

// RestoreOwnershipInput is the request that gives the bucket this Object Ownership, such as the one it had before its ACLs were disabled.
// Only Name, Account and Region of s are used; a value that S3 does not have is a [Problem].
func (s Spec) RestoreOwnershipInput(ownership s3types.ObjectOwnership) (*s3.PutBucketOwnershipControlsInput, error) {
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	var l problem.List
	l.Check(slices.Contains(ownership.Values(), ownership), ruleOwnership, "Ownership", string(ownership))
	if err := l.Err(); err != nil {
		return nil, err
	}
	return &s3.PutBucketOwnershipControlsInput{
		Bucket: &s.Name, ExpectedBucketOwner: &s.Account,
		OwnershipControls: &s3types.OwnershipControls{Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: ownership}}},
	}, nil
}
