package xaccttest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// This file holds the reads of bucket settings that no bucket of the cloud has: each answers what S3 answers while nothing is set.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList

// unset is the answer to such a read: the error if there is one, else the empty output.
func unset[O any](rq *request, action string, bucket, owner *string, code, message string) (*O, error) {
	if _, err := rq.bucket(action, bucket, owner); err != nil {
		return nil, err
	}
	if code != "" {
		return nil, &fault.Error{Status: 404, Code: code, Message: message}
	}
	return new(O), nil
}

func (c *s3Client) GetBucketTagging(ctx context.Context, in *s3.GetBucketTaggingInput, _ ...func(*s3.Options)) (*s3.GetBucketTaggingOutput, error) {
	return do(ctx, c.client, "GetBucketTagging", in, func(rq *request, in *s3.GetBucketTaggingInput) (*s3.GetBucketTaggingOutput, error) {
		return unset[s3.GetBucketTaggingOutput](rq, "s3:GetBucketTagging", in.Bucket, in.ExpectedBucketOwner, "NoSuchTagSet", "The TagSet does not exist")
	})
}

func (c *s3Client) GetBucketCors(ctx context.Context, in *s3.GetBucketCorsInput, _ ...func(*s3.Options)) (*s3.GetBucketCorsOutput, error) {
	return do(ctx, c.client, "GetBucketCors", in, func(rq *request, in *s3.GetBucketCorsInput) (*s3.GetBucketCorsOutput, error) {
		return unset[s3.GetBucketCorsOutput](rq, "s3:GetBucketCORS", in.Bucket, in.ExpectedBucketOwner, "NoSuchCORSConfiguration", "The CORS configuration does not exist")
	})
}

func (c *s3Client) GetBucketWebsite(ctx context.Context, in *s3.GetBucketWebsiteInput, _ ...func(*s3.Options)) (*s3.GetBucketWebsiteOutput, error) {
	return do(ctx, c.client, "GetBucketWebsite", in, func(rq *request, in *s3.GetBucketWebsiteInput) (*s3.GetBucketWebsiteOutput, error) {
		return unset[s3.GetBucketWebsiteOutput](rq, "s3:GetBucketWebsite", in.Bucket, in.ExpectedBucketOwner, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
	})
}

func (c *s3Client) GetBucketLifecycleConfiguration(ctx context.Context, in *s3.GetBucketLifecycleConfigurationInput, _ ...func(*s3.Options)) (*s3.GetBucketLifecycleConfigurationOutput, error) {
	return do(ctx, c.client, "GetBucketLifecycleConfiguration", in, func(rq *request, in *s3.GetBucketLifecycleConfigurationInput) (*s3.GetBucketLifecycleConfigurationOutput, error) {
		return unset[s3.GetBucketLifecycleConfigurationOutput](rq, "s3:GetLifecycleConfiguration", in.Bucket, in.ExpectedBucketOwner, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
	})
}

func (c *s3Client) GetBucketReplication(ctx context.Context, in *s3.GetBucketReplicationInput, _ ...func(*s3.Options)) (*s3.GetBucketReplicationOutput, error) {
	return do(ctx, c.client, "GetBucketReplication", in, func(rq *request, in *s3.GetBucketReplicationInput) (*s3.GetBucketReplicationOutput, error) {
		return unset[s3.GetBucketReplicationOutput](rq, "s3:GetReplicationConfiguration", in.Bucket, in.ExpectedBucketOwner, "ReplicationConfigurationNotFoundError", "The replication configuration was not found")
	})
}

func (c *s3Client) GetBucketLogging(ctx context.Context, in *s3.GetBucketLoggingInput, _ ...func(*s3.Options)) (*s3.GetBucketLoggingOutput, error) {
	return do(ctx, c.client, "GetBucketLogging", in, func(rq *request, in *s3.GetBucketLoggingInput) (*s3.GetBucketLoggingOutput, error) {
		return unset[s3.GetBucketLoggingOutput](rq, "s3:GetBucketLogging", in.Bucket, in.ExpectedBucketOwner, "", "")
	})
}

func (c *s3Client) GetBucketAccelerateConfiguration(ctx context.Context, in *s3.GetBucketAccelerateConfigurationInput, _ ...func(*s3.Options)) (*s3.GetBucketAccelerateConfigurationOutput, error) {
	return do(ctx, c.client, "GetBucketAccelerateConfiguration", in, func(rq *request, in *s3.GetBucketAccelerateConfigurationInput) (*s3.GetBucketAccelerateConfigurationOutput, error) {
		return unset[s3.GetBucketAccelerateConfigurationOutput](rq, "s3:GetAccelerateConfiguration", in.Bucket, in.ExpectedBucketOwner, "", "")
	})
}

func (c *s3Client) GetBucketNotificationConfiguration(ctx context.Context, in *s3.GetBucketNotificationConfigurationInput, _ ...func(*s3.Options)) (*s3.GetBucketNotificationConfigurationOutput, error) {
	return do(ctx, c.client, "GetBucketNotificationConfiguration", in, func(rq *request, in *s3.GetBucketNotificationConfigurationInput) (*s3.GetBucketNotificationConfigurationOutput, error) {
		return unset[s3.GetBucketNotificationConfigurationOutput](rq, "s3:GetBucketNotification", in.Bucket, in.ExpectedBucketOwner, "", "")
	})
}
