package guard

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
)

// ReadKeyPolicy returns the key's policy as it is now. Every key has exactly one, named default:
// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
func ReadKeyPolicy(ctx context.Context, api kmskey.API, arn string) (policy.Document, error) {
	out, err := api.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &arn, PolicyName: aws.String("default")})
	if err != nil {
		return policy.Document{}, err
	}
	return policy.Parse([]byte(aws.ToString(out.Policy)))
}

// WriteKeyPolicy replaces the key's policy with next, which must not be empty: a key without a policy cannot be.
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

func noKMSRetries(o *kms.Options) { o.Retryer = aws.NopRetryer{} }
