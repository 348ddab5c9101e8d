package kmskey

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// API lists the methods of *kms.Client that this package and its callers use. A minor release may add methods: a fake embeds UnimplementedKMS of
// package xaccttest.
type API interface {
	DescribeKey(ctx context.Context, in *kms.DescribeKeyInput, optFns ...func(*kms.Options)) (*kms.DescribeKeyOutput, error)
	GetKeyPolicy(ctx context.Context, in *kms.GetKeyPolicyInput, optFns ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error)
	PutKeyPolicy(ctx context.Context, in *kms.PutKeyPolicyInput, optFns ...func(*kms.Options)) (*kms.PutKeyPolicyOutput, error)
}

var _ API = (*kms.Client)(nil)
