package xacct

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// formerRegions are the Regions, other than the one that is wanted, in which a task of the transfer may be: those that its source location
// and its roles tell, and, if there is no such location yet, or it is given, those that the roles trust.
func (s *snapshot) formerRegions(t *transfer.Transfer) []string {
	key := t.TagKey(transfer.TagRegion)
	l, _, _ := s.ourLocation(desired.Location{Transfer: t, Side: plan.SourceSide, Spec: t.LocationSpec(plan.SourceSide)})
	known := l.Exists && t.Source.LocationARN == ""
	var out []string
	if known {
		out = strings.Fields(l.Tags[key])
	}
	for _, side := range transfer.Sides {
		if !t.End(side).OwnsRole {
			continue
		}
		role := s.roles[t.End(side).DataSyncRole]
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

// noteRegions is the tag of a role whose trust is about to forget Regions: those in which tasks of the transfers still are. "" is none.
func (s *snapshot) noteRegions(w desired.Set, transfers []*transfer.Transfer) string {
	var out []string
	for _, t := range w.Tasks {
		_, old, _ := s.ourTasks(t)
		for _, o := range old {
			if a, _ := region.ParseARN(o.ARN); a.Region != t.Spec.Region && slices.Contains(desired.Names(transfers), t.Transfer.Name) && len(strings.Join(out, " "))+len(a.Region) < transfer.MostTag {
				out = append(out, a.Region)
			}
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// lookup is a list of the tasks of one place that use a location, or that have a name of ours.
type lookup struct {
	place    transfer.Place
	location string // "" is by name
}

// lookups are the lists that find tasks of ours that no name led to: those of destination locations of ours that no task read so far uses,
// those of both ends if the transfer has no task yet, because its task may have been renamed, and those of the Regions that it was in.
func (s *snapshot) lookups(w desired.Set) map[lookup]bool {
	out := map[lookup]bool{}
	used, marked := map[string]bool{}, map[string]bool{}
	told := map[[2]string]bool{} // by transfer and Region: what is left there stands in a tag of the task
	for arn, t := range s.tasks {
		used[t.DestinationLocationARN] = true
		for _, want := range w.Tasks {
			if !want.Transfer.Marks(t.Tags, "") {
				continue
			}
			marked[want.Transfer.Name] = true
			for _, left := range replacedBy(want.Transfer, t) {
				if a, _ := region.ParseARN(left); desired.IsIn(arn, want.Spec.Account, want.Spec.Region) {
					told[[2]string{want.Transfer.Name, a.Region}] = true
				}
			}
		}
	}
	for arn, l := range s.locations {
		for _, want := range w.Locations {
			if !used[arn] && l.Exists && want.Side == plan.DestinationSide && want.Transfer.Marks(l.Tags, plan.DestinationSide) {
				out[lookup{transfer.Place{Account: want.Spec.Account, Region: want.Spec.Region}, arn}] = true
			}
		}
	}
	for _, want := range w.Tasks {
		t := want.Transfer
		if ok := s.readable[want.Spec.Account]; !ok {
			continue
		}
		for _, side := range transfer.Sides {
			if arn := s.locationOf(t, side); arn != "" && !marked[t.Name] && s.locations[arn].Exists {
				out[lookup{transfer.Place{Account: want.Spec.Account, Region: want.Spec.Region}, arn}] = true
			}
		}
		regions := s.formerRegions(t)
		for _, l := range s.formerBucketsOf(t) {
			for _, reg := range l.regions {
				if reg != t.Source.Region && reg != t.Destination.Region && !slices.Contains(regions, reg) {
					regions = append(regions, reg)
				}
			}
		}
		for _, reg := range regions {
			if told[[2]string{t.Name, reg}] {
				continue
			}
			pl := transfer.Place{Account: want.Spec.Account, Region: reg}
			out[lookup{pl, ""}] = true
			if arn := s.locationOf(t, plan.SourceSide); arn != "" {
				out[lookup{pl, arn}] = true
			}
		}
	}
	return out
}

// elsewhere is a task of ours that is to make room for one in another Region; the zero State if the transfer has one where it is wanted.
func elsewhere(w desired.Task, main task.State, old []task.State) task.State {
	for _, t := range old {
		if !main.Exists && !desired.IsIn(t.ARN, w.Spec.Account, w.Spec.Region) {
			return t
		}
	}
	return task.State{}
}
