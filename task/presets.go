package task

import dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

// Tutorial returns the task of step 5 of AWS's tutorial on transfers between accounts (edition of April 2025). Complete it by name, account, Region and
// locations. It is ENHANCED and otherwise has DataSync's defaults, which log nothing. The tutorial uses the console and prints no request.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func Tutorial() Spec {
	return Spec{Mode: dstypes.TaskModeEnhanced, Options: Options{LogLevel: dstypes.LogLevelOff}}
}
