package task

import (
	"slices"
	"strconv"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/problem"
)

// settings are the settings of a task or run that must fit together.
type settings struct {
	mode     dstypes.TaskMode
	class    dstypes.S3StorageClass // storage class of the destination; "" is STANDARD, or not known
	options  Options
	filters  bool // the task has includes or excludes
	manifest bool
	schedule *Schedule // nil is none
	held     *Schedule // the schedule that DataSync has disabled by itself; nil is none
	logGroup string    // ARN; "" is none
	log      *Log      // the group that is made with the task; nil is none
	report   *Report   // nil is none
	region   string    // of the task; "" is not known
	target   string    // Region of the destination's location; "" is not known
}

// confidence says how certain a row of the table is.
type confidence string

const (
	documented confidence = "documented" // AWS documents it at the rule's source
	observed   confidence = "observed"   // seen in practice, as the rule's source reports
	assumed    confidence = "assumed"    // neither documented nor observed: such a row only warns, whatever its effect
)

// effect says how DataSync treats the settings that a row describes.
type effect int

const (
	refuse effect = iota // it refuses
	regret               // DataSync accepts them, and the user may regret it
)

// row is one row of the compatibility table. The rule has its id, message, remedy and source.
type row struct {
	rule       problem.Rule
	path       string // path of the field to report
	effect     effect
	confidence confidence
	broken     func(settings) (value string, broken bool) // the condition
}

// refuses reports whether Validate reports the row. If not, Warnings does.
func (r row) refuses() bool { return r.effect == refuse && r.confidence != assumed }

// compatibility is the table of all settings that DataSync refuses, or accepts although the user may regret them. Validate reports the rows that
// refuse, Warnings the others.
//
// POSIX and SMB options have no rows, because Options has no members for them and they are never sent. DataSync refuses them between buckets
// (https://github.com/christoferson/aws-cloudformation/blob/main/datasync/README.md). A bandwidth fits both modes: the comparison of the modes
// does not mention it (https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html).
var compatibility = slices.Concat(valueRows, combinationRows, regretRows)

// check adds the problems for which DataSync refuses the settings.
func (s settings) check(l *problem.List) { s.walk(l, true) }

// walk adds a problem for each row that is broken and whose refuses has the given value.
func (s settings) walk(l *problem.List, refuses bool) {
	for _, row := range compatibility {
		if row.refuses() != refuses {
			continue
		}
		if value, broken := row.broken(s); broken {
			l.Add(row.stated(), row.path, value)
		}
	}
}

// stated returns the rule, whose text says so if it is only assumed.
func (r row) stated() problem.Rule {
	if r.confidence == assumed {
		r.rule.Text += " (assumed)"
	}
	return r.rule
}

// rulesOf returns the rules of the rows whose refuses has the given value.
func rulesOf(refuses bool) []problem.Rule {
	var out []problem.Rule
	for _, row := range compatibility {
		if row.refuses() == refuses {
			out = append(out, row.rule)
		}
	}
	return out
}

const optionsPage = "https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html"

func enum(id, values string) problem.Rule {
	return problem.Rule{ID: id, Text: "must be " + values, Remedy: "choose one of these, or none", Source: optionsPage}
}

// unknown reports whether the value is set but not one of its enum. It also returns the value as text.
func unknown[T interface {
	~string
	Values() []T
}](v T) (string, bool) {
	return string(v), v != "" && !slices.Contains(v.Values(), v)
}

// valueRows are the rows about single values.
var valueRows = []row{
	{problem.Rule{
		ID: "mode", Text: "must be ENHANCED or BASIC",
		Remedy: "choose one, or none for ENHANCED", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html",
	}, "Mode", refuse, documented, func(s settings) (string, bool) { return unknown(s.mode) }},
	{enum("verify-mode", "POINT_IN_TIME_CONSISTENT, ONLY_FILES_TRANSFERRED or NONE"),
		"Options.VerifyMode", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.VerifyMode) }},
	{enum("overwrite-mode", "ALWAYS or NEVER"),
		"Options.OverwriteMode", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.OverwriteMode) }},
	{enum("preserve-deleted-files", "PRESERVE or REMOVE"),
		"Options.PreserveDeletedFiles", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.PreserveDeletedFiles) }},
	{enum("transfer-mode", "CHANGED or ALL"),
		"Options.TransferMode", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.TransferMode) }},
	{enum("object-tags", "PRESERVE or NONE"),
		"Options.ObjectTags", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.ObjectTags) }},
	{enum("task-queueing", "ENABLED or DISABLED"),
		"Options.TaskQueueing", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.TaskQueueing) }},
	{enum("log-level", "OFF, BASIC or TRANSFER"),
		"Options.LogLevel", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.LogLevel) }},
	{problem.Rule{
		ID: "bytes-per-second", Text: "must be at least 1 byte per second, or -1 for no limit",
		Remedy: "give bytes, not bits and not MiB, as in 100 * task.MiBPerSecond", Source: optionsPage,
	}, "Options.BytesPerSecond", refuse, documented, func(s settings) (string, bool) {
		return strconv.FormatInt(s.options.BytesPerSecond, 10), s.options.BytesPerSecond < -1
	}},
	{enum("atime", "BEST_EFFORT or NONE"),
		"Options.Atime", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.Atime) }},
	{enum("mtime", "PRESERVE or NONE"),
		"Options.Mtime", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.Mtime) }},
}
