package task

import (
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/problem"
)

// combinationRows are combinations of settings that DataSync refuses.
var combinationRows = []row{
	{problem.Rule{
		ID: "verify-enhanced", Text: "must not be POINT_IN_TIME_CONSISTENT in an ENHANCED task",
		Remedy: "choose ONLY_FILES_TRANSFERRED, or the mode BASIC", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html",
	}, "Options.VerifyMode", refuse, documented, func(s settings) (string, bool) {
		return string(s.options.VerifyMode), s.mode == dstypes.TaskModeEnhanced && s.options.VerifyMode == dstypes.VerifyModePointInTimeConsistent
	}},
	{problem.Rule{
		ID: "verify-archive", Text: "must not be POINT_IN_TIME_CONSISTENT if the destination's storage class is GLACIER or DEEP_ARCHIVE",
		Remedy: "choose ONLY_FILES_TRANSFERRED or NONE", Source: optionsPage,
	}, "Options.VerifyMode", refuse, documented, func(s settings) (string, bool) {
		return string(s.options.VerifyMode), archived(s.class) && s.options.VerifyMode == dstypes.VerifyModePointInTimeConsistent
	}},
	{problem.Rule{
		ID: "all-remove", Text: "must not be REMOVE if the transfer mode is ALL: DataSync compares nothing then",
		Remedy: "choose the transfer mode CHANGED, or PRESERVE", Source: optionsPage,
	}, "Options.PreserveDeletedFiles", refuse, documented, func(s settings) (string, bool) {
		return string(s.options.PreserveDeletedFiles),
			s.options.TransferMode == dstypes.TransferModeAll && s.options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
	}},
	{problem.Rule{
		ID: "manifest-filters", Text: "must not be given together with include or exclude filters",
		Remedy: "list fewer objects in the manifest, or use the filters alone", Source: manifestPage,
	}, "Manifest", refuse, documented, func(s settings) (string, bool) { return "", s.manifest && s.filters }},
	{problem.Rule{
		ID: "times", Text: "must be BEST_EFFORT with Mtime PRESERVE, or NONE with Mtime NONE: the two go together",
		Remedy: "give both, or neither", Source: optionsPage,
	}, "Options.Atime", refuse, documented, func(s settings) (string, bool) {
		a, m := s.options.Atime, s.options.Mtime
		return string(a), (a == "") != (m == "") || (a == dstypes.AtimeBestEffort) && m != dstypes.MtimePreserve || a == dstypes.AtimeNone && m != dstypes.MtimeNone
	}},
	{problem.Rule{
		ID: "log-group-enhanced", Text: "must be empty or that of /aws/datasync for an ENHANCED task, which logs there by itself and nowhere else",
		Remedy: "leave it out, or choose the mode BASIC", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTask.html",
	}, "LogGroupARN", refuse, documented, func(s settings) (string, bool) {
		return s.logGroup, s.log == nil && s.logGroup != "" && s.mode == dstypes.TaskModeEnhanced && LogGroupName(s.logGroup) != DataSyncLogGroup
	}},
	{problem.Rule{
		ID: "log-enhanced", Text: "must be /aws/datasync for an ENHANCED task, which logs there by itself and nowhere else",
		Remedy: "leave Log out, or choose the mode BASIC", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTask.html",
	}, "Log.Name", refuse, documented, func(s settings) (string, bool) {
		if s.log == nil {
			return "", false
		}
		return s.log.Name, s.mode == dstypes.TaskModeEnhanced && !s.log.IsDataSyncs()
	}},
	{problem.Rule{
		ID: "task-region-basic", Text: "must be the destination's Region for a BASIC task, which else cannot connect",
		Remedy: "make the task in the destination's Region, or choose ENHANCED", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html",
	}, "Region", refuse, documented, func(s settings) (string, bool) {
		return s.region, s.mode == dstypes.TaskModeBasic && s.target != "" && s.target != s.region
	}},
	{problem.Rule{
		ID: "report-summary", Text: "must not have levels if it is SUMMARY_ONLY: it lists no objects",
		Remedy: "choose STANDARD, or leave the levels out", Source: reportPage,
	}, "Report", refuse, documented, func(s settings) (string, bool) {
		if s.report == nil {
			return "", false
		}
		r := *s.report
		levels := string(r.Level + r.Transferred + r.Verified + r.Deleted + r.Skipped)
		return levels, r.Type == dstypes.ReportOutputTypeSummaryOnly && levels != ""
	}},
}
