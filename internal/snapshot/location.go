package snapshot

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// OurLocation finds the location that is tagged as that of the transfer's side; the zero State if there is none. The strings are then the ARNs of the
// locations with the same URI; they are shared, and nobody changes them. Of several that are tagged so and equal in all that we set, it is the one that the transfer's task
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
	x := s.index()
	out := x.ours.of(placedEnd{w.Transfer, w.Side}, func() (out ourLocations) {
		out.ours, out.alike, out.err = s.findLocations(x, w)
		return out
	})
	return slices.Clone(out.ours), out.alike, out.err
}

func (s *Snapshot) findLocations(x *index, w desired.Location) (ours []location.State, alike []string, err error) {
	pl := transfer.Place{Account: w.Spec.Account, Region: w.Spec.Region}
	in := placedBucket{pl, w.Spec.Bucket}
	unsure := slices.Concat(x.unreadLocations[pl], x.unsureLocations[in]) // each may be the one
	slices.Sort(unsure)
	for _, arn := range unsure {
		l := s.Locations[arn]
		for _, part := range []string{location.PartLocation, location.PartTags} {
			if err := s.Unread(arn, l.Unread, part); err != nil && (part == location.PartTags || !l.Exists) {
				return nil, nil, err
			}
		}
	}
	for _, arn := range s.ownedLocationsOf(x, w.Transfer) {
		if l := s.Locations[arn]; l.Exists && placed(arn, l) == in && w.Transfer.Owns(arn, l.Tags, w.Side) {
			ours = append(ours, l)
		}
	}
	if len(ours) > 0 {
		return ours, nil, nil
	}
	return nil, x.uriLocations[placedBucket{pl, w.Spec.URI()}], nil
}

// placed is where the location is, and its bucket; the zero value if its URI is none.
func placed(arn string, l location.State) placedBucket {
	a, _ := region.ParseARN(arn)
	b, _, ok := location.ParseURI(l.URI)
	if !ok {
		return placedBucket{}
	}
	return placedBucket{transfer.Place{Account: a.Account, Region: a.Region}, b}
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
