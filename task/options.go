package task

import (
	"slices"
	"strconv"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/problem"
)

// settings is what must fit together in a task or a run.
type settings struct {
	mode     dstypes.TaskMode
	class    dstypes.S3StorageClass // of the destination; "" is STANDARD, or not known
	options  Options
	filters  bool // there are includes or excludes
	manifest bool
	schedule *Schedule // nil is none
	held     *Schedule // what DataSync has disabled by itself; nil is none
	logGroup string    // ARN; "" is none
	report   *Report   // nil is none
	region   string    // of the task; "" is not known
	target   string    // Region of the destination's location; "" is not known
}

// confidence is how well a row of the table is known.
type confidence string

const (
	documented confidence = "documented" // AWS says so, at the rule's source
	observed   confidence = "observed"   // somebody saw it, at the rule's source
	assumed    confidence = "assumed"    // nobody says so: such a row only warns, whatever its effect
)

// effect is what DataSync does with what a row is about.
type effect int

const (
	refuse effect = iota // it refuses
	regret               // it takes it, and somebody may regret it
)

// row is one line of the table of what fits together: the rule has its id, message, remedy and source.
type row struct {
	rule       problem.Rule
	path       string // of the field that is at fault
	effect     effect
	confidence confidence
	broken     func(settings) (value string, broken bool) // the condition
}

// refuses reports whether Validate refuses what the row is about; else Warnings warns of it.
func (r row) refuses() bool { return r.effect == refuse && r.confidence != assumed }

// compatibility is the one table of what DataSync refuses, and of what it takes and somebody may regret. Validate reports the rows that refuse,
// Warnings the others.
//
// POSIX and SMB options have no rows, as they are never offered: Options has no members for them and none is ever sent. DataSync refuses them
// between buckets (https://github.com/christoferson/aws-cloudformation/blob/main/datasync/README.md). A bandwidth goes with both modes: the
// comparison of the modes does not name it (https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html).
var compatibility = slices.Concat(valueRows, combinationRows, regretRows)

// check adds what DataSync refuses.
func (s settings) check(l *problem.List) { s.walk(l, true) }

// walk adds the rows that are broken, and that refuse or do not.
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

// stated is the rule, which says if it is only assumed.
func (r row) stated() problem.Rule {
	if r.confidence == assumed {
		r.rule.Text += " (assumed)"
	}
	return r.rule
}

// rulesOf are the rules of the rows that refuse, or of those that do not.
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

// unknown reports whether the value is set and not in its enum.
func unknown[T interface {
	~string
	Values() []T
}](v T) (string, bool) {
	return string(v), v != "" && !slices.Contains(v.Values(), v)
}

// valueRows are about single values.
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
		Remedy: "give bytes, not bits and not MiB: 1 MiB/s is 1048576", Source: optionsPage,
	}, "Options.BytesPerSecond", refuse, documented, func(s settings) (string, bool) {
		return strconv.FormatInt(s.options.BytesPerSecond, 10), s.options.BytesPerSecond < -1
	}},
	{enum("atime", "BEST_EFFORT or NONE"),
		"Options.Atime", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.Atime) }},
	{enum("mtime", "PRESERVE or NONE"),
		"Options.Mtime", refuse, documented, func(s settings) (string, bool) { return unknown(s.options.Mtime) }},
}
