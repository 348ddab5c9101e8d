package xacct

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// keyTarget is the policy of a key. Like every write of a policy it keeps what others wrote; and what would leave nobody able to change
// the policy is not sent.
func (r *run) keyTarget(w keyWant) (target, error) {
	api, err := r.clients.kms(w.spec.ARN)
	if r.approved.Mode == plan.TearDown {
		w.spec.Statements = nil
	}
	return target{
		policyWant: w.policyWant, size: func(d policy.Document) (int, int) { return d.Size(policy.Key) }, get: "kms:GetKeyPolicy", put: "kms:PutKeyPolicy",
		judged: r.current.snap.keys[w.spec.ARN].Policy,
		facts: func(f plan.Facts, d policy.Document, gone []string) {
			f.KeyPolicies[w.spec.ARN], f.Leaving[w.spec.ARN] = d, gone
		},
		diff: func(d policy.Document) policyDiff { return diffKey(w, d, r.known()) },
		read: func(ctx context.Context) (policy.Document, error) { return readKeyPolicy(ctx, api, w.spec.ARN) },
		write: func(ctx context.Context, d policy.Document) (middleware.Metadata, error) {
			return writeKeyPolicy(ctx, api, w.spec, d)
		},
	}, err
}

// readKeyPolicy is the policy right now. Every key has one, of that name: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
func readKeyPolicy(ctx context.Context, api kmskey.API, arn string) (policy.Document, error) {
	out, err := api.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &arn, PolicyName: aws.String("default")})
	if err != nil {
		return policy.Document{}, err
	}
	return policy.Parse([]byte(aws.ToString(out.Policy)))
}

// noKMSRetries is noS3Retries for keys.
func noKMSRetries(o *kms.Options) { o.Retryer = aws.NopRetryer{} }

func writeKeyPolicy(ctx context.Context, api kmskey.API, spec kmskey.Spec, next policy.Document) (middleware.Metadata, error) {
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
