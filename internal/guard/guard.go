package guard

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// ReadBucketPolicy is the policy right now; zero is none.
func ReadBucketPolicy(ctx context.Context, api bucket.API, spec bucket.Spec) (policy.Document, error) {
	out, err := api.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account})
	if awserr.Is(err, "NoSuchBucketPolicy") {
		return policy.Document{}, nil
	}
	if err != nil {
		return policy.Document{}, err
	}
	return policy.Parse([]byte(aws.ToString(out.Policy)))
}

// noS3Retries switches the SDK's own retries off for writes of a policy, because each needs a read right before it.
func noS3Retries(o *s3.Options) { o.Retryer = aws.NopRetryer{} }

func WriteBucketPolicy(ctx context.Context, api bucket.API, spec bucket.Spec, next policy.Document) (middleware.Metadata, error) {
	if next.IsZero() {
		out, err := api.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account}, noS3Retries)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}
	text := string(next.Bytes())
	out, err := api.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account, Policy: &text}, noS3Retries)
	if err != nil {
		return middleware.Metadata{}, err
	}
	return out.ResultMetadata, nil
}

// ReadKeyPolicy is the policy right now. Every key has one, of that name: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
func ReadKeyPolicy(ctx context.Context, api kmskey.API, arn string) (policy.Document, error) {
	out, err := api.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &arn, PolicyName: aws.String("default")})
	if err != nil {
		return policy.Document{}, err
	}
	return policy.Parse([]byte(aws.ToString(out.Policy)))
}

// noKMSRetries is noS3Retries for keys.
func noKMSRetries(o *kms.Options) { o.Retryer = aws.NopRetryer{} }

func WriteKeyPolicy(ctx context.Context, api kmskey.API, spec kmskey.Spec, next policy.Document) (middleware.Metadata, error) {
	in, err := spec.ReplacePolicyInput(next)
	if err != nil {
		return middleware.Metadata{}, err
	}
	out, err := api.PutKeyPolicy(ctx, in, noKMSRetries)
	if err != nil {
		return middleware.Metadata{}, err
	}
	return out.ResultMetadata, nil
}

// noLogRetries is noS3Retries for CloudWatch Logs.
func noLogRetries(o *cloudwatchlogs.Options) { o.Retryer = aws.NopRetryer{} }

func WriteLogPolicy(ctx context.Context, api task.LogsAPI, next policy.Document) (middleware.Metadata, error) {
	if next.IsZero() {
		out, err := api.DeleteResourcePolicy(ctx, &cloudwatchlogs.DeleteResourcePolicyInput{PolicyName: new(task.LogPolicyName)}, noLogRetries)
		if err != nil {
			return middleware.Metadata{}, UnlessGone(err)
		}
		return out.ResultMetadata, nil
	}
	out, err := api.PutResourcePolicy(ctx, &cloudwatchlogs.PutResourcePolicyInput{PolicyName: new(task.LogPolicyName), PolicyDocument: new(string(next.Bytes()))}, noLogRetries)
	if err != nil {
		return middleware.Metadata{}, err
	}
	return out.ResultMetadata, nil
}

// UnlessGone is nil if what was to be deleted is not there.
func UnlessGone(err error) error {
	if awserr.NotFound(err) {
		return nil
	}
	return err
}
