package xacct

import (
	"context"

	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// keyTarget is the policy of a key. Like every write of a policy it keeps what others wrote; and what would leave nobody able to change
// the policy is not sent.
func (r *run) keyTarget(w keyWant) (target, error) {
	api, err := r.clients.KMS(w.spec.ARN)
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
		read: func(ctx context.Context) (policy.Document, error) { return guard.ReadKeyPolicy(ctx, api, w.spec.ARN) },
		write: func(ctx context.Context, d policy.Document) (middleware.Metadata, error) {
			return guard.WriteKeyPolicy(ctx, api, w.spec, d)
		},
	}, err
}
