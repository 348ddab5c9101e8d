package snapshot

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// ErrNotRead is why something is not known that nobody tried to read.
var ErrNotRead = errors.New("not read")

// Unread is why the named part of a resource could not be read; nil if it was. what is the resource's key in Failures, and parts is the Unread of
// its state.
func (s *Snapshot) Unread(what string, parts map[string]error, part string) error {
	if err := s.Failures[what]; err != nil {
		return err
	}
	if err := parts[part]; err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// UnreadFormer is why it is not known what the former role holds; nil if it is known.
func (s *Snapshot) UnreadFormer(arn string) error {
	for _, part := range []string{iamrole.PartRole, iamrole.PartPolicies, iamrole.PartAttached} {
		if err := s.Unread(arn, s.Roles[arn].Unread, part); err != nil {
			return err
		}
	}
	return nil
}

// UnreadLocations is why it is not known whose a location is that a task of the transfer names, or that such a task replaced; nil if all are known.
func (s *Snapshot) UnreadLocations(t *transfer.Transfer) error {
	var referred []string
	for _, arn := range s.ownedTasks(t) {
		if state := s.Tasks[arn]; t.Owns(arn, state.Tags, "") {
			referred = append(referred, append(replacedBy(t, state), state.SourceLocationARN, state.DestinationLocationARN)...)
		}
	}
	slices.Sort(referred)
	for _, arn := range slices.Compact(referred) {
		_, known := s.Locations[arn]
		if a, _ := region.ParseARN(arn); !known || a.Account != t.TaskAccount || arn == t.Source.LocationARN || arn == t.Destination.LocationARN {
			continue // the user names it
		}
		for _, part := range []string{location.PartLocation, location.PartTags} {
			if err := s.Unread(arn, s.Locations[arn].Unread, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// WhyUnread is why it is not known what stands in the bucket policy that the change is about; nil if it was read or the change is of another kind.
func (s *Snapshot) WhyUnread(ch *plan.Change) error {
	if ch.Kind != plan.BucketPolicy || s.Owners[ch.Name].Gone {
		return nil
	}
	state, seen := s.Buckets[ch.Name]
	if err := s.Unread(ch.Name, state.Unread, bucket.PartPolicy); err != nil || seen {
		return err
	}
	return cmp.Or(s.Owners[ch.Name].Err, ErrNotRead)
}

// unreadPolicies is why it is not known what a role may do; nil if it is known.
func unreadPolicies(s iamrole.State) error {
	for _, part := range slices.Sorted(maps.Keys(s.Unread)) {
		return fmt.Errorf("%s: %w", part, s.Unread[part])
	}
	return nil
}
