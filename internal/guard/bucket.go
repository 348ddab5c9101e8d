package guard

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/policy"
)

// ReadBucketPolicy returns the bucket's policy as it is now; the zero document if it has none. S3 answers only if the bucket belongs to
// the account in the spec.
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

// WriteBucketPolicy replaces the bucket's policy with next, or deletes it if next is zero.
func WriteBucketPolicy(ctx context.Context, api bucket.API, spec bucket.Spec, next policy.Document) (middleware.Metadata, error) {
	if next.IsZero() {
		out, err := api.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account}, noS3Retries)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}
	in := &s3.PutBucketPolicyInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account, Policy: new(string(next.Bytes()))}
	out, err := api.PutBucketPolicy(ctx, in, noS3Retries)
	if err != nil {
		return middleware.Metadata{}, err
	}
	return out.ResultMetadata, nil
}

func noS3Retries(o *s3.Options) { o.Retryer = aws.NopRetryer{} }
