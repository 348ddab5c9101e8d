package apply

import (
	"context"

	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// keyTarget is the policy of a key. Like every write of a policy it keeps what others wrote; and what would leave nobody able to change
// the policy is not sent.
func (r *run) keyTarget(w desired.Key) (target, error) {
	api, err := r.clients.KMS(w.Spec.ARN)
	if r.approved.Mode == plan.TearDown {
		w.Spec.Statements = nil
	}
	return target{
		SharedPolicy: w.SharedPolicy, size: func(d policy.Document) (int, int) { return d.Size(policy.Key) }, get: "kms:GetKeyPolicy", put: "kms:PutKeyPolicy",
		judged: r.current.Snap.Keys[w.Spec.ARN].Policy,
		facts: func(f plan.Facts, d policy.Document, gone []string) {
			f.KeyPolicies[w.Spec.ARN], f.Leaving[w.Spec.ARN] = d, gone
		},
		diff: func(d policy.Document) desired.PolicyDiff { return w.Diff(d, r.known()) },
		read: func(ctx context.Context) (policy.Document, error) { return guard.ReadKeyPolicy(ctx, api, w.Spec.ARN) },
		write: func(ctx context.Context, d policy.Document) (middleware.Metadata, error) {
			return guard.WriteKeyPolicy(ctx, api, w.Spec, d)
		},
	}, err
}
