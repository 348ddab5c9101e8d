package task

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
)

// API lists the methods of *datasync.Client that this package and its callers use to create, change and delete a task. A minor release may add
// methods: a fake embeds UnimplementedDataSync of package xaccttest.
type API interface {
	CreateTask(ctx context.Context, in *datasync.CreateTaskInput, optFns ...func(*datasync.Options)) (*datasync.CreateTaskOutput, error)
	DescribeTask(ctx context.Context, in *datasync.DescribeTaskInput, optFns ...func(*datasync.Options)) (*datasync.DescribeTaskOutput, error)
	UpdateTask(ctx context.Context, in *datasync.UpdateTaskInput, optFns ...func(*datasync.Options)) (*datasync.UpdateTaskOutput, error)
	DeleteTask(ctx context.Context, in *datasync.DeleteTaskInput, optFns ...func(*datasync.Options)) (*datasync.DeleteTaskOutput, error)
	ListTasks(ctx context.Context, in *datasync.ListTasksInput, optFns ...func(*datasync.Options)) (*datasync.ListTasksOutput, error)
	ListTagsForResource(ctx context.Context, in *datasync.ListTagsForResourceInput, optFns ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error)
	TagResource(ctx context.Context, in *datasync.TagResourceInput, optFns ...func(*datasync.Options)) (*datasync.TagResourceOutput, error)
	UntagResource(ctx context.Context, in *datasync.UntagResourceInput, optFns ...func(*datasync.Options)) (*datasync.UntagResourceOutput, error)
}

// ExecutionAPI lists the methods of *datasync.Client that this package uses to run a task. A minor release may add methods: a fake embeds
// UnimplementedDataSync of package xaccttest.
type ExecutionAPI interface {
	StartTaskExecution(ctx context.Context, in *datasync.StartTaskExecutionInput, optFns ...func(*datasync.Options)) (*datasync.StartTaskExecutionOutput, error)
	DescribeTaskExecution(ctx context.Context, in *datasync.DescribeTaskExecutionInput, optFns ...func(*datasync.Options)) (*datasync.DescribeTaskExecutionOutput, error)
	UpdateTaskExecution(ctx context.Context, in *datasync.UpdateTaskExecutionInput, optFns ...func(*datasync.Options)) (*datasync.UpdateTaskExecutionOutput, error)
	CancelTaskExecution(ctx context.Context, in *datasync.CancelTaskExecutionInput, optFns ...func(*datasync.Options)) (*datasync.CancelTaskExecutionOutput, error)
	ListTaskExecutions(ctx context.Context, in *datasync.ListTaskExecutionsInput, optFns ...func(*datasync.Options)) (*datasync.ListTaskExecutionsOutput, error)
	ListTagsForResource(ctx context.Context, in *datasync.ListTagsForResourceInput, optFns ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error)
	DescribeTask(ctx context.Context, in *datasync.DescribeTaskInput, optFns ...func(*datasync.Options)) (*datasync.DescribeTaskOutput, error)
}

var (
	_ API          = (*datasync.Client)(nil)
	_ ExecutionAPI = (*datasync.Client)(nil)
)
