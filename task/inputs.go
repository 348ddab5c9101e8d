package task

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/problem"
)

// CreateInput returns the request that creates the task, to be sent to its Region. Errors are those of Validate, and locations or roles that are
// not known yet. DataSync has no client token for it: before sending it again, check whether the task exists.
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

// UpdateInput returns the request that sets name, options, filters, schedule, manifest, report and log group of the task with the ARN. If s has no
// filter, schedule, manifest or report, the request removes that of the task; other zero fields of s leave the task's values alone. Locations
// and mode of a task cannot be changed, and tags have requests of their own. Use UpdateFrom instead if the task's state is known. Errors are
// those of Validate, roles that are not known yet, and an arn that is not a task's or not of the account and Region of s.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTask.html
func (s Spec) UpdateInput(arn string) (*datasync.UpdateTaskInput, error) {
	var l problem.List
	l.Under("", s.Validate())
	checkKnown(&l, s.Manifest, s.Report)
	l.Under("", s.checkARN(arn))
	if err := l.Err(); err != nil {
		return nil, err
	}
	s = s.logging()
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

// UpdateFrom is UpdateInput for a task in the given state, with s completed by [Spec.Over]. The request contains all options in force, removes only
// what the task has, and leaves a held schedule out.
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

// DeleteInput returns the request that deletes the task with the ARN. All fields of s may be empty.
func (s Spec) DeleteInput(arn string) (*datasync.DeleteTaskInput, error) {
	if err := s.checkARN(arn); err != nil {
		return nil, err
	}
	return &datasync.DeleteTaskInput{TaskArn: &arn}, nil
}

// TagInput returns the request that sets the tags of s on the task with the ARN and leaves other tags alone; nil if s has none.
func (s Spec) TagInput(arn string) (*datasync.TagResourceInput, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := s.checkARN(arn); err != nil || len(s.Tags) == 0 {
		return nil, err
	}
	return &datasync.TagResourceInput{ResourceArn: &arn, Tags: tagList(s.Tags)}, nil
}

// UntagInput returns the request that removes the tags with these keys from the task with the ARN; nil if there is no key. All fields of s may be
// empty.
func (s Spec) UntagInput(arn string, keys ...string) (*datasync.UntagResourceInput, error) {
	if err := s.checkARN(arn); err != nil || len(keys) == 0 {
		return nil, err
	}
	return &datasync.UntagResourceInput{ResourceArn: &arn, Keys: slices.Sorted(slices.Values(keys))}, nil
}

// tagList returns the tags in the order of their keys; nil if there are none.
func tagList(tags map[string]string) []dstypes.TagListEntry {
	var list []dstypes.TagListEntry
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, dstypes.TagListEntry{Key: &k, Value: new(tags[k])})
	}
	return list
}

// optional returns nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
