package snapshot

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// OurLocation finds the location that is tagged as that of the transfer's side; the zero State if there is none. The strings are the ARNs of
// locations with the same URI that are not tagged so. Of several that are tagged so and equal in all that we set, it is the one that the transfer's task
// names, or else the oldest; of several that differ it is an [plan.AmbiguousError]. A location that could not be read, or whose tags could not, is an
// error too, because it may be the one.
func (s *Snapshot) OurLocation(w desired.Location) (location.State, []string, error) {
	ours, alike, err := s.ourLocations(w)
	if err != nil || len(ours) == 0 {
		return location.State{}, alike, err
	}
	main, err := s.oneLocation(w, ours)
	return main, alike, err
}

// ourLocations are the locations that are tagged as those of the transfer's side, sorted by ARN. alike and err are as in OurLocation.
func (s *Snapshot) ourLocations(w desired.Location) (ours []location.State, alike []string, err error) {
	for _, arn := range slices.Sorted(maps.Keys(s.Locations)) {
		if !desired.IsIn(arn, w.Spec.Account, w.Spec.Region) {
			continue
		}
		l := s.Locations[arn]
		if !l.Exists {
			if err := s.Unread(arn, l.Unread, location.PartLocation); err != nil {
				return nil, nil, err
			}
			continue
		}
		if b, _, _ := location.ParseURI(l.URI); b != w.Spec.Bucket {
			continue
		}
		if err := s.Unread(arn, l.Unread, location.PartTags); err != nil {
			return nil, nil, err
		}
		switch {
		case w.Transfer.Owns(arn, l.Tags, w.Side):
			ours = append(ours, l)
		case l.URI == w.Spec.URI():
			alike = append(alike, arn)
		}
	}
	return ours, alike, nil
}

// ownLocation is OurLocation for a side of the transfer.
func (s *Snapshot) ownLocation(t *transfer.Transfer, side plan.Side) (location.State, error) {
	state, _, err := s.OurLocation(desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)})
	return state, err
}

// locationOf is the ARN of the side's location, given or ours; "" if there is none or it is not certain which it is.
func (s *Snapshot) locationOf(t *transfer.Transfer, side plan.Side) string {
	if arn := t.End(side).LocationARN; arn != "" {
		return arn
	}
	state, err := s.ownLocation(t, side)
	if err != nil {
		return ""
	}
	return state.ARN
}
