package xaccttest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/xaccttest/internal/clone"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// This file holds the read calls about a bucket's settings. Their actions are not always named like the operations:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html

func (c *s3Client) GetPublicAccessBlock(ctx context.Context, in *s3.GetPublicAccessBlockInput, _ ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error) {
	return do(ctx, c.client, "GetPublicAccessBlock", in, func(rq *request, in *s3.GetPublicAccessBlockInput) (*s3.GetPublicAccessBlockOutput, error) {
		b, err := rq.bucket("s3:GetBucketPublicAccessBlock", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		if !b.block.publicPolicies && !b.block.publicBuckets {
			return nil, &fault.Error{Status: 404, Code: "NoSuchPublicAccessBlockConfiguration", Message: "The public access block configuration was not found"}
		}
		return &s3.GetPublicAccessBlockOutput{PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{
			BlockPublicAcls: aws.Bool(true), IgnorePublicAcls: aws.Bool(true),
			BlockPublicPolicy: aws.Bool(b.block.publicPolicies), RestrictPublicBuckets: aws.Bool(b.block.publicBuckets),
		}}, nil
	})
}

func (c *s3Client) GetBucketPolicyStatus(ctx context.Context, in *s3.GetBucketPolicyStatusInput, _ ...func(*s3.Options)) (*s3.GetBucketPolicyStatusOutput, error) {
	return do(ctx, c.client, "GetBucketPolicyStatus", in, func(rq *request, in *s3.GetBucketPolicyStatusInput) (*s3.GetBucketPolicyStatusOutput, error) {
		b, err := rq.bucket("s3:GetBucketPolicyStatus", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		p := b.policy.Read(eventual.ByAPI)
		if p == nil {
			return nil, &fault.Error{Status: 404, Code: "NoSuchBucketPolicy", Message: "The bucket policy does not exist"}
		}
		return &s3.GetBucketPolicyStatusOutput{PolicyStatus: &s3types.PolicyStatus{IsPublic: aws.Bool(p.public)}}, nil
	})
}

func (c *s3Client) GetBucketEncryption(ctx context.Context, in *s3.GetBucketEncryptionInput, _ ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error) {
	return do(ctx, c.client, "GetBucketEncryption", in, func(rq *request, in *s3.GetBucketEncryptionInput) (*s3.GetBucketEncryptionOutput, error) {
		b, err := rq.bucket("s3:GetEncryptionConfiguration", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		d := &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: b.encryption}
		if b.defaultKey != "" {
			d.KMSMasterKeyID = aws.String(b.defaultKey)
		}
		return &s3.GetBucketEncryptionOutput{ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{
			Rules: []s3types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: d, BucketKeyEnabled: aws.Bool(b.defaultKey != "")}},
		}}, nil
	})
}

func (c *s3Client) GetBucketVersioning(ctx context.Context, in *s3.GetBucketVersioningInput, _ ...func(*s3.Options)) (*s3.GetBucketVersioningOutput, error) {
	return do(ctx, c.client, "GetBucketVersioning", in, func(rq *request, in *s3.GetBucketVersioningInput) (*s3.GetBucketVersioningOutput, error) {
		b, err := rq.bucket("s3:GetBucketVersioning", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		out := &s3.GetBucketVersioningOutput{}
		if b.versioning {
			out.Status = s3types.BucketVersioningStatusEnabled
		}
		return out, nil
	})
}

func (c *s3Client) GetObjectLockConfiguration(ctx context.Context, in *s3.GetObjectLockConfigurationInput, _ ...func(*s3.Options)) (*s3.GetObjectLockConfigurationOutput, error) {
	return do(ctx, c.client, "GetObjectLockConfiguration", in, func(rq *request, in *s3.GetObjectLockConfigurationInput) (*s3.GetObjectLockConfigurationOutput, error) {
		b, err := rq.bucket("s3:GetBucketObjectLockConfiguration", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		if b.lock == nil {
			return nil, &fault.Error{Status: 404, Code: "ObjectLockConfigurationNotFoundError", Message: "Object Lock configuration does not exist for this bucket"}
		}
		return &s3.GetObjectLockConfigurationOutput{ObjectLockConfiguration: clone.Of(b.lock)}, nil
	})
}

func (c *s3Client) GetBucketRequestPayment(ctx context.Context, in *s3.GetBucketRequestPaymentInput, _ ...func(*s3.Options)) (*s3.GetBucketRequestPaymentOutput, error) {
	return do(ctx, c.client, "GetBucketRequestPayment", in, func(rq *request, in *s3.GetBucketRequestPaymentInput) (*s3.GetBucketRequestPaymentOutput, error) {
		b, err := rq.bucket("s3:GetBucketRequestPayment", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		payer := s3types.PayerBucketOwner
		if b.requesterPays {
			payer = s3types.PayerRequester
		}
		return &s3.GetBucketRequestPaymentOutput{Payer: payer}, nil
	})
}
