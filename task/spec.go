package task

import (
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// Spec is what a DataSync task between two S3 locations should be.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html
type Spec struct {
	Name    string // shown in the console, not unique in DataSync; at most 256 characters; "" is no name, or leaves it alone
	Account string // 12-digit id of the account that owns the task and both locations; required
	Region  string // the destination's Region; required

	SourceLocationARN      string // required by CreateInput; "" is "not known yet" to Validate
	DestinationLocationARN string // required by CreateInput; "" is "not known yet" to Validate

	// DestinationStorageClass is the storage class of the destination location, which limits what can be verified; "" is STANDARD.
	DestinationStorageClass dstypes.S3StorageClass

	Mode        dstypes.TaskMode  // "" makes an ENHANCED task and leaves the mode of an existing one alone
	Options     Options           // zero members are DataSync's defaults, but for those named there, or leave them alone
	Includes    []string          // patterns relative to the source location, such as "/dt=2026*"; none: everything
	Excludes    []string          // patterns relative to the source location, such as "*.tmp"; none: nothing
	Schedule    *Schedule         `json:",omitempty"` // nil is no schedule: one that an existing task has is taken away; see ScheduleState.Held
	Manifest    *Manifest         `json:",omitempty"` // the only objects to transfer; nil is no manifest; excludes Includes and Excludes
	Report      *Report           `json:",omitempty"` // nil is no report
	LogGroupARN string            // of a BASIC task; "" is none, or leaves it alone; an ENHANCED task always logs to /aws/datasync
	Tags        map[string]string // nil is no tags; other tags of an existing task are left alone
}

// Options are the options of a task or of one run, as far as they fit a transfer from S3 to S3. A zero member leaves the option of an existing
// task or run alone. POSIX and SMB options are never sent: DataSync refuses them between buckets.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
type Options struct {
	// VerifyMode of a new task is by default ONLY_FILES_TRANSFERRED if it is ENHANCED or writes GLACIER or DEEP_ARCHIVE, else POINT_IN_TIME_CONSISTENT.
	VerifyMode           dstypes.VerifyMode
	OverwriteMode        dstypes.OverwriteMode        // of a new task by default ALWAYS
	PreserveDeletedFiles dstypes.PreserveDeletedFiles // of a new task by default PRESERVE: nothing is deleted at the destination
	TransferMode         dstypes.TransferMode         // of a new task by default CHANGED
	ObjectTags           dstypes.ObjectTags           // of a new task by default PRESERVE
	TaskQueueing         dstypes.TaskQueueing         // of a new task by default ENABLED
	LogLevel             dstypes.LogLevel             // of a new task by default BASIC if it is ENHANCED or has a log group, else OFF
	Atime                dstypes.Atime                `json:",omitempty"` // of a new task by default BEST_EFFORT; goes with Mtime, see there
	Mtime                dstypes.Mtime                `json:",omitempty"` // of a new task by default PRESERVE; PRESERVE goes with Atime BEST_EFFORT, NONE with NONE
	BytesPerSecond       int64                        // bytes per second, at least 1; -1 is unlimited, the default of a new task
}

// Over is o, with the members of base where o has none: what UpdateTask should be sent to change an existing task with the options base.
// (Whether DataSync keeps the members that a request leaves out is not documented.)
func (o Options) Over(base Options) Options {
	over(&o.VerifyMode, base.VerifyMode)
	over(&o.OverwriteMode, base.OverwriteMode)
	over(&o.PreserveDeletedFiles, base.PreserveDeletedFiles)
	over(&o.TransferMode, base.TransferMode)
	over(&o.ObjectTags, base.ObjectTags)
	over(&o.TaskQueueing, base.TaskQueueing)
	over(&o.LogLevel, base.LogLevel)
	over(&o.Atime, base.Atime)
	over(&o.Mtime, base.Mtime)
	over(&o.BytesPerSecond, base.BytesPerSecond)
	return o
}

// over sets v if it has no value.
func over[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Over is s, with what the task in the given state has where s leaves it alone: what UpdateInput should be made from, and what differs from the
// state is what an update has to change. Where s says nothing, these are changed nevertheless:
//   - a log group that is new to a BASIC task which logs nothing gets the level BASIC: else nothing would be written to it;
//   - a BASIC task that is to write an archive class does not verify everything any more: DataSync refuses that.
//
// A schedule that DataSync has disabled by itself stays as it is, whatever s says, unless s has none: somebody has to look why it failed again and
// again. See ScheduleState.Held. If s says another mode, nothing is taken over: that is another task.
func (s Spec) Over(state State) Spec {
	if s.Mode != "" && state.Mode != "" && s.Mode != state.Mode {
		return s
	}
	over(&s.Mode, state.Mode)
	have := state.Options
	if s.Mode == dstypes.TaskModeBasic {
		if s.LogGroupARN != "" && state.LogGroupARN == "" && have.LogLevel == dstypes.LogLevelOff {
			have.LogLevel = dstypes.LogLevelBasic
		}
		if archived(s.DestinationStorageClass) && have.VerifyMode == dstypes.VerifyModePointInTimeConsistent {
			have.VerifyMode = dstypes.VerifyModeOnlyFilesTransferred
		}
		over(&s.LogGroupARN, state.LogGroupARN)
	}
	s.Options = s.Options.Over(have)
	if s.Schedule != nil && state.Schedule != nil {
		wanted := *s.Schedule
		over(&wanted.Status, state.Schedule.Status)
		if state.Schedule.Held() {
			wanted = state.Schedule.Schedule
		}
		s.Schedule = &wanted
	}
	return s
}

// sdk is the options as DataSync takes them; nil if none is set.
func (o Options) sdk() *dstypes.Options {
	if o == (Options{}) {
		return nil
	}
	out := &dstypes.Options{
		VerifyMode: o.VerifyMode, OverwriteMode: o.OverwriteMode, PreserveDeletedFiles: o.PreserveDeletedFiles, TransferMode: o.TransferMode,
		ObjectTags: o.ObjectTags, TaskQueueing: o.TaskQueueing, LogLevel: o.LogLevel, Atime: o.Atime, Mtime: o.Mtime,
	}
	if o.BytesPerSecond != 0 {
		out.BytesPerSecond = &o.BytesPerSecond
	}
	return out
}

// fromSDK is what of the options fits a transfer from S3 to S3.
func fromSDK(in *dstypes.Options) Options {
	if in == nil {
		return Options{}
	}
	o := Options{
		VerifyMode: in.VerifyMode, OverwriteMode: in.OverwriteMode, PreserveDeletedFiles: in.PreserveDeletedFiles, TransferMode: in.TransferMode,
		ObjectTags: in.ObjectTags, TaskQueueing: in.TaskQueueing, LogLevel: in.LogLevel, Atime: in.Atime, Mtime: in.Mtime,
	}
	if in.BytesPerSecond != nil {
		o.BytesPerSecond = *in.BytesPerSecond
	}
	return o
}

// created is s with what a new task gets where s says nothing: our defaults, which differ from DataSync's where those do harm.
func (s Spec) created() Spec {
	over(&s.Mode, dstypes.TaskModeEnhanced)
	over(&s.Options.PreserveDeletedFiles, dstypes.PreserveDeletedFilesPreserve)
	if s.Mode == dstypes.TaskModeEnhanced || s.LogGroupARN != "" {
		over(&s.Options.LogLevel, dstypes.LogLevelBasic)
	}
	if s.Mode == dstypes.TaskModeBasic && archived(s.DestinationStorageClass) {
		over(&s.Options.VerifyMode, dstypes.VerifyModeOnlyFilesTransferred) // DataSync's own default is one that it refuses here
	}
	return s
}

// archived reports whether objects of the class must be restored before they can be read.
func archived(c dstypes.S3StorageClass) bool {
	return c == dstypes.S3StorageClassGlacier || c == dstypes.S3StorageClassDeepArchive
}

// canonicalLogGroup is the ARN without the ":*" that DescribeLogGroups puts at its end.
func canonicalLogGroup(arn string) string { return strings.TrimSuffix(arn, ":*") }
