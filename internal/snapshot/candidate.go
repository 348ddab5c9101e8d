package snapshot

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Alike are the locations, by ARN, that are like the wanted one of the side and nobody's that has tags of ours. There are none for a side that has a
// location, given or ours.
func (s *Snapshot) Alike(t *transfer.Transfer, side plan.Side) []string {
	if t.End(side).LocationARN != "" {
		return nil
	}
	ours, alike, err := s.ourLocations(desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)})
	if err != nil || len(ours) > 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(alike), func(arn string) bool {
		return s.Locations[arn].Tags[t.TagKey(transfer.TagManagedBy)] == transfer.ManagedBy
	})
}

// AlikeTasks are the tasks, by ARN, that copy between locations that are alike on both sides, and have no tags of ours.
func (s *Snapshot) AlikeTasks(t *transfer.Transfer) []string {
	source, destination := s.Alike(t, plan.SourceSide), s.Alike(t, plan.DestinationSide)
	var out []string
	if len(source) == 0 || len(destination) == 0 {
		return nil
	}
	var users []string
	for _, arn := range source {
		users = append(users, s.usersRead(arn)...)
	}
	slices.Sort(users)
	for _, arn := range slices.Compact(users) {
		state := s.Tasks[arn]
		if state.Exists && desired.IsIn(arn, t.TaskAccount, t.Destination.Region) && state.Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy &&
			slices.Contains(source, state.SourceLocationARN) && slices.Contains(destination, state.DestinationLocationARN) {
			out = append(out, arn)
		}
	}
	return out
}
