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

	"github.com/xacct/xacct/internal/inputtest"
	"github.com/xacct/xacct/internal/option"
)

// runner is a fake DataSync that runs one task and whose responses are given by the test.
type runner struct {
	mu sync.Mutex

	// The responses of the calls. Each call takes the next element of a list; the last element is repeated.
	looks     []look  // DescribeTaskExecution
	starts    []start // StartTaskExecution; none: it works
	cancelErr error
	task      *datasync.DescribeTaskOutput
	err       map[string]error // by operation; ListTagsForResource also by ARN
	lag       int              // how many ListTaskExecutions do not see yet what was started
	pageSize  int              // of ListTaskExecutions; 0 is all

	// The recorded calls.
	executions []execution
	calls      []string
	times      []time.Time // of DescribeTaskExecution
	inputs     []*datasync.StartTaskExecutionInput
	retryers   []aws.Retryer // of StartTaskExecution
	bandwidth  []int64       // of UpdateTaskExecution
}

type look struct {
	status dstypes.TaskExecutionStatus
	change func(*datasync.DescribeTaskExecutionOutput)
	err    error
}

// start is the effect of a StartTaskExecution: whether the run begins, and the error of the call.
type start struct {
	begins bool
	err    error
}

type execution struct {
	arn    string
	status dstypes.TaskExecutionStatus
	tags   map[string]string
}

// next removes and returns the first element of a list. It does not remove the last one.
func next[T any](list *[]T) T {
	v := (*list)[0]
	if len(*list) > 1 {
		*list = (*list)[1:]
	}
	return v
}

// called records a call, and returns an error for an input that violates DataSync's service model.
func (r *runner) called(op string, in any) error {
	r.calls = append(r.calls, op)
	if err := inputtest.Model(in); err != nil {
		return err
	}
	return r.err[op]
}

func (r *runner) StartTaskExecution(ctx context.Context, in *datasync.StartTaskExecutionInput, optFns ...func(*datasync.Options)) (*datasync.StartTaskExecutionOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.called("StartTaskExecution", in); err != nil {
		return nil, err
	}
	var o datasync.Options
	option.Apply(&o, optFns)
	r.inputs, r.retryers = append(r.inputs, in), append(r.retryers, o.Retryer)
	s := start{begins: true}
	if len(r.starts) > 0 {
		s = next(&r.starts)
	}
	if s.begins {
		tags := map[string]string{}
		for _, t := range in.Tags {
			tags[*t.Key] = *t.Value
		}
		r.executions = append(r.executions, execution{fmt.Sprintf("%s/execution/exec-%017d", *in.TaskArn, len(r.executions)), "QUEUED", tags})
	}
	if s.err != nil {
		return nil, s.err
	}
	return &datasync.StartTaskExecutionOutput{TaskExecutionArn: &r.executions[len(r.executions)-1].arn}, nil
}

func (r *runner) DescribeTaskExecution(ctx context.Context, in *datasync.DescribeTaskExecutionInput, _ ...func(*datasync.Options)) (*datasync.DescribeTaskExecutionOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.called("DescribeTaskExecution", in); err != nil {
		return nil, err
	}
	r.times = append(r.times, time.Now())
	l := next(&r.looks)
	if l.err != nil {
		return nil, l.err
	}
	out := &datasync.DescribeTaskExecutionOutput{TaskExecutionArn: in.TaskExecutionArn, Status: l.status, TaskMode: "ENHANCED"}
	if l.change != nil {
		l.change(out)
	}
	return out, nil
}

func (r *runner) CancelTaskExecution(_ context.Context, in *datasync.CancelTaskExecutionInput, _ ...func(*datasync.Options)) (*datasync.CancelTaskExecutionOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.called("CancelTaskExecution", in); err != nil {
		return nil, err
	}
	return &datasync.CancelTaskExecutionOutput{}, r.cancelErr
}

func (r *runner) UpdateTaskExecution(_ context.Context, in *datasync.UpdateTaskExecutionInput, _ ...func(*datasync.Options)) (*datasync.UpdateTaskExecutionOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bandwidth = append(r.bandwidth, *in.Options.BytesPerSecond)
	return &datasync.UpdateTaskExecutionOutput{}, r.called("UpdateTaskExecution", in)
}

func (r *runner) ListTaskExecutions(ctx context.Context, in *datasync.ListTaskExecutionsInput, _ ...func(*datasync.Options)) (*datasync.ListTaskExecutionsOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.called("ListTaskExecutions", in); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if r.lag > 0 {
		r.lag--
		return &datasync.ListTaskExecutionsOutput{}, nil
	}
	all := r.executions
	if in.NextToken != nil {
		skip := 0
		fmt.Sscan(*in.NextToken, &skip)
		all = all[skip:]
	}
	out := &datasync.ListTaskExecutionsOutput{}
	if r.pageSize > 0 && len(all) > r.pageSize {
		all = all[:r.pageSize]
		skip := 0
		fmt.Sscan(aws.ToString(in.NextToken), &skip)
		out.NextToken = new(fmt.Sprint(skip + r.pageSize))
	}
	for _, e := range all {
		out.TaskExecutions = append(out.TaskExecutions, dstypes.TaskExecutionListEntry{TaskExecutionArn: &e.arn, Status: e.status})
	}
	return out, nil
}

func (r *runner) ListTagsForResource(_ context.Context, in *datasync.ListTagsForResourceInput, _ ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.called("ListTagsForResource", in); err != nil {
		return nil, err
	}
	if err := r.err[*in.ResourceArn]; err != nil {
		return nil, err
	}
	for _, e := range r.executions {
		if e.arn == *in.ResourceArn {
			return &datasync.ListTagsForResourceOutput{Tags: tagList(e.tags)}, nil
		}
	}
	return nil, errors.New("no such execution")
}

func (r *runner) DescribeTask(_ context.Context, in *datasync.DescribeTaskInput, _ ...func(*datasync.Options)) (*datasync.DescribeTaskOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.called("DescribeTask", in); err != nil {
		return nil, err
	}
	return r.task, nil
}

var _ ExecutionAPI = (*runner)(nil)
