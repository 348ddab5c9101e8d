package task

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/internal/inputtest"
)

// reader implements the reads of a task. A write is an error.
type reader struct {
	latency  time.Duration
	describe *datasync.DescribeTaskOutput
	tags     [][]dstypes.TagListEntry
	tasks    [][]dstypes.TaskListEntry
	err      map[string]error // by operation
}

var (
	errWrite  = errors.New("a read must not write")
	denied    = &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}
	throttled = &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}
	internal  = &dstypes.InternalException{Message: new("internal")}
	notFound  = &dstypes.InvalidRequestException{Message: new("Sync task task-0a1b2c3d4e5f67890 is not found.")}
)

// wait takes the time of a call, and returns an error for an input that violates DataSync's service model.
func (r *reader) wait(op string, in any) error {
	time.Sleep(r.latency)
	if err := inputtest.Model(in); err != nil {
		return err
	}
	return r.err[op]
}

func (r *reader) DescribeTask(_ context.Context, in *datasync.DescribeTaskInput, _ ...func(*datasync.Options)) (*datasync.DescribeTaskOutput, error) {
	if err := r.wait("DescribeTask", in); err != nil {
		return nil, err
	}
	return r.describe, nil
}

func (r *reader) ListTagsForResource(_ context.Context, in *datasync.ListTagsForResourceInput, _ ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error) {
	if err := r.wait("ListTagsForResource", in); err != nil {
		return nil, err
	}
	tags, more := page(r.tags, in.NextToken)
	return &datasync.ListTagsForResourceOutput{Tags: tags, NextToken: more}, nil
}

func (r *reader) ListTasks(_ context.Context, in *datasync.ListTasksInput, _ ...func(*datasync.Options)) (*datasync.ListTasksOutput, error) {
	if err := r.wait("ListTasks", in); err != nil && in.NextToken != nil {
		return nil, err
	}
	tasks, more := page(r.tasks, in.NextToken)
	return &datasync.ListTasksOutput{Tasks: tasks, NextToken: more}, nil
}

// page returns the page that the token names, one letter per page, and the token of the next page.
func page[T any](pages [][]T, token *string) ([]T, *string) {
	i := 0
	if token != nil {
		i = int((*token)[0] - 'a')
	}
	if i >= len(pages) {
		return nil, nil
	}
	if i+1 < len(pages) {
		return pages[i], new(string(rune('a' + i + 1)))
	}
	return pages[i], nil
}

func (r *reader) CreateTask(context.Context, *datasync.CreateTaskInput, ...func(*datasync.Options)) (*datasync.CreateTaskOutput, error) {
	return nil, errWrite
}
func (r *reader) UpdateTask(context.Context, *datasync.UpdateTaskInput, ...func(*datasync.Options)) (*datasync.UpdateTaskOutput, error) {
	return nil, errWrite
}
func (r *reader) DeleteTask(context.Context, *datasync.DeleteTaskInput, ...func(*datasync.Options)) (*datasync.DeleteTaskOutput, error) {
	return nil, errWrite
}
func (r *reader) TagResource(context.Context, *datasync.TagResourceInput, ...func(*datasync.Options)) (*datasync.TagResourceOutput, error) {
	return nil, errWrite
}
func (r *reader) UntagResource(context.Context, *datasync.UntagResourceInput, ...func(*datasync.Options)) (*datasync.UntagResourceOutput, error) {
	return nil, errWrite
}

var _ API = (*reader)(nil)

var created = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func described() *datasync.DescribeTaskOutput {
	return &datasync.DescribeTaskOutput{
		TaskArn: new(taskARN), Name: new("media"), Status: "AVAILABLE", TaskMode: "BASIC", SourceLocationArn: new(sourceARN), DestinationLocationArn: new(destinationARN),
		Options:  &dstypes.Options{VerifyMode: "NONE", LogLevel: "OFF", Uid: "NONE", BytesPerSecond: new(int64(-1))},
		Includes: rule(`/a|/b\|c`), CloudWatchLogGroupArn: new(logGroupARN + ":*"), CurrentTaskExecutionArn: new(executionARN), CreationTime: &created,
		ErrorCode: new("code"), ErrorDetail: new("detail"),
	}
}

func TestObserve(t *testing.T) {
	full := func(change func(*State)) State {
		s := State{
			Exists: true, ARN: taskARN, Name: "media", Status: "AVAILABLE", Mode: "BASIC", SourceLocationARN: sourceARN, DestinationLocationARN: destinationARN,
			Options: Options{VerifyMode: "NONE", LogLevel: "OFF", BytesPerSecond: -1}, Includes: []string{"/a", `/b\|c`}, LogGroupARN: logGroupARN,
			LastExecutionARN: executionARN, CreationTime: created, ErrorCode: "code", ErrorDetail: "detail",
		}
		change(&s)
		return s
	}
	pages := [][]dstypes.TagListEntry{{{Key: new("a"), Value: new("1")}}, {}, {{Key: new("b"), Value: new("2")}}}
	tests := []struct {
		name   string
		reader reader
		want   State
	}{
		{"all, tags in pages, one of them empty", reader{describe: described(), tags: pages}, full(func(s *State) { s.Tags = map[string]string{"a": "1", "b": "2"} })},
		{"no tags", reader{describe: described()}, full(func(*State) {})},
		{"tags denied", reader{describe: described(), err: map[string]error{"ListTagsForResource": denied}},
			full(func(s *State) { s.Unread = map[string]error{PartTags: denied} })},
		{"absent", reader{err: map[string]error{"DescribeTask": notFound, "ListTagsForResource": notFound}}, State{ARN: taskARN}},
		{"all denied is not absent", reader{err: map[string]error{"DescribeTask": denied, "ListTagsForResource": denied}},
			State{ARN: taskARN, Unread: map[string]error{PartTask: denied, PartTags: denied}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Observe(t.Context(), &tt.reader, taskARN)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateErrors()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestObserveIsOneRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if _, err := Observe(t.Context(), &reader{latency: time.Second, describe: described()}, taskARN); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != time.Second {
			t.Errorf("took %v, want one round of 1s", got)
		}
	})
}

func TestObserveFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Observe(ctx, &reader{describe: described()}, taskARN); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var p *Problem
	if _, err := Observe(t.Context(), &reader{}, sourceARN); !errors.As(err, &p) {
		t.Errorf("a location's ARN: %v", err)
	}
}

func TestList(t *testing.T) {
	pages := [][]dstypes.TaskListEntry{{{TaskArn: new("1"), Name: new("a"), Status: "RUNNING", TaskMode: "ENHANCED"}}, {}, {{TaskArn: new("2")}}}
	got, err := List(t.Context(), &reader{tasks: pages})
	if diff := cmp.Diff([]Entry{{"1", "a", "RUNNING", "ENHANCED"}, {ARN: "2"}}, got); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	got, err = List(t.Context(), &reader{tasks: pages, err: map[string]error{"ListTasks": denied}})
	if got != nil || !errors.Is(err, denied) {
		t.Errorf("second page denied: %v, %v", got, err)
	}
}
