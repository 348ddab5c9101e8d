package task

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/pages"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
)

// DataSyncLogGroup is the name of the log group that every ENHANCED task writes to. DataSync makes it by its service-linked role, without an expiry and
// without tags.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/configure-logging.html
const DataSyncLogGroup = "/aws/datasync"

// Log is the log group of a BASIC task, in the account and Region of the task, that is made with the task and deleted with it. Only a group with the tags
// that it was made with is changed or deleted. A group that the transfer no longer names goes, with all of its lines, if PlanOptions.AllowDelete is set, and
// with a tear-down.
//
// A Log named DataSyncLogGroup is that of DataSync, for a task of either mode: nothing is made or changed, and what is set on the group is reported.
type Log struct {
	Name          string // of the group, such as /transfers/media; 1 to 512 characters; required
	RetentionDays int    `json:",omitempty"` // after how many days lines are deleted, such as 90; 0 leaves it alone, which is never in a new group
	KMSKey        string `json:",omitempty"` // full ARN of a key of the task's account and Region, which must let CloudWatch Logs use it; "" leaves it alone: none in a new group
}

// IsDataSyncs reports whether the group is that of DataSync, which nobody else makes or changes.
func (l *Log) IsDataSyncs() bool { return l != nil && l.Name == DataSyncLogGroup }

// ARN is that of the group in the account and Region, without ":*" at its end.
func (l Log) ARN(account, reg string) string {
	return region.ARN{Partition: region.Partition(reg), Service: "logs", Region: reg, Account: account, Resource: "log-group:" + l.Name}.String()
}

// LogGroupName is the name in the ARN of a log group; "" if it is none.
func LogGroupName(arn string) string {
	a, _ := region.ParseARN(arn)
	name, ok := strings.CutPrefix(canonicalLogGroup(a.Resource), "log-group:")
	if !ok || a.Service != "logs" {
		return ""
	}
	return name
}

// CreateInput returns the request that makes the group with its key and the tags. The retention has a request of its own.
func (l Log) CreateInput(tags map[string]string) *cloudwatchlogs.CreateLogGroupInput {
	return &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &l.Name, KmsKeyId: optional(l.KMSKey), Tags: maps.Clone(tags)}
}

// RetentionInput returns the request that sets after how many days lines are deleted; nil if that is left alone.
func (l Log) RetentionInput() *cloudwatchlogs.PutRetentionPolicyInput {
	if l.RetentionDays == 0 {
		return nil
	}
	return &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &l.Name, RetentionInDays: new(int32(l.RetentionDays))}
}

// KeyInput returns the request that sets the key of the group; nil if that is left alone.
func (l Log) KeyInput() *cloudwatchlogs.AssociateKmsKeyInput {
	if l.KMSKey == "" {
		return nil
	}
	return &cloudwatchlogs.AssociateKmsKeyInput{LogGroupName: &l.Name, KmsKeyId: &l.KMSKey}
}

// DeleteInput returns the request that deletes the group with all of its lines.
func (l Log) DeleteInput() *cloudwatchlogs.DeleteLogGroupInput {
	return &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &l.Name}
}

// LogGroupState is what was observed of a log group.
type LogGroupState struct {
	Exists        bool
	ARN           string // without ":*" at the end
	RetentionDays int    // 0 is never
	KMSKey        string // ARN; "" is none
	Tags          map[string]string
	TagsUnread    error // why Tags could not be read; nil if they were, or were not asked for
}

// ObserveLogGroup reads the log group of that name in the client's account and Region, with its tags if they are asked for. One that does not exist is no
// error.
func ObserveLogGroup(ctx context.Context, api LogsAPI, name string, tags bool) (LogGroupState, error) {
	if err := absent.Check("api", api, "cloudwatchlogs.NewFromConfig"); err != nil {
		return LogGroupState{}, err
	}
	list, err := pages.All(ctx, func(ctx context.Context, token *string) ([]cwltypes.LogGroup, *string, error) {
		out, err := api.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(out.LogGroups, func(g cwltypes.LogGroup) bool { return aws.ToString(g.LogGroupName) == name })
		if i >= 0 {
			return out.LogGroups[i : i+1], nil, nil
		}
		return nil, out.NextToken, nil
	})
	if err != nil || len(list) == 0 {
		if err != nil {
			err = text.Errorf("looking for log group %s: %w", name, err)
		}
		return LogGroupState{}, err
	}
	g := list[0]
	s := LogGroupState{Exists: true, ARN: canonicalLogGroup(aws.ToString(g.Arn)), RetentionDays: int(aws.ToInt32(g.RetentionInDays)), KMSKey: aws.ToString(g.KmsKeyId)}
	if !tags {
		return s, nil
	}
	out, err := api.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: &s.ARN})
	if err != nil {
		s.TagsUnread = text.Errorf("the tags of log group %s: %w", name, err)
		return s, nil
	}
	s.Tags = maps.Clone(out.Tags)
	return s, nil
}
