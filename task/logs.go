package task

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/pages"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
)

// LogsAPI lists the methods of *cloudwatchlogs.Client that this package and its callers use. A minor release may add methods: a fake embeds
// UnimplementedLogs of package xaccttest.
type LogsAPI interface {
	DescribeResourcePolicies(ctx context.Context, in *cloudwatchlogs.DescribeResourcePoliciesInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeResourcePoliciesOutput, error)
	PutResourcePolicy(ctx context.Context, in *cloudwatchlogs.PutResourcePolicyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutResourcePolicyOutput, error)
	DeleteResourcePolicy(ctx context.Context, in *cloudwatchlogs.DeleteResourcePolicyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteResourcePolicyOutput, error)

	DescribeLogGroups(ctx context.Context, in *cloudwatchlogs.DescribeLogGroupsInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogGroupsOutput, error)
	ListTagsForResource(ctx context.Context, in *cloudwatchlogs.ListTagsForResourceInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.ListTagsForResourceOutput, error)
	CreateLogGroup(ctx context.Context, in *cloudwatchlogs.CreateLogGroupInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.CreateLogGroupOutput, error)
	PutRetentionPolicy(ctx context.Context, in *cloudwatchlogs.PutRetentionPolicyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutRetentionPolicyOutput, error)
	AssociateKmsKey(ctx context.Context, in *cloudwatchlogs.AssociateKmsKeyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.AssociateKmsKeyOutput, error)
	TagResource(ctx context.Context, in *cloudwatchlogs.TagResourceInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.TagResourceOutput, error)
	DeleteLogGroup(ctx context.Context, in *cloudwatchlogs.DeleteLogGroupInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteLogGroupOutput, error)
}

var _ LogsAPI = (*cloudwatchlogs.Client)(nil)

// Limits of the resource policies of CloudWatch Logs; neither can be raised.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
const (
	MaxLogPolicies   = 10   // in one account and Region
	MaxLogPolicySize = 5120 // characters in one policy
)

// LogPolicyName is the name of the resource policy that allows DataSync to write logs. There is one in each account and Region, for all tasks.
const LogPolicyName = "xacct-datasync"

// LogStatement returns an Allow statement with which tasks of the account and Region can write to the log groups there. BASIC tasks need it; ENHANCED
// tasks write to /aws/datasync with a service-linked role. service is DataSync's service principal.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/configure-logging.html
func LogStatement(partition, account, region, service string) policy.Statement {
	return policy.Allow("logs:PutLogEvents", "logs:CreateLogStream").WithSid("XacctDataSyncLogs").By(policy.Service(service)).
		On("arn:"+partition+":logs:"+region+":"+account+":log-group:*:*").
		When(policy.StringEquals("aws:SourceAccount", account), policy.ArnLike("aws:SourceArn", "arn:"+partition+":datasync:"+region+":"+account+":task/*"))
}

// ListLogPolicies reads the resource policies of the client's account and Region, by name. If one of them is not valid JSON, it returns an error and
// no policies.
func ListLogPolicies(ctx context.Context, api LogsAPI) (map[string]policy.Document, error) {
	if err := absent.Check("api", api, "cloudwatchlogs.NewFromConfig"); err != nil {
		return nil, err
	}
	list, err := pages.All(ctx, func(ctx context.Context, token *string) ([]cwltypes.ResourcePolicy, *string, error) {
		out, err := api.DescribeResourcePolicies(ctx, &cloudwatchlogs.DescribeResourcePoliciesInput{NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.ResourcePolicies, out.NextToken, nil
	})
	if err != nil {
		return nil, text.Errorf("listing the resource policies of CloudWatch Logs: %w", err)
	}
	policies := make(map[string]policy.Document, len(list))
	for _, p := range list {
		name := aws.ToString(p.PolicyName)
		if policies[name], err = policy.Parse([]byte(aws.ToString(p.PolicyDocument))); err != nil {
			return nil, text.Errorf("resource policy %s of CloudWatch Logs: %w", name, err)
		}
	}
	return policies, nil
}
