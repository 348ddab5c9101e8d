package bucket

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// PutPolicyInput returns the request that adds the statements of s to current, the policy as it was just read; the zero Document is "no
// policy". It returns nil if current has the statements already. Errors are those of Validate, a *policy.ConflictError if current has a
// statement with the same Sid and another meaning, and a *Problem if the policy gets too long. S3 has no compare-and-swap: changes that
// others made since current was read are lost.
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

// ReplacePolicyInput returns the request that replaces the bucket's policy by the document. Make the document from the policy that was
// just read. Only Name, Account and Region of s are used.
func (s Spec) ReplacePolicyInput(document policy.Document) (*s3.PutBucketPolicyInput, error) {
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	if err := checkDocument(document); err != nil {
		return nil, fmt.Errorf("policy of bucket %s: %w", s.Name, err)
	}
	return &s3.PutBucketPolicyInput{Bucket: &s.Name, ExpectedBucketOwner: &s.Account, Policy: new(string(document.Bytes()))}, nil
}

// DeletePolicyInput returns the request that deletes the bucket's policy. Use it when no statement is left. Only Name, Account and Region
// of s are used.
func (s Spec) DeletePolicyInput() (*s3.DeleteBucketPolicyInput, error) {
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	return &s3.DeleteBucketPolicyInput{Bucket: &s.Name, ExpectedBucketOwner: &s.Account}, nil
}

// PutOwnershipInput returns the request that disables the bucket's ACLs, so that the bucket's owner owns the objects that DataSync writes. It
// returns nil if s.DisableACLs is false. Errors are those of Validate.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func (s Spec) PutOwnershipInput() (*s3.PutBucketOwnershipControlsInput, error) {
	if !s.DisableACLs {
		return nil, s.checkNames()
	}
	return s.RestoreOwnershipInput(s3types.ObjectOwnershipBucketOwnerEnforced)
}

// RestoreOwnershipInput returns the request that sets the bucket's Object Ownership, for example to the value it had before its ACLs were
// disabled. Only Name, Account and Region of s are used. A value that S3 does not know is a [Problem].
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
