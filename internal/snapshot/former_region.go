package snapshot

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// FormerRegions are the Regions, other than the one that is wanted, in which a task of the transfer may be: those that its source location
// and its roles tell, and, if there is no such location yet, or it is given, those that the roles trust.
func (s *Snapshot) FormerRegions(t *transfer.Transfer) []string {
	key := t.TagKey(transfer.TagRegion)
	l, _, _ := s.OurLocation(desired.Location{Transfer: t, Side: plan.SourceSide, Spec: t.LocationSpec(plan.SourceSide)})
	known := l.Exists && t.Source.LocationARN == ""
	var out []string
	if known {
		out = strings.Fields(l.Tags[key])
	}
	for _, side := range transfer.Sides {
		if !t.End(side).OwnsRole {
			continue
		}
		role := s.Roles[t.End(side).DataSyncRole]
		out = append(out, strings.Fields(role.Tags[key])...)
		if !known && t.End(side).Role.Trust.IsZero() {
			out = append(out, trusted(role.Trust)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(slices.DeleteFunc(out, func(r string) bool { return r == t.Destination.Region || !known && r == t.Source.Region }))
}

// trusted are the Regions from which a trust policy lets DataSync come.
func trusted(trust policy.Document) []string {
	var out []string
	for st := range trust.All() {
		for _, c := range st.Conditions() {
			for _, v := range c.Values() {
				if a, ok := region.ParseARN(v); ok && c.Key() == "aws:SourceArn" && region.Valid(a.Region) {
					out = append(out, a.Region)
				}
			}
		}
	}
	return out
}

// NoteRegions is the tag of a role whose trust is about to forget Regions: those in which tasks of the transfers still are. "" is none.
func (s *Snapshot) NoteRegions(w desired.Set, transfers []*transfer.Transfer) string {
	var out []string
	for _, t := range w.Tasks {
		_, old, _ := s.OurTasks(t)
		for _, o := range old {
			if a, _ := region.ParseARN(o.ARN); a.Region != t.Spec.Region && slices.Contains(desired.Names(transfers), t.Transfer.Name) && len(strings.Join(out, " "))+len(a.Region) < transfer.MostTag {
				out = append(out, a.Region)
			}
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}
