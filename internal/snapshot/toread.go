package snapshot

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// RolesToRead are the roles that the transfers make or name, by ARN: those of both ends and, unless only the ends are asked for, of manifests and reports,
// and of the operators. Roles of accounts without a client are not among them.
func (s *Snapshot) RolesToRead(w desired.Set, ends bool) map[string]iamrole.Spec {
	out := map[string]iamrole.Spec{}
	for _, r := range w.Roles {
		out[r.Arn] = r.Spec
	}
	for _, tw := range w.Tasks {
		t := tw.Transfer
		named := []string{t.Source.RoleARN, t.Destination.RoleARN}
		if !ends {
			named = slices.Concat(named, t.Operators, t.GivenDataRoles())
		}
		for _, arn := range named {
			if name, ok := transfer.RoleNameOf(arn); ok {
				if _, have := out[arn]; !have {
					out[arn] = iamrole.Spec{Name: name}
				}
			}
		}
	}
	for arn := range out {
		if a, _ := region.ParseARN(arn); !s.Readable[a.Account] {
			delete(out, arn)
		}
	}
	return out
}

// GivenRoles are the roles, not read yet, of locations that the user names: only such a location tells its role.
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

// Candidates are the locations, by ARN, that may be the transfers': of those listed all that are of a wanted bucket, whatever their prefix, because
// a prefix can be changed in place; and those that the user names, beside which there may be one of ours from before.
func Candidates(w desired.Set, listed map[transfer.Place][]location.Entry) map[string]transfer.Place {
	buckets := map[transfer.Place]map[string]bool{}
	out := map[string]transfer.Place{}
	for _, l := range w.Locations {
		pl := transfer.Place{Account: l.Spec.Account, Region: l.Spec.Region}
		e := l.Transfer.End(l.Side)
		for _, arn := range []string{e.LocationARN, e.Adopt.Location} {
			if _, ok := listed[pl]; ok && arn != "" && arn != plan.Fitting {
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

// WantsTask reports whether the listed task has the name of a task that is wanted in that account and Region, or is to be adopted.
func WantsTask(w desired.Set, pl transfer.Place, e task.Entry) bool {
	return slices.ContainsFunc(w.Tasks, func(t desired.Task) bool {
		return pl == transfer.Place{Account: t.Spec.Account, Region: t.Spec.Region} && (e.Name == t.Spec.Name || e.Name == t.Transfer.Name || t.Transfer.Adopts(e.ARN, ""))
	})
}

// Lookup is a list of the tasks of one account and Region: of those that use a location, or of those that have the name of a wanted task.
type Lookup struct {
	Place    transfer.Place
	Location string // the location's ARN; "" lists by name
}

// Lookups are the lists that can find tasks of ours under other names or in other Regions:
//   - tasks that use a destination location of ours, if no task that was read does;
//   - tasks that use either location of a transfer without a task, because its task may have been renamed;
//   - tasks that use a source location like the wanted one that is not ours: one of them may be for the user to adopt;
//   - tasks that use an adopted location that is to change: others may have them;
//   - tasks in the Regions that the transfer was in, unless a tag of its task says already what is left there.
func (s *Snapshot) Lookups(w desired.Set) map[Lookup]bool {
	out := map[Lookup]bool{}
	found := s.tasksFound(w)
	for _, want := range w.Locations {
		for _, arn := range s.ownedLocations(want.Transfer) {
			l := s.Locations[arn]
			if !found.used[arn] && l.Exists && want.Side == plan.DestinationSide && want.Transfer.Owns(arn, l.Tags, plan.DestinationSide) {
				out[Lookup{transfer.Place{Account: want.Spec.Account, Region: want.Spec.Region}, arn}] = true
			}
			if _, lines, _ := want.Diff(l); l.Exists && want.Transfer.Adopts(arn, want.Side) && desired.BeyondTags(lines) {
				for _, side := range transfer.Sides {
					out[Lookup{transfer.Place{Account: want.Spec.Account, Region: want.Transfer.End(side).Region}, arn}] = true
				}
			}
		}
	}
	for _, want := range w.Tasks {
		t := want.Transfer
		if !s.Readable[want.Spec.Account] {
			continue
		}
		for _, side := range transfer.Sides {
			if arn := s.locationOf(t, side); arn != "" && !found.tagged[t.Name] && s.Locations[arn].Exists {
				out[Lookup{transfer.Place{Account: want.Spec.Account, Region: want.Spec.Region}, arn}] = true
			}
		}
		for _, arn := range s.Alike(t, plan.SourceSide) {
			out[Lookup{transfer.Place{Account: want.Spec.Account, Region: want.Spec.Region}, arn}] = true
		}
		for _, reg := range s.regionsToSearch(t) {
			if found.told[transferRegion{t.Name, reg}] {
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

// tasksFound is what the tasks that were read say about further tasks.
type tasksFound struct {
	used   map[string]bool         // ARNs of destination locations that a task uses
	tagged map[string]bool         // names of transfers that have a task
	told   map[transferRegion]bool // Regions of which a task says what it replaced there
}

type transferRegion struct{ transfer, region string }

func (s *Snapshot) tasksFound(w desired.Set) tasksFound {
	out := tasksFound{map[string]bool{}, map[string]bool{}, map[transferRegion]bool{}}
	for _, t := range s.Tasks {
		out.used[t.DestinationLocationARN] = true
	}
	for _, want := range w.Tasks {
		for _, arn := range s.ownedTasks(want.Transfer) {
			t := s.Tasks[arn]
			if !want.Transfer.Owns(arn, t.Tags, "") {
				continue
			}
			out.tagged[want.Transfer.Name] = true
			for _, replaced := range replacedBy(want.Transfer, t) {
				if a, _ := region.ParseARN(replaced); desired.IsIn(arn, want.Spec.Account, want.Spec.Region) {
					out.told[transferRegion{want.Transfer.Name, a.Region}] = true
				}
			}
		}
	}
	return out
}

// regionsToSearch are the former Regions of the transfer, and those in which its former buckets may be.
func (s *Snapshot) regionsToSearch(t *transfer.Transfer) []string {
	regions := s.FormerRegions(t)
	for _, b := range s.FormerBucketsOf(t) {
		for _, reg := range b.Regions {
			if reg != t.Source.Region && reg != t.Destination.Region && !slices.Contains(regions, reg) {
				regions = append(regions, reg)
			}
		}
	}
	return regions
}

// Referred are the locations and tasks, not read yet, that tasks of ours name or say that they replaced.
func (s *Snapshot) Referred(w desired.Set) (locations, tasks map[string]transfer.Place) {
	locations, tasks = map[string]transfer.Place{}, map[string]transfer.Place{}
	for _, t := range w.Tasks {
		for _, arn := range s.ownedTasks(t.Transfer) {
			state := s.Tasks[arn]
			a, _ := region.ParseARN(arn)
			if a.Account != t.Spec.Account || !state.Exists || !t.Transfer.Owns(arn, state.Tags, "") {
				continue
			}
			for _, l := range append(replacedBy(t.Transfer, state), state.SourceLocationARN, state.DestinationLocationARN) {
				a, ok := region.ParseARN(l)
				_, readTask := s.Tasks[l]
				_, readLocation := s.Locations[l]
				switch {
				case !ok || a.Account != t.Spec.Account || readTask || readLocation || s.Failures[l] != nil:
				case strings.HasPrefix(a.Resource, "task/"):
					tasks[l] = transfer.Place{Account: a.Account, Region: a.Region}
				default:
					locations[l] = transfer.Place{Account: a.Account, Region: a.Region}
				}
			}
		}
	}
	return locations, tasks
}

// Outlived are the tasks that name a location which is gone: somebody was deleting both while they were read, the task first, and it was read before that.
func (s *Snapshot) Outlived() map[string]transfer.Place {
	gone := func(arn string) bool {
		l, read := s.Locations[arn]
		return read && !l.Exists && l.Unread[location.PartLocation] == nil
	}
	tasks := map[string]transfer.Place{}
	for arn, t := range s.Tasks {
		if a, ok := region.ParseARN(arn); ok && t.Exists && (gone(t.SourceLocationARN) || gone(t.DestinationLocationARN)) {
			tasks[arn] = transfer.Place{Account: a.Account, Region: a.Region}
		}
	}
	return tasks
}

// InFormerBuckets are the listed locations, not read yet, of former buckets.
func (s *Snapshot) InFormerBuckets(w desired.Set, listed map[transfer.Place][]location.Entry) map[string]transfer.Place {
	out := map[string]transfer.Place{}
	former := map[OwnedBucket]bool{} // by task account
	for _, t := range w.Tasks {
		for _, b := range s.FormerBucketsOf(t.Transfer) {
			former[OwnedBucket{t.Spec.Account, b.Name}] = true
		}
	}
	if len(former) == 0 {
		return out
	}
	for pl, entries := range listed {
		for _, e := range entries {
			_, read := s.Locations[e.ARN]
			b, _, ok := location.ParseURI(e.URI)
			if ok && former[OwnedBucket{pl.Account, b}] && !read && s.Failures[e.ARN] == nil {
				out[e.ARN] = pl
			}
		}
	}
	return out
}
