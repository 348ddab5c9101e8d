package task

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/pages"
	"github.com/xacct/xacct/internal/tag"
	"github.com/xacct/xacct/internal/text"
)

// Names of the parts of a State that Observe may fail to read, as the keys of State.Unread.
const (
	PartTask = "task" // the task itself; if unread, Exists is unknown
	PartTags = "tags"
)

// State is the observed state of a task.
type State struct {
	Exists                 bool   // false proves absence only if PartTask is not in Unread
	ARN                    string // the ARN given to Observe
	Name                   string
	Status                 dstypes.TaskStatus
	Mode                   dstypes.TaskMode
	SourceLocationARN      string
	DestinationLocationARN string
	Options                Options        // options in force, including DataSync's own defaults
	Includes, Excludes     []string       // patterns; nil if there are none
	Schedule               *ScheduleState // nil if there is none
	Manifest               *Manifest      // nil if there is none; without Account and KMSKey, which DataSync does not know
	Report                 *Report        // nil if there is none; with DataSync's defaults, without Account and KMSKey
	LogGroupARN            string         // without ":*" at the end
	LastExecutionARN       string         // most recent execution, running or not; "" if there was none
	ErrorCode, ErrorDetail string         // reason if the task is unavailable, else ""
	CreationTime           time.Time
	Tags                   map[string]string // nil if there are none
	Unread                 map[string]error  // the error by part for each part that could not be read; nil if all were read
}

// Entry is one task in the result of [List].
type Entry struct {
	ARN    string
	Name   string
	Status dstypes.TaskStatus
	Mode   dstypes.TaskMode
}

// Observe reads one task with concurrent calls. It fails only if ctx is done, api is nil, or arn is not a task's. Parts that AWS refuses to return are listed in
// State.Unread.
func Observe(ctx context.Context, api API, arn string) (State, error) {
	if err := errors.Join(absent.Check("api", api, "datasync.NewFromConfig"), (Spec{}).checkARN(arn)); err != nil {
		return State{}, err
	}
	var (
		out             *datasync.DescribeTaskOutput
		tags            map[string]string
		outErr, tagsErr error
		wg              sync.WaitGroup
	)
	describe := func() { out, outErr = api.DescribeTask(ctx, &datasync.DescribeTaskInput{TaskArn: &arn}) }
	wg.Go(describe)
	wg.Go(func() { tags, tagsErr = tag.Read(ctx, api, arn) })
	wg.Wait()
	if outErr == nil && awserr.NotFound(tagsErr) {
		describe() // somebody deletes it meanwhile, or lists of tags lag behind
	}
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

// List reads all tasks of the client's account and Region. If an error occurs on any page, the list is nil.
func List(ctx context.Context, api API) ([]Entry, error) {
	if err := absent.Check("api", api, "datasync.NewFromConfig"); err != nil {
		return nil, err
	}
	list, err := pages.All(ctx, func(ctx context.Context, token *string) ([]dstypes.TaskListEntry, *string, error) {
		out, err := api.ListTasks(ctx, &datasync.ListTasksInput{MaxResults: new(int32(tag.PageSize)), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Tasks, out.NextToken, nil
	})
	if err != nil {
		return nil, text.Errorf("listing tasks: %w", err)
	}
	entries := make([]Entry, len(list))
	for i, e := range list {
		entries[i] = Entry{ARN: aws.ToString(e.TaskArn), Name: aws.ToString(e.Name), Status: e.Status, Mode: e.TaskMode}
	}
	return entries, nil
}
