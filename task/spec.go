package task

import (
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// Spec is the desired state of a DataSync task between two S3 locations.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html
type Spec struct {
	// Name is shown in the console and not unique in DataSync. It has at most 256 characters; "" is no name, or leaves that of an existing task alone.
	Name string `json:",omitempty"`

	Account string `json:",omitempty"` // 12-digit id of the account that owns the task and both locations; required
	Region  string `json:",omitempty"` // Region of the task: the source's or the destination's, for a BASIC task the destination's; required

	SourceLocationARN      string `json:",omitempty"` // required by CreateInput; "" is "not known yet" to Validate
	DestinationLocationARN string `json:",omitempty"` // required by CreateInput; "" is "not known yet" to Validate

	// DestinationStorageClass is the storage class of the destination location, which limits what can be verified; "" is STANDARD. It is not sent.
	DestinationStorageClass dstypes.S3StorageClass `json:",omitempty"`

	Mode        dstypes.TaskMode  `json:",omitempty"` // "" creates an ENHANCED task and leaves the mode of an existing one alone
	Options     Options           `json:",omitzero"`  // a zero member is a default, see there, or leaves that of an existing task alone
	Includes    []string          `json:",omitempty"` // patterns relative to the source location, such as "/dt=2026*"; nil includes everything
	Excludes    []string          `json:",omitempty"` // patterns relative to the source location, such as "*.tmp"; nil excludes nothing
	Schedule    *Schedule         `json:",omitempty"` // nil is no schedule, and removes that of an existing task; see ScheduleState.Held
	Manifest    *Manifest         `json:",omitempty"` // lists the only objects to transfer; nil is none; not together with Includes or Excludes
	Report      *Report           `json:",omitempty"` // nil is no report
	LogGroupARN string            `json:",omitempty"` // log group of a BASIC task; "" is none, or leaves it alone; an ENHANCED task may name /aws/datasync only
	Log         *Log              `json:",omitempty"` // log group that is made with a BASIC task, in place of LogGroupARN; nil is none
	Tags        map[string]string `json:",omitempty"` // nil is no tags; other tags of an existing task are left alone
}

// Options are the options of a task or of one run, as far as they fit a transfer from S3 to S3. A zero member leaves the option of an existing task or run
// alone. POSIX and SMB options are never sent, because DataSync refuses them between buckets.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
type Options struct {
	// VerifyMode is by default ONLY_FILES_TRANSFERRED for a new task that is ENHANCED or writes GLACIER or DEEP_ARCHIVE, else
	// POINT_IN_TIME_CONSISTENT.
	VerifyMode           dstypes.VerifyMode           `json:",omitempty"`
	OverwriteMode        dstypes.OverwriteMode        `json:",omitempty"` // default of a new task: ALWAYS
	PreserveDeletedFiles dstypes.PreserveDeletedFiles `json:",omitempty"` // default of a new task: PRESERVE, which deletes nothing at the destination
	TransferMode         dstypes.TransferMode         `json:",omitempty"` // default of a new task: CHANGED
	ObjectTags           dstypes.ObjectTags           `json:",omitempty"` // default of a new task: PRESERVE
	TaskQueueing         dstypes.TaskQueueing         `json:",omitempty"` // default of a new task: ENABLED
	LogLevel             dstypes.LogLevel             `json:",omitempty"` // default of a new task: BASIC if it is ENHANCED or has a log group, else OFF
	Atime                dstypes.Atime                `json:",omitempty"` // default of a new task: BEST_EFFORT; depends on Mtime, see there
	Mtime                dstypes.Mtime                `json:",omitempty"` // default of a new task: PRESERVE; PRESERVE requires Atime BEST_EFFORT, NONE Atime NONE
	BytesPerSecond       int64                        `json:",omitempty"` // as in 100 * MiBPerSecond; -1 is [Unlimited], the default of a new task
}

// Over returns o with its zero members filled in from base. Send the result to UpdateTask to change a task that has the options base: whether DataSync
// keeps options that a request leaves out is not documented.
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

// over sets v to value if v is zero.
func over[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Over returns s with the task's values filled in where s leaves them alone. Make UpdateInput from the result; where it differs from state, an update is
// needed. Two options change although s does not name them:
//   - The log level becomes BASIC if a BASIC task that logs nothing gets a log group; otherwise nothing would be written to it.
//   - A BASIC task that will write an archive class no longer verifies everything, because DataSync refuses that.
//
// A schedule that DataSync has disabled by itself stays as it is, unless s has no schedule: a person must find out why it failed repeatedly. See
// [ScheduleState.Held]. If s has another mode, Over returns s unchanged, because the mode of a task cannot be changed.
func (s Spec) Over(state State) Spec {
	if s.Mode != "" && state.Mode != "" && s.Mode != state.Mode {
		return s
	}
	over(&s.Mode, state.Mode)
	s = s.logging()
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

// sdk returns the options as DataSync accepts them; nil if none is set.
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

// fromSDK returns those of DataSync's options that fit a transfer from S3 to S3.
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

// created returns s with the defaults of this package for a new task filled in. They differ from DataSync's defaults where those are harmful.
func (s Spec) created() Spec {
	over(&s.Mode, dstypes.TaskModeEnhanced)
	s = s.logging()
	over(&s.Options.PreserveDeletedFiles, dstypes.PreserveDeletedFilesPreserve)
	if s.Mode == dstypes.TaskModeEnhanced || s.LogGroupARN != "" {
		over(&s.Options.LogLevel, dstypes.LogLevelBasic)
	}
	if s.Mode == dstypes.TaskModeBasic && archived(s.DestinationStorageClass) {
		over(&s.Options.VerifyMode, dstypes.VerifyModeOnlyFilesTransferred) // DataSync refuses its own default here
	}
	return s
}

// logging returns s with the ARN of the group of Log. An ENHANCED task writes to the group of DataSync without naming it.
func (s Spec) logging() Spec {
	if s.Log != nil && s.LogGroupARN == "" && (s.Mode == dstypes.TaskModeBasic || !s.Log.IsDataSyncs()) {
		s.LogGroupARN = s.Log.ARN(s.Account, s.Region)
	}
	return s
}

// NamedLogGroup is the ARN of the log group that LogGroupARN or Log name, without ":*" at its end; "" is none. Log names one also where it is not sent.
func (s Spec) NamedLogGroup() string {
	if s.LogGroupARN == "" && s.Log != nil {
		return s.Log.ARN(s.Account, s.Region)
	}
	return canonicalLogGroup(s.LogGroupARN)
}

// archived reports whether objects of the class must be restored before they can be read.
func archived(c dstypes.S3StorageClass) bool {
	return c == dstypes.S3StorageClassGlacier || c == dstypes.S3StorageClassDeepArchive
}

// canonicalLogGroup returns the ARN without the ":*" that DescribeLogGroups adds at its end.
func canonicalLogGroup(arn string) string { return strings.TrimSuffix(arn, ":*") }
