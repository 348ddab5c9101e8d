package task

import (
	"slices"
	"strconv"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/problem"
)

// settings is what the options of a task or a run must be compatible with.
type settings struct {
	mode    dstypes.TaskMode
	class   dstypes.S3StorageClass // of the destination; "" is STANDARD, or not known
	options Options
}

// compatibility is the table of values and combinations that DataSync refuses.
// POSIX and SMB options are not in it, as Options has none. Nor are manifests: they cannot be given yet.
var compatibility = []struct {
	rule   problem.Rule
	path   string // of the field that is at fault, below that of the options
	broken func(settings) (value string, broken bool)
}{
	{problem.Rule{
		ID: "mode", Text: "must be ENHANCED or BASIC",
		Remedy: "choose one, or none for ENHANCED", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html",
	}, "Mode", func(s settings) (string, bool) { return unknown(s.mode) }},
	{enum("verify-mode", "POINT_IN_TIME_CONSISTENT, ONLY_FILES_TRANSFERRED or NONE"),
		"Options.VerifyMode", func(s settings) (string, bool) { return unknown(s.options.VerifyMode) }},
	{enum("overwrite-mode", "ALWAYS or NEVER"),
		"Options.OverwriteMode", func(s settings) (string, bool) { return unknown(s.options.OverwriteMode) }},
	{enum("preserve-deleted-files", "PRESERVE or REMOVE"),
		"Options.PreserveDeletedFiles", func(s settings) (string, bool) { return unknown(s.options.PreserveDeletedFiles) }},
	{enum("transfer-mode", "CHANGED or ALL"),
		"Options.TransferMode", func(s settings) (string, bool) { return unknown(s.options.TransferMode) }},
	{enum("object-tags", "PRESERVE or NONE"),
		"Options.ObjectTags", func(s settings) (string, bool) { return unknown(s.options.ObjectTags) }},
	{enum("task-queueing", "ENABLED or DISABLED"),
		"Options.TaskQueueing", func(s settings) (string, bool) { return unknown(s.options.TaskQueueing) }},
	{enum("log-level", "OFF, BASIC or TRANSFER"),
		"Options.LogLevel", func(s settings) (string, bool) { return unknown(s.options.LogLevel) }},
	{problem.Rule{
		ID: "bytes-per-second", Text: "must be at least 1 byte per second, or -1 for no limit",
		Remedy: "give bytes, not bits and not MiB: 1 MiB/s is 1048576", Source: optionsPage,
	}, "Options.BytesPerSecond", func(s settings) (string, bool) {
		return strconv.FormatInt(s.options.BytesPerSecond, 10), s.options.BytesPerSecond < -1
	}},
	{problem.Rule{
		ID: "verify-enhanced", Text: "must not be POINT_IN_TIME_CONSISTENT in an ENHANCED task",
		Remedy: "choose ONLY_FILES_TRANSFERRED, or the mode BASIC", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html",
	}, "Options.VerifyMode", func(s settings) (string, bool) {
		return string(s.options.VerifyMode), s.mode == dstypes.TaskModeEnhanced && s.options.VerifyMode == dstypes.VerifyModePointInTimeConsistent
	}},
	{problem.Rule{
		ID: "verify-archive", Text: "must not be POINT_IN_TIME_CONSISTENT if the destination's storage class is GLACIER or DEEP_ARCHIVE",
		Remedy: "choose ONLY_FILES_TRANSFERRED or NONE", Source: optionsPage,
	}, "Options.VerifyMode", func(s settings) (string, bool) {
		return string(s.options.VerifyMode), archived(s.class) && s.options.VerifyMode == dstypes.VerifyModePointInTimeConsistent
	}},
	{problem.Rule{
		ID: "all-remove", Text: "must not be REMOVE if the transfer mode is ALL: DataSync compares nothing then",
		Remedy: "choose the transfer mode CHANGED, or PRESERVE", Source: optionsPage,
	}, "Options.PreserveDeletedFiles", func(s settings) (string, bool) {
		return string(s.options.PreserveDeletedFiles),
			s.options.TransferMode == dstypes.TransferModeAll && s.options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
	}},
}

const optionsPage = "https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html"

func enum(id, values string) problem.Rule {
	return problem.Rule{ID: id, Text: "must be " + values, Remedy: "choose one of these, or none", Source: optionsPage}
}

// unknown reports whether the value is set and not in its enum.
func unknown[T interface {
	~string
	Values() []T
}](v T) (string, bool) {
	return string(v), v != "" && !slices.Contains(v.Values(), v)
}

func (s settings) check(l *problem.List) {
	for _, row := range compatibility {
		if value, broken := row.broken(s); broken {
			l.Add(row.rule, row.path, value)
		}
	}
}

func compatibilityRules() []problem.Rule {
	var out []problem.Rule
	for _, row := range compatibility {
		out = append(out, row.rule)
	}
	return out
}
