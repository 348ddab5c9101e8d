package snapshot

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// OurLocation finds the location that bears the mark of the transfer's side. The strings are ARNs of locations with the same URI that do
// not bear it. More than one marked is an [AmbiguousError]; a location whose tags could not be read may be it, which is an error too.
func (s *Snapshot) OurLocation(w desired.Location) (location.State, []string, error) {
	var ours []location.State
	var alike []string
	for _, arn := range slices.Sorted(maps.Keys(s.Locations)) {
		l := s.Locations[arn]
		if !desired.IsIn(arn, w.Spec.Account, w.Spec.Region) || !l.Exists {
			if err := s.Unread(arn, l.Unread, location.PartLocation); err != nil && desired.IsIn(arn, w.Spec.Account, w.Spec.Region) {
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

// locationOf is the ARN of the location that the side has, "" if it has none or it is not clear which.
func (s *Snapshot) locationOf(t *transfer.Transfer, side plan.Side) string {
	if arn := t.End(side).LocationARN; arn != "" {
		return arn
	}
	state, _, err := s.OurLocation(desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)})
	if err != nil {
		return ""
	}
	return state.ARN
}

// OrphanLocations are the locations that bear the mark of the transfer and are neither end's.
func (s *Snapshot) OrphanLocations(t *transfer.Transfer) []location.State {
	source, destination := s.locationOf(t, plan.SourceSide), s.locationOf(t, plan.DestinationSide)
	var out []location.State
	for _, arn := range slices.Sorted(maps.Keys(s.Locations)) {
		l := s.Locations[arn]
		a, _ := region.ParseARN(arn)
		if l.Exists && a.Account == t.TaskAccount && arn != source && arn != destination && t.Marks(l.Tags, "") {
			out = append(out, l)
		}
	}
	return out
}

// UnreadLocations is why it is not known whether a location that a task of ours names, or named, is ours.
func (s *Snapshot) UnreadLocations(t *transfer.Transfer) error {
	for _, arn := range slices.Sorted(maps.Keys(s.Locations)) {
		if a, _ := region.ParseARN(arn); a.Account != t.TaskAccount || !s.refersTo(t, arn) {
			continue
		}
		for _, part := range []string{location.PartLocation, location.PartTags} {
			if err := s.Unread(arn, s.Locations[arn].Unread, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// refersTo reports whether a task of the transfer names the location, or took the place of one that did.
func (s *Snapshot) refersTo(t *transfer.Transfer, arn string) bool {
	for _, state := range s.Tasks {
		if t.Marks(state.Tags, "") && (state.SourceLocationARN == arn || state.DestinationLocationARN == arn || slices.Contains(replacedBy(t, state), arn)) &&
			arn != t.Source.LocationARN && arn != t.Destination.LocationARN {
			return true
		}
	}
	return false
}

// Candidates are the listed locations of a wanted bucket, whatever their prefix, because a prefix can be changed in place, and those given: beside
// such a one there may be one of ours from before.
func Candidates(w desired.Set, listed map[transfer.Place][]location.Entry) map[string]transfer.Place {
	buckets := map[transfer.Place]map[string]bool{}
	out := map[string]transfer.Place{}
	for _, l := range w.Locations {
		pl := transfer.Place{Account: l.Spec.Account, Region: l.Spec.Region}
		if arn := l.Transfer.End(l.Side).LocationARN; arn != "" {
			if _, ok := listed[pl]; ok {
				out[arn] = pl
			}
		}
		if buckets[pl] == nil {
			buckets[pl] = map[string]bool{}
		}
		buckets[pl][l.Spec.Bucket] = true
	}
	for pl, entries := range listed {
		for _, e := range entries {
			if b, _, ok := location.ParseURI(e.URI); ok && buckets[pl][b] {
				out[e.ARN] = pl
			}
		}
	}
	return out
}
