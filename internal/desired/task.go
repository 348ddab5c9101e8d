package desired

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// Task is the DataSync task that a transfer wants.
type Task struct {
	Transfer *transfer.Transfer
	Spec     task.Spec
}

// Diff returns what must change on the observed task, a line each, and the tags to set. source and destination are the ARNs of the locations that
// it should have, "" while they are not made. AWS can change neither the locations of a task nor its mode, so these ask for another task.
func (w Task) Diff(s task.State, source, destination string) (op plan.Op, lines []string, tags map[string]string) {
	if !s.Exists {
		return plan.Create, nil, nil
	}
	var replace []string
	if s.SourceLocationARN != source {
		replace = append(replace, "source location "+s.SourceLocationARN+" → "+cmp.Or(source, "a new one"))
	}
	if s.DestinationLocationARN != destination {
		replace = append(replace, "destination location "+s.DestinationLocationARN+" → "+cmp.Or(destination, "a new one"))
	}
	if w.Spec.Mode != "" && s.Mode != w.Spec.Mode {
		replace = append(replace, fmt.Sprintf("mode %s → %s", s.Mode, w.Spec.Mode))
	}
	if len(replace) > 0 {
		return plan.Replace, replace, nil
	}
	w.Spec = w.Spec.Over(s)
	if w.Transfer.Adopts(s.ARN, "") {
		w.Spec.Tags = w.Transfer.AdoptionTags(w.Spec.Tags, s.Tags)
		w.Spec.Name = cmp.Or(w.Transfer.Task.Name, s.Name)
	}
	if w.Spec.Name != s.Name {
		lines = append(lines, fmt.Sprintf("name %s → %s", s.Name, w.Spec.Name))
	}
	lines = append(lines, diffOptions(w.Spec.Options, s.Options)...)
	if !SameFilter(w.Spec.Includes, s.Includes) {
		lines = append(lines, "include filter")
	}
	if !SameFilter(w.Spec.Excludes, s.Excludes) {
		lines = append(lines, "exclude filter")
	}
	lines = append(lines, diffExtras(w.Spec, s)...)
	if w.Spec.LogGroupARN != "" && strings.TrimSuffix(w.Spec.LogGroupARN, ":*") != s.LogGroupARN {
		lines = append(lines, LogGroupLine)
	}
	tags, tagLines := DiffTags(w.Spec.Tags, s.Tags)
	lines = append(lines, tagLines...)
	if len(lines) == 0 {
		return plan.NoOp, nil, nil
	}
	return plan.Update, lines, tags
}

// LogGroupLine is the line of [Task.Diff] that says that the task gets another log group.
const LogGroupLine = "log group"

// Successor is the spec of the task that updates or replaces the observed one. What the transfer leaves alone stays as it was. A task of another mode
// has other options, so it takes over the status of the schedule only: a schedule that somebody or DataSync has disabled stays disabled.
func (w Task) Successor(s task.State) task.Spec {
	spec := w.Spec.Over(s)
	if w.Spec.Mode != "" && s.Mode != "" && w.Spec.Mode != s.Mode {
		s.Mode = w.Spec.Mode
		spec.Schedule = w.Spec.Over(s).Schedule
	}
	return spec
}

// After is the task as the plan wants it, as text. It names the locations by URI, so that the text is the same before and after they are made.
func (w Task) After() string {
	t := w.Transfer
	return Record(taskRecord{Name: w.Spec.Name, Source: t.LocationSpec(plan.SourceSide).URI(), Destination: t.LocationSpec(plan.DestinationSide).URI(),
		Mode: string(w.Spec.Mode), Options: w.Spec.Options, Includes: w.Spec.Includes, Excludes: w.Spec.Excludes,
		Schedule: w.Spec.Schedule, Manifest: w.Spec.Manifest, Report: w.Spec.Report, LogGroupARN: w.Spec.LogGroupARN, Tags: w.Spec.Tags})
}

// Before is the observed task as text; "" if it does not exist.
func (w Task) Before(s task.State) string {
	if !s.Exists {
		return ""
	}
	var schedule *task.Schedule
	if s.Schedule != nil {
		schedule = &s.Schedule.Schedule
	}
	return Record(taskRecord{Name: s.Name, Source: s.SourceLocationARN, Destination: s.DestinationLocationARN,
		Mode: string(s.Mode), Options: s.Options, Includes: s.Includes, Excludes: s.Excludes,
		Schedule: schedule, Manifest: s.Manifest, Report: s.Report, LogGroupARN: s.LogGroupARN, Tags: wantedTags(w.Spec.Tags, s.Tags)})
}

// Removes reports whether the task will delete objects that are not at the source: because the transfer says so, or because the transfer leaves
// that option alone and the observed task deletes.
func (w Task) Removes(state task.State) bool {
	return w.Successor(state).Options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
}

// ID is that of the task's change.
func (w Task) ID() string {
	return transfer.ChangeID(w.Spec.Account, w.Spec.Region, plan.DataSyncTask, w.Transfer.Name)
}

// taskRecord is a task as text in a plan.
type taskRecord struct {
	Name, Source, Destination string
	Mode                      string            `json:",omitempty"`
	Options                   task.Options      `json:",omitzero"`
	Includes, Excludes        []string          `json:",omitempty"`
	Schedule                  *task.Schedule    `json:",omitempty"`
	Manifest                  *task.Manifest    `json:",omitempty"`
	Report                    *task.Report      `json:",omitempty"`
	LogGroupARN               string            `json:",omitempty"`
	Tags                      map[string]string `json:",omitempty"`
}

// Predecessor is the task from which the wanted one takes over what the transfer leaves alone: the one here, in the wanted Region, or else the
// one that is to move from another Region.
func Predecessor(here, moved task.State) task.State {
	if here.Exists {
		return here
	}
	return moved
}

// diffOptions compares only the options that are wanted, because DataSync fills in the others and returns them too.
func diffOptions(want, have task.Options) []string {
	var lines []string
	for _, o := range []struct{ name, want, have string }{
		{"verify mode", string(want.VerifyMode), string(have.VerifyMode)},
		{"overwrite mode", string(want.OverwriteMode), string(have.OverwriteMode)},
		{"deleted files", string(want.PreserveDeletedFiles), string(have.PreserveDeletedFiles)},
		{"transfer mode", string(want.TransferMode), string(have.TransferMode)},
		{"object tags", string(want.ObjectTags), string(have.ObjectTags)},
		{"queueing", string(want.TaskQueueing), string(have.TaskQueueing)},
		{"atime", string(want.Atime), string(have.Atime)},
		{"mtime", string(want.Mtime), string(have.Mtime)},
		{"log level", string(want.LogLevel), string(have.LogLevel)},
	} {
		if o.want != "" && o.want != o.have {
			lines = append(lines, fmt.Sprintf("%s %s → %s", o.name, o.have, o.want))
		}
	}
	if want.BytesPerSecond != 0 && want.BytesPerSecond != have.BytesPerSecond {
		lines = append(lines, fmt.Sprintf("bytes per second %d → %d", have.BytesPerSecond, want.BytesPerSecond))
	}
	return lines
}

// diffExtras compares schedule, manifest and report. The schedule's status is left alone if the transfer does not give one, or if DataSync has
// disabled the schedule by itself.
func diffExtras(want task.Spec, have task.State) []string {
	var lines []string
	expression, was := "none", "none"
	if want.Schedule != nil {
		expression = want.Schedule.Expression
	}
	if have.Schedule != nil {
		was = have.Schedule.Expression
	}
	if was != expression {
		lines = append(lines, fmt.Sprintf("schedule %s → %s", was, expression))
	} else if s := want.Schedule; s != nil && s.Status != "" && s.Status != have.Schedule.Status &&
		have.Schedule.DisabledBy != dstypes.ScheduleDisabledByService {
		lines = append(lines, fmt.Sprintf("schedule %s → %s", have.Schedule.Status, s.Status))
	}
	if !want.Manifest.Equal(have.Manifest) {
		lines = append(lines, fmt.Sprintf("manifest %s → %s", whereabouts(have.Manifest), whereabouts(want.Manifest)))
	}
	if !want.Report.Equal(have.Report) {
		lines = append(lines, fmt.Sprintf("report %s → %s", whereabouts(have.Report), whereabouts(want.Report)))
	}
	return lines
}

// fields are what the lines of [Task.Diff] begin with, apart from tags.
var fields = []string{"name", "verify mode", "overwrite mode", "deleted files", "transfer mode", "object tags", "queueing", "atime", "mtime", "log level",
	"bytes per second", "include filter", "exclude filter", "schedule", "manifest", "report", LogGroupLine}

// FieldOf is what a line of [Task.Diff] is about, without the values: "verify mode", "tag team".
func FieldOf(line string) string {
	if tag, _, ok := strings.Cut(line, "="); ok && strings.HasPrefix(tag, "tag ") {
		return tag
	}
	for _, f := range fields {
		if rest, ok := strings.CutPrefix(line, f); ok && (rest == "" || rest[0] == ' ') {
			return f
		}
	}
	return line
}

// SameFilter reports whether two filters have the same patterns, in whatever order.
func SameFilter(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// whereabouts is where a manifest or report lies; "none" for nil.
func whereabouts[T fmt.Stringer](v *T) string {
	if v == nil {
		return "none"
	}
	return (*v).String()
}
