package task

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/problem"
)

// CreateInput is the request that makes the task, in its Region. Errors are those of Validate, and locations that are not known.
// DataSync has no client token: do not send it twice without looking in between.
func (s Spec) CreateInput() (*datasync.CreateTaskInput, error) {
	var l problem.List
	l.Under("", s.Validate())
	l.Check(s.SourceLocationARN != "", ruleLocationsKnown, "SourceLocationARN", "")
	l.Check(s.DestinationLocationARN != "", ruleLocationsKnown, "DestinationLocationARN", "")
	checkKnown(&l, s.Manifest, s.Report)
	if err := l.Err(); err != nil {
		return nil, err
	}
	s = s.created()
	in := &datasync.CreateTaskInput{
		SourceLocationArn: &s.SourceLocationARN, DestinationLocationArn: &s.DestinationLocationARN,
		Name: optional(s.Name), TaskMode: s.Mode, Options: s.Options.sdk(), CloudWatchLogGroupArn: optional(canonicalLogGroup(s.LogGroupARN)), Tags: tagList(s.Tags),
	}
	partition := region.Partition(s.Region)
	in.Schedule, in.ManifestConfig, in.TaskReportConfig = s.Schedule.sdk(), s.Manifest.sdk(partition), s.Report.sdk(partition)
	if len(s.Includes) > 0 {
		in.Includes = filter(s.Includes)
	}
	if len(s.Excludes) > 0 {
		in.Excludes = filter(s.Excludes)
	}
	return in, nil
}

// UpdateInput is the request that gives the task at arn the name, options, filters, schedule, manifest, report and log group of s: no filter,
// schedule, manifest or report in s takes the task's away, whatever else s does not say is left alone. Locations and mode of a task cannot be
// changed; its tags have requests of their own. Where the task's state is known, UpdateFrom is better.
// Errors are those of Validate, roles that are not known, and an arn of something else.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTask.html
func (s Spec) UpdateInput(arn string) (*datasync.UpdateTaskInput, error) {
	var l problem.List
	l.Under("", s.Validate())
	checkKnown(&l, s.Manifest, s.Report)
	l.Under("", s.checkARN(arn))
	if err := l.Err(); err != nil {
		return nil, err
	}
	in := &datasync.UpdateTaskInput{
		TaskArn: &arn, Name: optional(s.Name), Options: s.Options.sdk(), Includes: filter(s.Includes), Excludes: filter(s.Excludes),
		CloudWatchLogGroupArn: optional(canonicalLogGroup(s.LogGroupARN)),
		Schedule:              noSchedule(), ManifestConfig: &dstypes.ManifestConfig{}, TaskReportConfig: &dstypes.TaskReportConfig{},
	}
	partition := region.Partition(s.Region)
	if s.Schedule != nil {
		in.Schedule = s.Schedule.sdk()
	}
	if s.Manifest != nil {
		in.ManifestConfig = s.Manifest.sdk(partition)
	}
	if s.Report != nil {
		in.TaskReportConfig = s.Report.sdk(partition)
	}
	return in, nil
}

// UpdateFrom is UpdateInput for a task in the given state, see Over: the options in force are sent along, nothing is taken away that is not there, and
// no schedule is sent for one that is held.
func (s Spec) UpdateFrom(state State) (*datasync.UpdateTaskInput, error) {
	var l problem.List
	l.Check(s.Mode == "" || state.Mode == "" || s.Mode == state.Mode, ruleModeChange, "Mode", string(s.Mode))
	if err := l.Err(); err != nil {
		return nil, err
	}
	in, err := s.Over(state).UpdateInput(state.ARN)
	if err != nil {
		return nil, err
	}
	if s.Schedule == nil && state.Schedule == nil || s.Schedule != nil && state.Schedule.Held() {
		in.Schedule = nil
	}
	if s.Manifest == nil && state.Manifest == nil {
		in.ManifestConfig = nil
	}
	if s.Report == nil && state.Report == nil {
		in.TaskReportConfig = nil
	}
	return in, nil
}

// DeleteInput is the request that deletes the task at arn. The rest of s may be empty.
func (s Spec) DeleteInput(arn string) (*datasync.DeleteTaskInput, error) {
	if err := s.checkARN(arn); err != nil {
		return nil, err
	}
	return &datasync.DeleteTaskInput{TaskArn: &arn}, nil
}

// TagInput is the request that sets the tags of s on the task at arn, leaving its other tags alone. It is nil if s has none.
func (s Spec) TagInput(arn string) (*datasync.TagResourceInput, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := s.checkARN(arn); err != nil || len(s.Tags) == 0 {
		return nil, err
	}
	return &datasync.TagResourceInput{ResourceArn: &arn, Tags: tagList(s.Tags)}, nil
}

// UntagInput is the request that takes tags off the task at arn, by key. It is nil if there is no key. The rest of s may be empty.
func (s Spec) UntagInput(arn string, keys ...string) (*datasync.UntagResourceInput, error) {
	if err := s.checkARN(arn); err != nil || len(keys) == 0 {
		return nil, err
	}
	return &datasync.UntagResourceInput{ResourceArn: &arn, Keys: slices.Sorted(slices.Values(keys))}, nil
}

// tagList is the tags in the order of their keys; nil if there are none.
func tagList(tags map[string]string) []dstypes.TagListEntry {
	var list []dstypes.TagListEntry
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, dstypes.TagListEntry{Key: &k, Value: new(tags[k])})
	}
	return list
}

// optional is nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
