package xaccttest

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// logGroup is a log group of CloudWatch Logs.
type logGroup struct {
	retention int32 // days; 0 is for ever
	key       string
	tags      map[string]string
	datasyncs bool // DataSync has made it for ENHANCED tasks
}

var (
	groupName  = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)
	retentions = []int32{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)

// AddLogGroup makes a log group without tags, which keeps its lines for ever.
func (c *Cloud) AddLogGroup(account, region, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !groupName.MatchString(name) {
		panic("xaccttest: " + name + " is not the name of a log group")
	}
	c.account(account, "").at(region).logs.add(name, &logGroup{})
}

// LogGroups are the names of the log groups of an account in a Region, sorted.
func (c *Cloud) LogGroups(account, region string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return sortedKeys(c.account(account, "").at(region).logs.groups)
}

func (l *logsState) add(name string, g *logGroup) {
	if l.groups == nil {
		l.groups = map[string]*logGroup{}
	}
	l.groups[name] = g
}

// groupARN is the ARN of a log group, without ":*" at its end.
func (rq *request) groupARN(name string) string {
	return region.ARN{Partition: rq.cloud.accounts[rq.account].partition, Service: "logs", Region: rq.region, Account: rq.account, Resource: "log-group:" + name}.String()
}

func invalidParameter(message string) error {
	return &fault.Error{Status: 400, Code: "InvalidParameterException", Message: message}
}

// group finds a log group that exists, for an action that the caller may call on it.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html (actions on a group have :* in its ARN)
func (rq *request) group(action, name string) (*logGroup, error) {
	if err := rq.permit(action, rq.groupARN(name)+":*", nil); err != nil {
		return nil, err
	}
	if g := rq.here().logs.groups[name]; g != nil {
		return g, nil
	}
	return nil, &fault.Error{Status: 400, Code: "ResourceNotFoundException", Message: "The specified log group does not exist."}
}

// usableKey refuses a key that CloudWatch Logs may not use for the group.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func (rq *request) usableKey(key, group string) error {
	k := rq.cloud.keys[key]
	refused := invalidParameter("The specified KMS key does not exist or is not allowed to be used with LogGroup '" + rq.groupARN(group) + "'")
	if k == nil || k.region != rq.region {
		return refused
	}
	d := authz.Decide(authz.Request{Service: "logs." + rq.region + ".amazonaws.com", Action: "kms:GenerateDataKey", Resource: k.arn, ResourceAccount: k.account,
		Context: map[string][]string{"kms:EncryptionContext:aws:logs:arn": {rq.groupARN(group)}, "aws:SourceAccount": {rq.account}}, Complete: true},
		authz.Policies{Resource: rq.cloud.keyDocument(k.policy.Read(eventual.ByAccess))})
	if d.Effect != authz.Allowed {
		return refused
	}
	return nil
}

func (c *logsClient) DescribeLogGroups(ctx context.Context, in *cloudwatchlogs.DescribeLogGroupsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	return do(ctx, c.client, "DescribeLogGroups", in, func(rq *request, in *cloudwatchlogs.DescribeLogGroupsInput) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
		if err := rq.permit("logs:DescribeLogGroups", "*", nil); err != nil {
			return nil, err
		}
		l := rq.here().logs
		names := slices.DeleteFunc(sortedKeys(l.groups), func(name string) bool { return !strings.HasPrefix(name, aws.ToString(in.LogGroupNamePrefix)) })
		part, next, err := page(rq.cloud, rq.operation, names, in.NextToken, aws.ToInt32(in.Limit))
		if err != nil {
			return nil, invalidParameter("The specified nextToken is invalid.")
		}
		out := &cloudwatchlogs.DescribeLogGroupsOutput{NextToken: stringOrNil(next)}
		for _, name := range part {
			g := cwltypes.LogGroup{LogGroupName: aws.String(name), Arn: aws.String(rq.groupARN(name) + ":*"), LogGroupArn: aws.String(rq.groupARN(name)),
				KmsKeyId: stringOrNil(l.groups[name].key)}
			if days := l.groups[name].retention; days > 0 {
				g.RetentionInDays = aws.Int32(days)
			}
			out.LogGroups = append(out.LogGroups, g)
		}
		return out, nil
	})
}

func (c *logsClient) ListTagsForResource(ctx context.Context, in *cloudwatchlogs.ListTagsForResourceInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.ListTagsForResourceOutput, error) {
	return do(ctx, c.client, "ListTagsForResource", in, func(rq *request, in *cloudwatchlogs.ListTagsForResourceInput) (*cloudwatchlogs.ListTagsForResourceOutput, error) {
		g, err := rq.taggedGroup("logs:ListTagsForResource", *in.ResourceArn)
		if err != nil {
			return nil, err
		}
		return &cloudwatchlogs.ListTagsForResourceOutput{Tags: maps.Clone(g.tags)}, nil
	})
}

// taggedGroup finds the log group of an action on tags, whose ARN has no ":*".
// Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html
func (rq *request) taggedGroup(action, arn string) (*logGroup, error) {
	name, ok := strings.CutPrefix(arn, rq.groupARN(""))
	if !ok || !groupName.MatchString(name) {
		return nil, invalidParameter("The specified resource ARN is invalid.")
	}
	if err := rq.permit(action, arn, nil); err != nil {
		return nil, err
	}
	if g := rq.here().logs.groups[name]; g != nil {
		return g, nil
	}
	return nil, &fault.Error{Status: 400, Code: "ResourceNotFoundException", Message: "The specified resource does not exist."}
}

// CreateLogGroup makes a group. With tags its caller needs logs:TagResource too.
// Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
func (c *logsClient) CreateLogGroup(ctx context.Context, in *cloudwatchlogs.CreateLogGroupInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.CreateLogGroupOutput, error) {
	return do(ctx, c.client, "CreateLogGroup", in, func(rq *request, in *cloudwatchlogs.CreateLogGroupInput) (*cloudwatchlogs.CreateLogGroupOutput, error) {
		name, l := *in.LogGroupName, &rq.here().logs
		if err := rq.permit("logs:CreateLogGroup", rq.groupARN(name)+":*", nil); err != nil {
			return nil, err
		}
		if len(in.Tags) > 0 {
			if err := rq.permit("logs:TagResource", rq.groupARN(name), nil); err != nil {
				return nil, err
			}
		}
		switch {
		case !groupName.MatchString(name) || strings.HasPrefix(name, "aws/"):
			return nil, invalidParameter("Value '" + name + "' at 'logGroupName' failed to satisfy constraint")
		case l.groups[name] != nil:
			return nil, &fault.Error{Status: 400, Code: "ResourceAlreadyExistsException", Message: "The specified log group already exists"}
		}
		if key := aws.ToString(in.KmsKeyId); key != "" {
			if err := rq.usableKey(key, name); err != nil {
				return nil, err
			}
		}
		l.add(name, &logGroup{key: aws.ToString(in.KmsKeyId), tags: maps.Clone(in.Tags)})
		return &cloudwatchlogs.CreateLogGroupOutput{}, nil
	})
}

func (c *logsClient) PutRetentionPolicy(ctx context.Context, in *cloudwatchlogs.PutRetentionPolicyInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutRetentionPolicyOutput, error) {
	return do(ctx, c.client, "PutRetentionPolicy", in, func(rq *request, in *cloudwatchlogs.PutRetentionPolicyInput) (*cloudwatchlogs.PutRetentionPolicyOutput, error) {
		g, err := rq.group("logs:PutRetentionPolicy", *in.LogGroupName)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(retentions, *in.RetentionInDays) {
			return nil, invalidParameter("The specified retention is not valid.")
		}
		g.retention = *in.RetentionInDays
		return &cloudwatchlogs.PutRetentionPolicyOutput{}, nil
	})
}

func (c *logsClient) AssociateKmsKey(ctx context.Context, in *cloudwatchlogs.AssociateKmsKeyInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.AssociateKmsKeyOutput, error) {
	return do(ctx, c.client, "AssociateKmsKey", in, func(rq *request, in *cloudwatchlogs.AssociateKmsKeyInput) (*cloudwatchlogs.AssociateKmsKeyOutput, error) {
		name := aws.ToString(in.LogGroupName)
		g, err := rq.group("logs:AssociateKmsKey", name)
		if err != nil {
			return nil, err
		}
		if err := rq.usableKey(*in.KmsKeyId, name); err != nil {
			return nil, err
		}
		g.key = *in.KmsKeyId
		return &cloudwatchlogs.AssociateKmsKeyOutput{}, nil
	})
}

func (c *logsClient) TagResource(ctx context.Context, in *cloudwatchlogs.TagResourceInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.TagResourceOutput, error) {
	return do(ctx, c.client, "TagResource", in, func(rq *request, in *cloudwatchlogs.TagResourceInput) (*cloudwatchlogs.TagResourceOutput, error) {
		g, err := rq.taggedGroup("logs:TagResource", *in.ResourceArn)
		if err != nil {
			return nil, err
		}
		if g.tags == nil {
			g.tags = map[string]string{}
		}
		maps.Copy(g.tags, in.Tags)
		return &cloudwatchlogs.TagResourceOutput{}, nil
	})
}

// DeleteLogGroup deletes a group with all of its lines.
func (c *logsClient) DeleteLogGroup(ctx context.Context, in *cloudwatchlogs.DeleteLogGroupInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteLogGroupOutput, error) {
	return do(ctx, c.client, "DeleteLogGroup", in, func(rq *request, in *cloudwatchlogs.DeleteLogGroupInput) (*cloudwatchlogs.DeleteLogGroupOutput, error) {
		if _, err := rq.group("logs:DeleteLogGroup", *in.LogGroupName); err != nil {
			return nil, err
		}
		delete(rq.here().logs.groups, *in.LogGroupName)
		delete(rq.here().logs.lines, *in.LogGroupName)
		return &cloudwatchlogs.DeleteLogGroupOutput{}, nil
	})
}
