package xacct

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// ourLocation finds the location that bears the mark of the transfer's side. The strings are ARNs of locations with the same URI that do
// not bear it. More than one marked is an [AmbiguousError]; a location whose tags could not be read may be it, which is an error too.
func (s *snapshot) ourLocation(w locationWant) (location.State, []string, error) {
	var ours []location.State
	var alike []string
	for _, arn := range slices.Sorted(maps.Keys(s.locations)) {
		l := s.locations[arn]
		if !isIn(arn, w.spec.Account, w.spec.Region) || !l.Exists {
			if err := s.unread(arn, l.Unread, location.PartLocation); err != nil && isIn(arn, w.spec.Account, w.spec.Region) {
				return location.State{}, nil, err
			}
			continue
		}
		if b, _, _ := location.ParseURI(l.URI); b != w.spec.Bucket {
			continue
		}
		if err := s.unread(arn, l.Unread, location.PartTags); err != nil {
			return location.State{}, nil, err
		}
		switch {
		case w.transfer.Marks(l.Tags, w.side):
			ours = append(ours, l)
		case l.URI == w.spec.URI():
			alike = append(alike, arn)
		}
	}
	if len(ours) > 1 {
		e := &plan.AmbiguousError{Account: w.spec.Account, Region: w.spec.Region, Kind: plan.DataSyncLocation, Name: w.spec.URI()}
		for _, l := range ours {
			e.ARNs = append(e.ARNs, l.ARN)
		}
		return location.State{}, alike, e
	}
	if len(ours) == 0 {
		return location.State{}, alike, nil
	}
	return ours[0], alike, nil
}

// isIn reports whether a DataSync ARN is of the account and Region.
func isIn(arn, account, reg string) bool {
	a, ok := region.ParseARN(arn)
	return ok && a.Account == account && a.Region == reg
}

// diffLocation says what must change on a location of ours, a line each.
func diffLocation(w locationWant, s location.State) (op plan.Op, lines []string, tags map[string]string) {
	if !s.Exists {
		return plan.Create, nil, nil
	}
	if s.URI != w.spec.URI() {
		lines = append(lines, fmt.Sprintf("%s → %s", s.URI, w.spec.URI()))
	}
	if s.RoleARN != w.spec.RoleARN {
		lines = append(lines, fmt.Sprintf("role %s → %s", s.RoleARN, w.spec.RoleARN))
	}
	if w.side == plan.DestinationSide {
		have, want := cmp.Or(s.StorageClass, dstypes.S3StorageClassStandard), cmp.Or(w.spec.StorageClass, dstypes.S3StorageClassStandard)
		if have != want {
			lines = append(lines, fmt.Sprintf("storage class %s → %s", have, want))
		}
	}
	want := maps.Clone(w.spec.Tags)
	if w.side == plan.SourceSide {
		key := w.transfer.TagKey(transfer.TagRegion)
		want[key] = w.regionTag(s.Tags[key])
	}
	tags, tagLines := diffTags(want, s.Tags)
	lines = append(lines, tagLines...)
	if len(lines) == 0 {
		return plan.NoOp, nil, nil
	}
	return plan.Update, lines, tags
}

// beyondTags reports whether the lines of a difference hold more than tags.
func beyondTags(lines []string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "tag ") })
}

func diffTags(want, have map[string]string) (map[string]string, []string) {
	set := map[string]string{}
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if v, ok := have[k]; !ok || v != want[k] {
			set[k] = want[k]
			lines = append(lines, fmt.Sprintf("tag %s=%s", k, want[k]))
		}
	}
	return set, lines
}

// diffTask says what must change on a task of ours. source and destination are the ARNs of the locations it should have, "" while they
// are not made.
func diffTask(w taskWant, s task.State, source, destination string) (op plan.Op, lines []string, tags map[string]string) {
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
	if w.spec.Mode != "" && s.Mode != w.spec.Mode {
		replace = append(replace, fmt.Sprintf("mode %s → %s", s.Mode, w.spec.Mode))
	}
	if len(replace) > 0 {
		return plan.Replace, replace, nil
	}
	w.spec = w.spec.Over(s)
	if w.spec.Name != s.Name {
		lines = append(lines, fmt.Sprintf("name %s → %s", s.Name, w.spec.Name))
	}
	lines = append(lines, diffOptions(w.spec.Options, s.Options)...)
	if !sameSet(w.spec.Includes, s.Includes) {
		lines = append(lines, "include filter")
	}
	if !sameSet(w.spec.Excludes, s.Excludes) {
		lines = append(lines, "exclude filter")
	}
	lines = append(lines, diffExtras(w.spec, s)...)
	if w.spec.LogGroupARN != "" && strings.TrimSuffix(w.spec.LogGroupARN, ":*") != s.LogGroupARN {
		lines = append(lines, "log group")
	}
	tags, tagLines := diffTags(w.spec.Tags, s.Tags)
	lines = append(lines, tagLines...)
	if len(lines) == 0 {
		return plan.NoOp, nil, nil
	}
	return plan.Update, lines, tags
}

// sameSet compares the patterns of filters, whose order means nothing.
func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// predecessor is the task whose place another takes: the one here, or else the one in another Region.
func predecessor(here, moved task.State) task.State {
	if here.Exists {
		return here
	}
	return moved
}

// successor is the task that takes the place of the one in the state, or updates it: what the transfer leaves alone is as it was. A task of another
// mode has other options, and takes over nothing but the status of its schedule: what somebody, or DataSync, has disabled is not enabled by that.
func (w taskWant) successor(s task.State) task.Spec {
	spec := w.spec.Over(s)
	if w.spec.Mode != "" && s.Mode != "" && w.spec.Mode != s.Mode {
		s.Mode = w.spec.Mode
		spec.Schedule = w.spec.Over(s).Schedule
	}
	return spec
}

type locationRecord struct {
	URI, RoleARN string
	StorageClass string            `json:",omitempty"`
	Tags         map[string]string `json:",omitempty"`
}

func (w locationWant) after() string {
	return record(locationRecord{URI: w.spec.URI(), RoleARN: w.spec.RoleARN, StorageClass: string(w.spec.StorageClass), Tags: w.spec.Tags})
}

func (w locationWant) before(s location.State) string {
	if !s.Exists {
		return ""
	}
	r := locationRecord{URI: s.URI, RoleARN: s.RoleARN, Tags: wantedTags(w.spec.Tags, s.Tags)}
	if w.side == plan.DestinationSide {
		r.StorageClass = string(s.StorageClass)
	}
	return record(r)
}

// taskRecord names the locations by URI, so that the text of a plan is the same before and after they are made.
type taskRecord struct {
	Name, Source, Destination string
	Mode                      string `json:",omitempty"`
	Options                   task.Options
	Includes, Excludes        []string          `json:",omitempty"`
	Schedule                  *task.Schedule    `json:",omitempty"`
	Manifest                  *task.Manifest    `json:",omitempty"`
	Report                    *task.Report      `json:",omitempty"`
	LogGroupARN               string            `json:",omitempty"`
	Tags                      map[string]string `json:",omitempty"`
}

func (w taskWant) after() string {
	t := w.transfer
	return record(taskRecord{Name: w.spec.Name, Source: t.LocationSpec(plan.SourceSide).URI(), Destination: t.LocationSpec(plan.DestinationSide).URI(),
		Mode: string(w.spec.Mode), Options: w.spec.Options, Includes: w.spec.Includes, Excludes: w.spec.Excludes,
		Schedule: w.spec.Schedule, Manifest: w.spec.Manifest, Report: w.spec.Report, LogGroupARN: w.spec.LogGroupARN, Tags: w.spec.Tags})
}

func (w taskWant) before(s task.State) string {
	if !s.Exists {
		return ""
	}
	var schedule *task.Schedule
	if s.Schedule != nil {
		schedule = &s.Schedule.Schedule
	}
	return record(taskRecord{Schedule: schedule, Manifest: s.Manifest, Report: s.Report, Name: s.Name, Source: s.SourceLocationARN, Destination: s.DestinationLocationARN, Mode: string(s.Mode),
		Options: s.Options, Includes: s.Includes, Excludes: s.Excludes, LogGroupARN: s.LogGroupARN, Tags: wantedTags(w.spec.Tags, s.Tags)})
}

// wantedTags are those of have whose keys are wanted: others' tags may come and go.
func wantedTags(want, have map[string]string) map[string]string {
	out := map[string]string{}
	for k := range want {
		if v, ok := have[k]; ok {
			out[k] = v
		}
	}
	return out
}

// diffOptions compares only what was asked for: DataSync fills in and returns the rest.
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

// diffExtras compares schedule, manifest and report. A status that is not wanted is left alone, and so is what DataSync has disabled by itself.
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
	} else if s := want.Schedule; s != nil && s.Status != "" && s.Status != have.Schedule.Status && have.Schedule.DisabledBy != dstypes.ScheduleDisabledByService {
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

// whereabouts is where something lies, "none" for nil.
func whereabouts[T fmt.Stringer](v *T) string {
	if v == nil {
		return "none"
	}
	return (*v).String()
}
