package guard

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// WriteLogPolicy replaces the resource policy of CloudWatch Logs that has our name with next, or deletes it if next is zero. A policy that is
// gone already counts as deleted. Reads are [task.ListLogPolicies], because CloudWatch Logs has no call for a single one.
func WriteLogPolicy(ctx context.Context, api task.LogsAPI, next policy.Document) (middleware.Metadata, error) {
	if next.IsZero() {
		out, err := api.DeleteResourcePolicy(ctx, &cloudwatchlogs.DeleteResourcePolicyInput{PolicyName: new(task.LogPolicyName)}, noLogRetries)
		if err != nil {
			if awserr.NotFound(err) {
				err = nil
			}
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}
	in := &cloudwatchlogs.PutResourcePolicyInput{PolicyName: new(task.LogPolicyName), PolicyDocument: new(string(next.Bytes()))}
	out, err := api.PutResourcePolicy(ctx, in, noLogRetries)
	if err != nil {
		return middleware.Metadata{}, err
	}
	return out.ResultMetadata, nil
}

func noLogRetries(o *cloudwatchlogs.Options) { o.Retryer = aws.NopRetryer{} }
