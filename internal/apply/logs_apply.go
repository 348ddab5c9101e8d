package apply

import (
	"context"

	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// logTarget is the resource policy of CloudWatch Logs. Whether our statement is needed depends on all policies of the Region, so that every look
// is at all of them. CloudWatch Logs has a conditional write only for the policy of one log group: a policy of the account has no revision
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html).
func (r *run) logTarget(w desired.LogPolicy) (target, error) {
	api, err := r.clients.Logs(w.Account, w.Region)
	if r.approved.Mode == plan.TearDown {
		w.Groups = nil
	}
	var policies map[string]policy.Document // as read last
	return target{
		SharedPolicy: w.SharedPolicy, size: desired.LogSize, get: "logs:DescribeResourcePolicies", put: "logs:PutResourcePolicy",
		judged: r.current.Snap.Logs[w.ID()][task.LogPolicyName],
		facts:  func(plan.Facts, policy.Document, []string) {}, // no check looks at log policies
		diff:   func(policy.Document) desired.PolicyDiff { return w.Diff(policies) },
		read: func(ctx context.Context) (d policy.Document, err error) {
			policies, err = task.ListLogPolicies(ctx, api)
			return policies[task.LogPolicyName], err
		},
		write: func(ctx context.Context, d policy.Document) (middleware.Metadata, error) {
			return guard.WriteLogPolicy(ctx, api, d)
		},
	}, err
}
