package task

import (
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// Spec is what a DataSync task between two S3 locations should be.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html
type Spec struct {
	Name    string // shown in the console, not unique in DataSync; at most 256 characters; "" is no name
	Account string // 12-digit id of the account that owns the task and both locations; required
	Region  string // the destination's Region; required

	SourceLocationARN      string // required by CreateInput; "" is "not known yet" to Validate
	DestinationLocationARN string // required by CreateInput; "" is "not known yet" to Validate

	// DestinationStorageClass is the class of the destination location, which decides what can be verified; "" is STANDARD.
	DestinationStorageClass dstypes.S3StorageClass

	Mode        dstypes.TaskMode // "" makes an ENHANCED task and leaves the mode of an existing one alone
	Options     Options
	Includes    []string          // patterns relative to the locations, such as "/photos/dt=2026*"; none: everything
	Excludes    []string          // patterns relative to the locations, such as "*.tmp"; none: nothing
	LogGroupARN string            // for a BASIC task; "" is none; an ENHANCED task always logs to /aws/datasync
	Tags        map[string]string // nil is no tags
}

// Options are the options of a task or of one run, as far as they fit a transfer from S3 to S3. The zero value asks for nothing special.
// POSIX and SMB options are never sent: DataSync refuses them between buckets.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
type Options struct {
	VerifyMode           dstypes.VerifyMode           // "" is ONLY_FILES_TRANSFERRED on create
	OverwriteMode        dstypes.OverwriteMode        // "" is ALWAYS
	PreserveDeletedFiles dstypes.PreserveDeletedFiles // "" is PRESERVE: nothing is deleted at the destination
	TransferMode         dstypes.TransferMode         // "" is CHANGED
	ObjectTags           dstypes.ObjectTags           // "" is PRESERVE
	TaskQueueing         dstypes.TaskQueueing         // "" is ENABLED
	LogLevel             dstypes.LogLevel             // "" on create is BASIC for an ENHANCED task, OFF for a BASIC one without a log group
	BytesPerSecond       int64                        // bytes per second; 0 is unset, which DataSync takes as unlimited; -1 is unlimited
}
