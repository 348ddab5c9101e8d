package task

import (
	"strconv"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/problem"
)

const (
	locationPage = "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html"
	loggingPage  = "https://docs.aws.amazon.com/datasync/latest/userguide/configure-logging.html"
)

// regretRows are settings that DataSync accepts and the user may regret, because they cost money, lose traces or do nothing, and settings that DataSync
// is only assumed to refuse.
var regretRows = []row{
	{problem.Rule{
		ID: "log-group-off", Text: "is OFF, so nothing is written to the log group",
		Remedy: "choose BASIC or TRANSFER, or leave it out", Source: loggingPage,
	}, "Options.LogLevel", regret, observed, func(s settings) (string, bool) {
		return string(s.options.LogLevel), s.logGroup != "" && s.options.LogLevel == dstypes.LogLevelOff
	}},
	{problem.Rule{
		ID: "log-nowhere", Text: "has no log group to write to: a run that leaves objects behind leaves no trace of which",
		Remedy: "give Log or LogGroupARN, or a report", Source: loggingPage,
	}, "Options.LogLevel", regret, documented, func(s settings) (string, bool) {
		return string(s.options.LogLevel), s.mode == dstypes.TaskModeBasic && s.logGroup == "" && s.options.LogLevel != "" && s.options.LogLevel != dstypes.LogLevelOff
	}},
	{problem.Rule{
		ID: "log-off", Text: "is OFF: a run that leaves objects behind leaves no trace of which",
		Remedy: "leave it out, which is BASIC, or give a report", Source: loggingPage,
	}, "Options.LogLevel", regret, documented, func(s settings) (string, bool) {
		return string(s.options.LogLevel), s.mode == dstypes.TaskModeEnhanced && s.options.LogLevel == dstypes.LogLevelOff
	}},
	{problem.Rule{
		ID: "verify-none", Text: "is NONE: only what is in flight is checked, not what is written",
		Remedy: "choose ONLY_FILES_TRANSFERRED", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/configure-data-verification-options.html",
	}, "Options.VerifyMode", regret, documented, func(s settings) (string, bool) {
		return string(s.options.VerifyMode), s.options.VerifyMode == dstypes.VerifyModeNone
	}},
	{problem.Rule{
		ID: "verify-retrieval", Text: "is POINT_IN_TIME_CONSISTENT, which reads back every object, and the storage class charges for reading",
		Remedy: "choose ONLY_FILES_TRANSFERRED", Source: locationPage,
	}, "Options.VerifyMode", regret, documented, func(s settings) (string, bool) {
		return string(s.options.VerifyMode), infrequent(s.class) && s.options.VerifyMode == dstypes.VerifyModePointInTimeConsistent
	}},
	{problem.Rule{
		ID: "class-rewrite", Text: "is ALL: every run writes every object anew, and the storage class charges for a minimum time each time",
		Remedy: "choose CHANGED, or the class STANDARD and a lifecycle rule", Source: locationPage,
	}, "Options.TransferMode", regret, documented, func(s settings) (string, bool) {
		return string(s.options.TransferMode), minimumTime(s.class) && s.options.TransferMode == dstypes.TransferModeAll
	}},
	{problem.Rule{
		ID: "class-remove", Text: "is REMOVE: what is deleted before the storage class's minimum time is charged for the rest of it",
		Remedy: "choose PRESERVE, or the class STANDARD and a lifecycle rule", Source: locationPage,
	}, "Options.PreserveDeletedFiles", regret, documented, func(s settings) (string, bool) {
		return string(s.options.PreserveDeletedFiles), minimumTime(s.class) && s.options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
	}},
	{problem.Rule{
		ID: "manifest-remove", Text: "is REMOVE, and a run with a manifest deletes nothing",
		Remedy: "leave one of the two out", Source: manifestPage,
	}, "Options.PreserveDeletedFiles", regret, documented, func(s settings) (string, bool) {
		return string(s.options.PreserveDeletedFiles), s.manifest && s.options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
	}},
	{problem.Rule{
		ID: "bandwidth-low", Text: "is less than 1 MiB/s: it counts bytes per second, neither MiB nor bits",
		Remedy: "write 100 * task.MiBPerSecond for 100 MiB/s, or leave it out for no limit", Source: optionsPage,
	}, "Options.BytesPerSecond", regret, documented, func(s settings) (string, bool) {
		n := s.options.BytesPerSecond
		return strconv.FormatInt(n, 10), n > 0 && n < MiBPerSecond
	}},
	{problem.Rule{
		ID: "report-versions", Text: "is INCLUDE, which lengthens the run",
		Remedy: "leave it out unless the versions are needed", Source: reportPage,
	}, "Report.ObjectVersionIDs", regret, documented, func(s settings) (string, bool) {
		return "INCLUDE", s.report != nil && s.report.ObjectVersionIDs == dstypes.ObjectVersionIdsInclude
	}},
	{problem.Rule{
		ID: "schedule-signs", Text: "has L or W, which are signs of EventBridge: that DataSync knows them too is not documented",
		Remedy: "see when the next run begins, or choose the day by a number or by #", Source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html",
	}, "Schedule.Expression", refuse, assumed, func(s settings) (string, bool) {
		if s.schedule == nil {
			return "", false
		}
		return s.schedule.Expression, lastOrNearest.MatchString(s.schedule.Expression)
	}},
	{problem.Rule{
		ID: "schedule-never", Text: "does not come up within ten years, so the task never runs by it",
		Remedy: "correct the day, the month, the year or the rate, or leave the schedule out", Source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html",
	}, "Schedule.Expression", regret, documented, func(s settings) (string, bool) {
		if s.schedule == nil || s.schedule.Validate() != nil {
			return "", false
		}
		_, comes := s.schedule.Next(time.Now())
		return s.schedule.Expression, !comes
	}},
	{problem.Rule{
		ID: "schedule-queue", Text: "is DISABLED: a scheduled run may be lost if the run before it has not ended",
		Remedy: "leave it out, which is ENABLED", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/run-task.html",
	}, "Options.TaskQueueing", regret, assumed, func(s settings) (string, bool) {
		return string(s.options.TaskQueueing), s.schedule != nil && s.options.TaskQueueing == dstypes.TaskQueueingDisabled
	}},
	{problem.Rule{
		ID: "remove-filters", Text: "is REMOVE with filters: what is filtered out is not deleted either",
		Remedy: "try it on a copy first, or choose PRESERVE", Source: filterPage,
	}, "Options.PreserveDeletedFiles", regret, assumed, func(s settings) (string, bool) {
		return string(s.options.PreserveDeletedFiles), s.filters && s.options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
	}},
	{problem.Rule{
		ID: "schedule-held", Text: "is not changed: DataSync has disabled the schedule by itself, after the same error again and again",
		Remedy: "repair the cause, run the task once, and enable the schedule by hand: it is never enabled again without a person", Source: schedulePage,
	}, "Schedule", regret, documented, func(s settings) (string, bool) {
		if s.schedule == nil || s.held == nil {
			return "", false
		}
		same := s.schedule.Expression == s.held.Expression && (s.schedule.Status == "" || s.schedule.Status == s.held.Status)
		return s.schedule.Expression, !same
	}},
}

// Warnings returns the settings of a new task that DataSync accepts and the user may regret, because they cost money, lose traces or do nothing, and
// those that DataSync may not treat as expected, whose text says "assumed". Nil is none. Unlike that of other problems, their Rule says what is the
// case, not what must be.
func (s Spec) Warnings() []*Problem { return s.WarningsFor(State{}) }

// WarningsFor returns the warnings for the task that results when a task in the given state is updated to s. The zero State is "no task yet".
func (s Spec) WarningsFor(state State) []*Problem {
	var l problem.List
	with := s.Over(state).created().settings()
	with.schedule = s.Schedule
	if state.Schedule.Held() {
		with.held = &state.Schedule.Schedule
	}
	with.walk(&l, false)
	return problem.All(l.Err())
}

// infrequent reports whether S3 charges for reading objects of the class.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
func infrequent(c dstypes.S3StorageClass) bool {
	return c == dstypes.S3StorageClassStandardIa || c == dstypes.S3StorageClassOnezoneIa || c == dstypes.S3StorageClassGlacierInstantRetrieval
}

// minimumTime reports whether S3 charges for a minimum storage time of the class even if an object is replaced or deleted before its end.
func minimumTime(c dstypes.S3StorageClass) bool { return infrequent(c) || archived(c) }
