package xaccttest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// logsClient is the CloudWatch Logs of one account and Region.
type logsClient struct{ client }

// logsState is the state of CloudWatch Logs for one account in one Region.
type logsState struct {
	policies map[string]policy.Document // resource policies by name
	groups   map[string]*logGroup       // by name
	updated  map[string]time.Time       // when they were put
	lines    map[string][]string        // by log group
}

func (c *logsClient) DescribeResourcePolicies(ctx context.Context, in *cloudwatchlogs.DescribeResourcePoliciesInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeResourcePoliciesOutput, error) {
	return do(ctx, c.client, "DescribeResourcePolicies", in, func(rq *request, in *cloudwatchlogs.DescribeResourcePoliciesInput) (*cloudwatchlogs.DescribeResourcePoliciesOutput, error) {
		if err := rq.permit("logs:DescribeResourcePolicies", "*", nil); err != nil {
			return nil, err
		}
		l := rq.here().logs
		part, next, err := page(rq.cloud, rq.operation, sortedKeys(l.policies), in.NextToken, aws.ToInt32(in.Limit))
		if err != nil {
			return nil, &fault.Error{Status: 400, Code: "InvalidParameterException", Message: "The specified nextToken is invalid."}
		}
		out := &cloudwatchlogs.DescribeResourcePoliciesOutput{NextToken: stringOrNil(next)}
		for _, name := range part {
			out.ResourcePolicies = append(out.ResourcePolicies, *l.sdk(name))
		}
		return out, nil
	})
}

// PutResourcePolicy stores a policy of at most 5,120 characters. An account has at most ten in a Region.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
func (c *logsClient) PutResourcePolicy(ctx context.Context, in *cloudwatchlogs.PutResourcePolicyInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutResourcePolicyOutput, error) {
	return do(ctx, c.client, "PutResourcePolicy", in, func(rq *request, in *cloudwatchlogs.PutResourcePolicyInput) (*cloudwatchlogs.PutResourcePolicyOutput, error) {
		if err := rq.permit("logs:PutResourcePolicy", "*", nil); err != nil {
			return nil, err
		}
		d, err := policy.Parse([]byte(*in.PolicyDocument))
		l := &rq.here().logs
		name := aws.ToString(in.PolicyName)
		_, exists := l.policies[name]
		switch {
		case err != nil || name == "" || len(*in.PolicyDocument) > 5120:
			return nil, &fault.Error{Status: 400, Code: "InvalidParameterException", Message: "The policy document is not valid."}
		case !exists && len(l.policies) >= 10:
			return nil, &fault.Error{Status: 400, Code: "LimitExceededException", Message: "Resource limit exceeded."}
		}
		if l.policies == nil {
			l.policies = map[string]policy.Document{}
		}
		if l.updated == nil {
			l.updated = map[string]time.Time{}
		}
		l.policies[name], l.updated[name] = d, rq.now
		return &cloudwatchlogs.PutResourcePolicyOutput{ResourcePolicy: l.sdk(name)}, nil
	})
}

// sdk is a resource policy as the API shows it.
func (l *logsState) sdk(name string) *cwltypes.ResourcePolicy {
	out := &cwltypes.ResourcePolicy{PolicyName: aws.String(name), PolicyDocument: aws.String(string(l.policies[name].Bytes()))}
	if at, ok := l.updated[name]; ok {
		out.LastUpdatedTime = aws.Int64(at.UnixMilli())
	}
	return out
}

func (c *logsClient) DeleteResourcePolicy(ctx context.Context, in *cloudwatchlogs.DeleteResourcePolicyInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteResourcePolicyOutput, error) {
	return do(ctx, c.client, "DeleteResourcePolicy", in, func(rq *request, in *cloudwatchlogs.DeleteResourcePolicyInput) (*cloudwatchlogs.DeleteResourcePolicyOutput, error) {
		if err := rq.permit("logs:DeleteResourcePolicy", "*", nil); err != nil {
			return nil, err
		}
		name := aws.ToString(in.PolicyName)
		if _, ok := rq.here().logs.policies[name]; !ok {
			return nil, &fault.Error{Status: 400, Code: "ResourceNotFoundException", Message: "Policy with name [" + name + "] does not exist."}
		}
		delete(rq.here().logs.policies, name)
		return &cloudwatchlogs.DeleteResourcePolicyOutput{}, nil
	})
}

// log writes a line about the end of a run into its log group, if DataSync is allowed to: by a resource policy for a BASIC task, by the
// service-linked role for an ENHANCED one. The text of the line is invented.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/configure-logging.html
func (e *execution) log(c *Cloud, at time.Time) {
	group := "/aws/datasync"
	l := &c.accounts[e.task.account].at(e.task.region).logs
	if e.options.LogLevel == dstypes.LogLevelOff || e.options.LogLevel == "" {
		return
	}
	if e.mode == dstypes.TaskModeBasic {
		a, ok := region.ParseARN(e.task.logGroup)
		if !ok || !l.lets(e.task) {
			return
		}
		group = strings.TrimSuffix(a.Resource[len("log-group:"):], ":*")
		if l.groups[group] == nil {
			return // DataSync does not make it
		}
	} else if l.groups[group] == nil {
		l.add(group, &logGroup{datasyncs: true})
	}
	if l.lines == nil {
		l.lines = map[string][]string{}
	}
	n := e.total()
	l.lines[group] = append(l.lines[group], fmt.Sprintf("%s %s %s %d failed %d skipped", at.UTC().Format(time.RFC3339), e.arn, e.status(),
		n.failedPrepare+n.failedTransfer+n.failedVerify+n.failedDrop, n.skipped))
}

// lets reports whether the resource policies allow DataSync to write into the task's log group.
func (l *logsState) lets(t *taskState) bool {
	var all []policy.Fragment
	for _, name := range sortedKeys(l.policies) {
		all = append(all, l.policies[name])
	}
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		d := authz.Decide(authz.Request{Service: syncService, Action: action, Resource: strings.TrimSuffix(t.logGroup, ":*") + ":log-stream:" + t.name, ResourceAccount: t.account,
			Context: map[string][]string{"aws:SourceAccount": {t.account}, "aws:SourceArn": {t.arn}}, Complete: true}, authz.Policies{Resource: policy.New(all...)})
		if d.Effect != authz.Allowed {
			return false
		}
	}
	return true
}

// LogLines are the lines that DataSync has written into a log group, oldest first; nil if there are none.
func (c *Cloud) LogLines(account, region, group string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance(time.Now())
	return slices.Clone(c.account(account, "").at(region).logs.lines[group])
}

// AddLogPolicy makes a resource policy of CloudWatch Logs.
func (c *Cloud) AddLogPolicy(account, region, name string, document policy.Document) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := &c.account(account, "").at(region).logs
	if l.policies == nil {
		l.policies = map[string]policy.Document{}
	}
	if l.updated == nil {
		l.updated = map[string]time.Time{}
	}
	l.policies[name], l.updated[name] = document, time.Now()
}
