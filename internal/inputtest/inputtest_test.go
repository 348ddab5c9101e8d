package inputtest

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const task = "arn:aws:datasync:us-east-2:111122223333:task/task-0a1b2c3d4e5f67890"

// An input that violates DataSync's service model never becomes a golden file.
func TestJSONObeysTheModel(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		in         any
	}{
		{"good", `"TaskArn": "` + task + `"`, &datasync.DeleteTaskInput{TaskArn: new(task)}},
		{"a bucket's ARN", "taskArn", &datasync.DeleteTaskInput{TaskArn: new("arn:aws:s3:::amzn-s3-demo-bucket")}},
		{"by value", "Member must not be null", datasync.DeleteTaskInput{}},
		{"an operation that is not in the table", "no operation CreateLocationNfs", &datasync.CreateLocationNfsInput{}},
		{"another service", "{}", &s3.HeadBucketInput{}},
		{"an output", "not an input", &datasync.DeleteTaskOutput{}},
	} {
		if got := JSON(tt.in); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s in it", tt.name, got, tt.want)
		}
	}
}
