package snapshot

import (
	"slices"
	"time"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// RolesToRead are the roles to make, those given, and the operators' roles, as far as they belong to an account we have clients for.
func (s *Snapshot) RolesToRead(w desired.Set) map[string]iamrole.Spec {
	out := map[string]iamrole.Spec{}
	for _, r := range w.Roles {
		out[r.Arn] = r.Spec
	}
	for _, tw := range w.Tasks {
		t := tw.Transfer
		for _, arn := range slices.Concat([]string{t.Source.RoleARN, t.Destination.RoleARN}, t.Operators, t.GivenDataRoles()) {
			if name, ok := transfer.RoleNameOf(arn); ok {
				if _, have := out[arn]; !have {
					out[arn] = iamrole.Spec{Name: name}
				}
			}
		}
	}
	for arn := range out {
		a, _ := region.ParseARN(arn)
		if ok := s.Readable[a.Account]; !ok {
			delete(out, arn)
		}
	}
	return out
}

// GivenRoles are the roles of given locations that were not read yet: only the location tells them.
func (s *Snapshot) GivenRoles(w desired.Set) map[string]iamrole.Spec {
	out := map[string]iamrole.Spec{}
	for _, l := range w.Locations {
		arn := s.Locations[l.Transfer.End(l.Side).LocationARN].RoleARN
		name, ok := transfer.RoleNameOf(arn)
		if !ok || !l.Given {
			continue
		}
		if _, read := s.Roles[arn]; !read && s.Failures[arn] == nil {
			out[arn] = iamrole.Spec{Name: name}
		}
	}
	return out
}

// Lookup is a list of the tasks of one place that use a location, or that have a name of ours.
type Lookup struct {
	Place    transfer.Place
	Location string // "" is by name
}

// Lookups are the lists that find tasks of ours that no name led to: those of destination locations of ours that no task read so far uses,
// those of both ends if the transfer has no task yet, because its task may have been renamed, and those of the Regions that it was in.
func (s *Snapshot) Lookups(w desired.Set) map[Lookup]bool {
	out := map[Lookup]bool{}
	used, marked := map[string]bool{}, map[string]bool{}
	told := map[[2]string]bool{} // by transfer and Region: what is left there stands in a tag of the task
	for arn, t := range s.Tasks {
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
	for arn, l := range s.Locations {
		for _, want := range w.Locations {
			if !used[arn] && l.Exists && want.Side == plan.DestinationSide && want.Transfer.Marks(l.Tags, plan.DestinationSide) {
				out[Lookup{transfer.Place{Account: want.Spec.Account, Region: want.Spec.Region}, arn}] = true
			}
		}
	}
	for _, want := range w.Tasks {
		t := want.Transfer
		if ok := s.Readable[want.Spec.Account]; !ok {
			continue
		}
		for _, side := range transfer.Sides {
			if arn := s.locationOf(t, side); arn != "" && !marked[t.Name] && s.Locations[arn].Exists {
				out[Lookup{transfer.Place{Account: want.Spec.Account, Region: want.Spec.Region}, arn}] = true
			}
		}
		regions := s.FormerRegions(t)
		for _, l := range s.FormerBucketsOf(t) {
			for _, reg := range l.Regions {
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
			out[Lookup{pl, ""}] = true
			if arn := s.locationOf(t, plan.SourceSide); arn != "" {
				out[Lookup{pl, arn}] = true
			}
		}
	}
	return out
}

// ConfirmFor is how long an unresolved unique id in a bucket's policy is looked at again before it counts as dead: S3 shows ids also for
// roles that exist, for a while after a change. Observed: https://github.com/go-to-k/cdkd/issues/1515
const ConfirmFor = 30 * time.Second
