package snapshot

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// FormerRegions are the Regions, other than the wanted one, in which a task of the transfer may be. A tag of its source location lists them, and tags
// of its roles. If there is no source location of ours, the Regions that the roles' trust policies name are among them.
func (s *Snapshot) FormerRegions(t *transfer.Transfer) []string {
	key := t.TagKey(transfer.TagRegion)
	l, _ := s.ownLocation(t, plan.SourceSide)
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
			out = append(out, trustedRegions(role.Trust)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(slices.DeleteFunc(out, func(r string) bool { return r == t.Destination.Region || !known && r == t.Source.Region }))
}

// trustedRegions are the Regions whose DataSync a trust policy names in aws:SourceArn.
func trustedRegions(trust policy.Document) []string {
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
