package task

import (
	"slices"
	"strconv"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/problem"
)

// settings is what must fit together in a task or a run.
type settings struct {
	mode      dstypes.TaskMode
	class     dstypes.S3StorageClass // of the destination; "" is STANDARD, or not known
	options   Options
	filters   bool // there are includes or excludes
	manifest  bool
	schedule  *Schedule
	logGroup  bool
	versioned bool // the report names versions
}

// confidence is how well a row of a table is known.
type confidence string

const (
	documented confidence = "documented" // AWS says so, at the rule's source
	observed   confidence = "observed"   // somebody saw it, at the rule's source
	assumed    confidence = "assumed"    // nobody says so; such a rule only warns
)

// row is one rule on what fits together.
type row struct {
	rule       problem.Rule
	path       string // of the field that is at fault
	confidence confidence
	broken     func(settings) (value string, broken bool)
}

// compatibility is the table of values and combinations that DataSync refuses. What costs, loses or does nothing is in the table of warnings.
// POSIX and SMB options are in neither, as Options has none: DataSync refuses them between buckets
// (https://github.com/christoferson/aws-cloudformation/blob/main/datasync/README.md). Nor are access times, which S3 does not have.
var compatibility = []row{
	{problem.Rule{
		ID: "mode", Text: "must be ENHANCED or BASIC",
		Remedy: "choose one, or none for ENHANCED", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html",
	}, "Mode", documented, func(s settings) (string, bool) { return unknown(s.mode) }},
	{enum("verify-mode", "POINT_IN_TIME_CONSISTENT, ONLY_FILES_TRANSFERRED or NONE"),
		"Options.VerifyMode", documented, func(s settings) (string, bool) { return unknown(s.options.VerifyMode) }},
	{enum("overwrite-mode", "ALWAYS or NEVER"),
		"Options.OverwriteMode", documented, func(s settings) (string, bool) { return unknown(s.options.OverwriteMode) }},
	{enum("preserve-deleted-files", "PRESERVE or REMOVE"),
		"Options.PreserveDeletedFiles", documented, func(s settings) (string, bool) { return unknown(s.options.PreserveDeletedFiles) }},
	{enum("transfer-mode", "CHANGED or ALL"),
		"Options.TransferMode", documented, func(s settings) (string, bool) { return unknown(s.options.TransferMode) }},
	{enum("object-tags", "PRESERVE or NONE"),
		"Options.ObjectTags", documented, func(s settings) (string, bool) { return unknown(s.options.ObjectTags) }},
	{enum("task-queueing", "ENABLED or DISABLED"),
		"Options.TaskQueueing", documented, func(s settings) (string, bool) { return unknown(s.options.TaskQueueing) }},
	{enum("log-level", "OFF, BASIC or TRANSFER"),
		"Options.LogLevel", documented, func(s settings) (string, bool) { return unknown(s.options.LogLevel) }},
	{problem.Rule{
		ID: "bytes-per-second", Text: "must be at least 1 byte per second, or -1 for no limit",
		Remedy: "give bytes, not bits and not MiB: 1 MiB/s is 1048576", Source: optionsPage,
	}, "Options.BytesPerSecond", documented, func(s settings) (string, bool) {
		return strconv.FormatInt(s.options.BytesPerSecond, 10), s.options.BytesPerSecond < -1
	}},
	{problem.Rule{
		ID: "verify-enhanced", Text: "must not be POINT_IN_TIME_CONSISTENT in an ENHANCED task",
		Remedy: "choose ONLY_FILES_TRANSFERRED, or the mode BASIC", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html",
	}, "Options.VerifyMode", documented, func(s settings) (string, bool) {
		return string(s.options.VerifyMode), s.mode == dstypes.TaskModeEnhanced && s.options.VerifyMode == dstypes.VerifyModePointInTimeConsistent
	}},
	{problem.Rule{
		ID: "verify-archive", Text: "must not be POINT_IN_TIME_CONSISTENT if the destination's storage class is GLACIER or DEEP_ARCHIVE",
		Remedy: "choose ONLY_FILES_TRANSFERRED or NONE", Source: optionsPage,
	}, "Options.VerifyMode", documented, func(s settings) (string, bool) {
		return string(s.options.VerifyMode), archived(s.class) && s.options.VerifyMode == dstypes.VerifyModePointInTimeConsistent
	}},
	{problem.Rule{
		ID: "all-remove", Text: "must not be REMOVE if the transfer mode is ALL: DataSync compares nothing then",
		Remedy: "choose the transfer mode CHANGED, or PRESERVE", Source: optionsPage,
	}, "Options.PreserveDeletedFiles", documented, func(s settings) (string, bool) {
		return string(s.options.PreserveDeletedFiles),
			s.options.TransferMode == dstypes.TransferModeAll && s.options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
	}},
	{problem.Rule{
		ID: "manifest-filters", Text: "must not be given together with include or exclude filters",
		Remedy: "list fewer objects in the manifest, or use the filters alone", Source: manifestPage,
	}, "Manifest", documented, func(s settings) (string, bool) { return "", s.manifest && s.filters }},
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

func rulesOf(table []row) []problem.Rule {
	var out []problem.Rule
	for _, row := range table {
		out = append(out, row.rule)
	}
	return out
}
