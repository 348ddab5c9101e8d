package task_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/awscli"
	"github.com/xacct/xacct/task"
)

// A task in the destination's Region, limited to 10 MiB/s and to the partitions of one month.
func Example() {
	spec := task.Spec{
		Name:                   "media-archive",
		Account:                "111122223333",
		Region:                 "us-east-2",
		SourceLocationARN:      "arn:aws:datasync:eu-west-1:111122223333:location/loc-0a1b2c3d4e5f67890",
		DestinationLocationARN: "arn:aws:datasync:us-east-2:111122223333:location/loc-abcdef01234567890",
		Options:                task.Options{OverwriteMode: types.OverwriteModeNever, BytesPerSecond: 10 << 20},
		Includes:               []string{"/dt=2026-01*"},
	}
	create, err := spec.CreateInput() // for datasync.Client.CreateTask
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := awscli.Input(create)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text)

	spec.Mode, spec.Options.VerifyMode = types.TaskModeEnhanced, types.VerifyModePointInTimeConsistent
	fmt.Println(spec.Validate())
	// Output:
	// {
	//   "DestinationLocationArn": "arn:aws:datasync:us-east-2:111122223333:location/loc-abcdef01234567890",
	//   "Includes": [
	//     {
	//       "FilterType": "SIMPLE_PATTERN",
	//       "Value": "/dt=2026-01*"
	//     }
	//   ],
	//   "Name": "media-archive",
	//   "Options": {
	//     "BytesPerSecond": 10485760,
	//     "LogLevel": "BASIC",
	//     "OverwriteMode": "NEVER",
	//     "PreserveDeletedFiles": "PRESERVE"
	//   },
	//   "SourceLocationArn": "arn:aws:datasync:eu-west-1:111122223333:location/loc-0a1b2c3d4e5f67890",
	//   "TaskMode": "ENHANCED"
	// }
	// Options.VerifyMode "POINT_IN_TIME_CONSISTENT" must not be POINT_IN_TIME_CONSISTENT in an ENHANCED task; choose ONLY_FILES_TRANSFERRED, or the mode BASIC
}

// Run runs a task and says how it went. A night's run has a token, so that a job that is started twice runs once.
func Run(ctx context.Context, api task.ExecutionAPI, taskARN, night string) error {
	execution, err := task.Start(ctx, api, taskARN, func(o *task.StartOptions) { o.Token = night })
	if err != nil {
		return err
	}
	for progress, err := range execution.Watch(ctx) {
		if err != nil {
			return err
		}
		fmt.Println(progress)
		if o := progress.Outcome; o != nil && o.Verdict != task.Complete {
			return &task.IncompleteError{Outcome: *o}
		}
	}
	return nil
}
