package task

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/pages"
	"github.com/xacct/xacct/internal/tag"
)

// tagsAtOnce bounds the number of concurrent reads of tags. There may be many, because DataSync keeps executions for 30 days.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
const tagsAtOnce = 10

// find returns the ARN of the task's execution that has the token; "" if there is none. Lists of executions contain no tags, so it reads the tags
// of each execution, beginning with those that have not ended. On an error it is unknown whether there is one.
func (s starter) find(ctx context.Context) (string, error) {
	list, err := s.list(ctx)
	if err != nil {
		return "", err
	}
	slices.SortStableFunc(list, func(a, b dstypes.TaskExecutionListEntry) int { return rank(a.Status) - rank(b.Status) })
	var first error
	for some := range slices.Chunk(list, tagsAtOnce) {
		tokens, errs := make([]string, len(some)), make([]error, len(some))
		var wg sync.WaitGroup
		for i, e := range some {
			wg.Go(func() {
				var tags map[string]string
				tags, errs[i] = tag.Read(ctx, s.api, aws.ToString(e.TaskExecutionArn))
				tokens[i] = tags[TagRun]
			})
		}
		wg.Wait()
		if i := slices.Index(tokens, s.token); i >= 0 {
			return aws.ToString(some[i].TaskExecutionArn), nil
		}
		for _, err := range errs {
			if err != nil && first == nil && !awserr.NotFound(err) {
				first = err
			}
		}
	}
	return "", first
}

// list returns the task's executions of the last 30 days, in no particular order.
func (s starter) list(ctx context.Context) ([]dstypes.TaskExecutionListEntry, error) {
	return pages.All(ctx, func(ctx context.Context, token *string) ([]dstypes.TaskExecutionListEntry, *string, error) {
		out, err := s.api.ListTaskExecutions(ctx, &datasync.ListTaskExecutionsInput{TaskArn: &s.task, MaxResults: new(int32(tag.PageSize)), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.TaskExecutions, out.NextToken, nil
	})
}

// running returns the run of the task that has not ended; nil if there is none. Of several it returns one that is not queued.
func (s starter) running(ctx context.Context) (*RunningError, error) {
	list, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	var found *RunningError
	for _, e := range list {
		if !terminal(e.Status) && (found == nil || found.Status == dstypes.TaskExecutionStatusQueued) {
			found = &RunningError{TaskARN: s.task, ExecutionARN: aws.ToString(e.TaskExecutionArn), Status: e.Status}
		}
	}
	return found, nil
}

func rank(s dstypes.TaskExecutionStatus) int {
	if terminal(s) {
		return 1
	}
	return 0
}
