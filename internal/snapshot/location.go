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
// locations with the same URI that are not tagged so. Several that are tagged so are an [plan.AmbiguousError]. A location that could not be read, or
// whose tags could not, is an error too, because it may be the one.
func (s *Snapshot) OurLocation(w desired.Location) (location.State, []string, error) {
	var ours []location.State
	var alike []string
	for _, arn := range slices.Sorted(maps.Keys(s.Locations)) {
		if !desired.IsIn(arn, w.Spec.Account, w.Spec.Region) {
			continue
		}
		l := s.Locations[arn]
		if !l.Exists {
			if err := s.Unread(arn, l.Unread, location.PartLocation); err != nil {
				return location.State{}, nil, err
			}
			continue
		}
		if b, _, _ := location.ParseURI(l.URI); b != w.Spec.Bucket {
			continue
		}
		if err := s.Unread(arn, l.Unread, location.PartTags); err != nil {
			return location.State{}, nil, err
		}
		switch {
		case w.Transfer.Marks(l.Tags, w.Side):
			ours = append(ours, l)
		case l.URI == w.Spec.URI():
			alike = append(alike, arn)
		}
	}
	if len(ours) > 1 {
		e := &plan.AmbiguousError{Account: w.Spec.Account, Region: w.Spec.Region, Kind: plan.DataSyncLocation, Name: w.Spec.URI()}
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
