package model

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

const loc = "arn:aws:datasync:us-east-2:111122223333:location/loc-0a1b2c3d4e5f67890"

// The limits are those of https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html and the pages of the other operations.
func TestCheck(t *testing.T) {
	task := func(edit func(*datasync.CreateTaskInput)) *datasync.CreateTaskInput {
		in := &datasync.CreateTaskInput{SourceLocationArn: new(loc), DestinationLocationArn: new(loc)}
		edit(in)
		return in
	}
	for _, tt := range []struct {
		name, operation string
		input           any
		want            string // the member; "" is none
	}{
		{"least", "CreateTask", task(func(*datasync.CreateTaskInput) {}), ""},
		{"required", "CreateTask", &datasync.CreateTaskInput{SourceLocationArn: new(loc)}, "destinationLocationArn"},
		{"pattern", "CreateTask", task(func(in *datasync.CreateTaskInput) { in.SourceLocationArn = new("arn:aws:s3:::bucket") }), "sourceLocationArn"},
		{"length", "CreateTask", task(func(in *datasync.CreateTaskInput) { in.Name = new(strings.Repeat("a", 257)) }), "name"},
		{"enum", "CreateTask", task(func(in *datasync.CreateTaskInput) { in.TaskMode = "FAST" }), "taskMode"},
		{"number", "CreateTask", task(func(in *datasync.CreateTaskInput) { in.Options = &dstypes.Options{BytesPerSecond: new(int64(-2))} }), "options.bytesPerSecond"},
		{"two filters", "CreateTask", task(func(in *datasync.CreateTaskInput) { in.Includes = make([]dstypes.FilterRule, 2) }), "includes"},
		{"no filter", "UpdateTask", &datasync.UpdateTaskInput{TaskArn: new("arn:aws:datasync:us-east-2:111122223333:task/task-0a1b2c3d4e5f67890"), Includes: []dstypes.FilterRule{}}, ""},
		{"a schedule taken away", "UpdateTask", &datasync.UpdateTaskInput{TaskArn: new("arn:aws:datasync:us-east-2:111122223333:task/task-0a1b2c3d4e5f67890"), Schedule: &dstypes.TaskSchedule{ScheduleExpression: new("")}}, ""},
		{"within a list", "CreateTask", task(func(in *datasync.CreateTaskInput) {
			in.Tags = []dstypes.TagListEntry{{Key: new("a"), Value: new("b")}, {Key: new("a@b"), Value: new("c")}}
		}), "tags.2.key"},
		{"prefix with an equals sign", "CreateLocationS3", &datasync.CreateLocationS3Input{S3BucketArn: new("arn:aws:s3:::bucket"), Subdirectory: new("dt=1"),
			S3Config: &dstypes.S3Config{BucketAccessRoleArn: new("arn:aws:iam::111122223333:role/a")}}, "subdirectory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Check(tt.operation, tt.input)
			var v *Violation
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (!errors.As(err, &v) || v.Member != tt.want):
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	if err := Check("CreateLocationNfs", nil); err == nil {
		t.Error("an operation that is not in the table passes")
	}
}

// The SDK and the service model have the same members.
func TestTableKnowsTheSDK(t *testing.T) {
	shapes := load()["DataSync"].Shapes
	if n := len(shapes["Options"].Members); n != 15 {
		t.Errorf("%d options", n)
	}
	if len(shapes) < 50 {
		t.Errorf("%d shapes", len(shapes))
	}
}
