package task

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/pages"
	"github.com/xacct/xacct/internal/tag"
)

// Parts of a State that may be unread.
const (
	PartTask = "task" // the task itself: whether it exists is then unknown
	PartTags = "tags"
)

// State is what a task is.
type State struct {
	Exists                 bool   // false is proof of absence only if PartTask is not in Unread
	ARN                    string // as asked for
	Name                   string
	Status                 dstypes.TaskStatus
	Mode                   dstypes.TaskMode
	SourceLocationARN      string
	DestinationLocationARN string
	Options                Options        // what is in force, with DataSync's own defaults filled in
	Includes, Excludes     []string       // patterns; nil if there are none
	Schedule               *ScheduleState // nil if there is none
	Manifest               *Manifest      // nil if there is none; its Account is not known
	Report                 *Report        // nil if there is none; with DataSync's defaults filled in; its Account is not known
	LogGroupARN            string         // without ":*" at the end
	LastExecutionARN       string         // the most recent execution, running or not; "" if there was none
	ErrorCode, ErrorDetail string         // why the task is unavailable, if it is
	CreationTime           time.Time
	Tags                   map[string]string // nil if there are none
	Unread                 map[string]error  // by part: what could not be read, and why; nil if all was read
}

// Entry is one task in a list.
type Entry struct {
	ARN    string
	Name   string
	Status dstypes.TaskStatus
	Mode   dstypes.TaskMode
}

// Observe reads one task, in one round of calls. It fails only if ctx is done or arn is not a task's;
// what AWS refuses to tell is in State.Unread.
func Observe(ctx context.Context, api API, arn string) (State, error) {
	if err := (Spec{}).checkARN(arn); err != nil {
		return State{}, err
	}
	var (
		out             *datasync.DescribeTaskOutput
		tags            map[string]string
		outErr, tagsErr error
		wg              sync.WaitGroup
	)
	wg.Go(func() { out, outErr = api.DescribeTask(ctx, &datasync.DescribeTaskInput{TaskArn: &arn}) })
	wg.Go(func() { tags, tagsErr = tag.Read(ctx, api, arn) })
	wg.Wait()
	if ctx.Err() != nil {
		return State{}, fmt.Errorf("reading task %s: %w", arn, context.Cause(ctx))
	}

	state := State{ARN: arn}
	if awserr.NotFound(outErr) {
		return state, nil
	}
	state.unread(PartTask, outErr)
	state.unread(PartTags, tagsErr)
	if outErr != nil {
		return state, nil
	}
	return State{
		Exists: true, ARN: arn, Name: aws.ToString(out.Name), Status: out.Status, Mode: out.TaskMode,
		SourceLocationARN: aws.ToString(out.SourceLocationArn), DestinationLocationARN: aws.ToString(out.DestinationLocationArn),
		Options: fromSDK(out.Options), Includes: patterns(out.Includes), Excludes: patterns(out.Excludes),
		Schedule: scheduleState(out), Manifest: manifestState(out.ManifestConfig), Report: reportState(out.TaskReportConfig),
		LogGroupARN: canonicalLogGroup(aws.ToString(out.CloudWatchLogGroupArn)), LastExecutionARN: aws.ToString(out.CurrentTaskExecutionArn),
		ErrorCode: aws.ToString(out.ErrorCode), ErrorDetail: aws.ToString(out.ErrorDetail), CreationTime: aws.ToTime(out.CreationTime),
		Tags: tags, Unread: state.Unread,
	}, nil
}

func (s *State) unread(part string, err error) {
	if err == nil {
		return
	}
	if s.Unread == nil {
		s.Unread = map[string]error{}
	}
	s.Unread[part] = err
}

// List reads all tasks of the client's account and Region, page by page. On an error the list is not complete, and nil.
func List(ctx context.Context, api API) ([]Entry, error) {
	list, err := pages.All(ctx, func(ctx context.Context, token *string) ([]dstypes.TaskListEntry, *string, error) {
		out, err := api.ListTasks(ctx, &datasync.ListTasksInput{MaxResults: new(int32(tag.PageSize)), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Tasks, out.NextToken, nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing tasks: %w", err)
	}
	entries := make([]Entry, len(list))
	for i, e := range list {
		entries[i] = Entry{ARN: aws.ToString(e.TaskArn), Name: aws.ToString(e.Name), Status: e.Status, Mode: e.TaskMode}
	}
	return entries, nil
}
