package xacct

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// ourLocation finds the location that bears the mark of the transfer's side. The strings are ARNs of locations with the same URI that do
// not bear it. More than one marked is an [AmbiguousError]; a location whose tags could not be read may be it, which is an error too.
func (s *snapshot) ourLocation(w desired.Location) (location.State, []string, error) {
	var ours []location.State
	var alike []string
	for _, arn := range slices.Sorted(maps.Keys(s.locations)) {
		l := s.locations[arn]
		if !desired.IsIn(arn, w.Spec.Account, w.Spec.Region) || !l.Exists {
			if err := s.unread(arn, l.Unread, location.PartLocation); err != nil && desired.IsIn(arn, w.Spec.Account, w.Spec.Region) {
				return location.State{}, nil, err
			}
			continue
		}
		if b, _, _ := location.ParseURI(l.URI); b != w.Spec.Bucket {
			continue
		}
		if err := s.unread(arn, l.Unread, location.PartTags); err != nil {
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
