package snapshot

import (
	"cmp"
	"maps"
	"slices"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// Twins are several locations or tasks of one transfer that are equal in all that we set. Applies of one transfer at the same time make them, because
// CreateLocationS3 and CreateTask have no client token. One is used, the others are orphans: of tasks one that has run or has a schedule before one
// that has not, of locations the one that the used task names, and of the rest the oldest. So no task has to be replaced because it was made with
// the younger location. One that notes less of what was before it than another one is not used: what only the other one notes would be lost with it.

// older orders twins by the time of their creation, and those of one time by their ARNs.
func older(a, b time.Time, arnA, arnB string) int {
	return cmp.Or(a.Compare(b), cmp.Compare(arnA, arnB))
}

// oneLocation is the location that is used, of those that are tagged as the side's: sorted by ARN, and at least one.
func (s *Snapshot) oneLocation(w desired.Location, ours []location.State) (location.State, error) {
	if len(ours) == 1 {
		return ours[0], nil
	}
	if i := slices.IndexFunc(ours, func(l location.State) bool { return w.Transfer.Adopts(l.ARN, w.Side) }); i >= 0 {
		return ours[i], nil
	}
	differ := locationsDiffer(w, ours)
	if len(differ) == 0 {
		main, _ := s.OurTask(desired.Of([]*transfer.Transfer{w.Transfer}).Tasks[0]) // an error is the task's, and none of ours is then known to be named
		used := endOf(main, w.Side)
		all := slices.SortedFunc(slices.Values(ours), func(a, b location.State) int {
			return cmp.Or(first(a.ARN == used, b.ARN == used), older(a.CreationTime, b.CreationTime, a.ARN, b.ARN))
		})
		if all[0].ARN == used {
			all = all[:1]
		}
		for _, l := range all {
			if !slices.ContainsFunc(ours, func(other location.State) bool { return !s.tellsRoles(w.Transfer, l, other) }) {
				return l, nil
			}
		}
		differ = []string{noteTag(w.Transfer)}
	}
	e := &plan.AmbiguousError{Account: w.Spec.Account, Region: w.Spec.Region, Kind: plan.DataSyncLocation, Name: w.Spec.URI(), Differ: differ}
	for _, l := range ours {
		e.ARNs = append(e.ARNs, l.ARN)
	}
	return location.State{}, e
}

// noteTag is how an error names the tag in which a task or location notes what was before it.
func noteTag(t *transfer.Transfer) string { return "tag " + t.TagKey(transfer.TagReplaces) }

// tellsRoles reports whether the location notes all roles that the other one notes, except those that are known to be gone. A location that tells less
// than its twin must not outlive it.
func (s *Snapshot) tellsRoles(t *transfer.Transfer, l, other location.State) bool {
	told := append(notedRoles(t, l.Tags), l.RoleARN)
	return !slices.ContainsFunc(notedRoles(t, other.Tags), func(arn string) bool {
		role, read := s.Roles[arn]
		gone := read && !role.Exists && role.Unread[iamrole.PartRole] == nil
		return !gone && !slices.Contains(told, arn)
	})
}

// tellsReplaced reports whether the task notes all tasks and locations that the other one notes, except those that are known to be gone.
func (s *Snapshot) tellsReplaced(t *transfer.Transfer, a, other task.State) bool {
	told := replacedBy(t, a)
	return !slices.ContainsFunc(replacedBy(t, other), func(arn string) bool {
		old, readTask := s.Tasks[arn]
		l, readLocation := s.Locations[arn]
		gone := readTask && !old.Exists && old.Unread[task.PartTask] == nil || readLocation && !l.Exists && l.Unread[location.PartLocation] == nil
		return !gone && !slices.Contains(told, arn)
	})
}

// endOf is the ARN of the task's location on the side.
func endOf(t task.State, side plan.Side) string {
	if side == plan.SourceSide {
		return t.SourceLocationARN
	}
	return t.DestinationLocationARN
}

// twinLocations reports whether locations of the side are equal in all that we set.
func twinLocations(w desired.Location, all []location.State) bool {
	return len(locationsDiffer(w, all)) == 0
}

// locationsDiffer is in what locations of the side differ, of all that we set, sorted.
func locationsDiffer(w desired.Location, all []location.State) []string {
	class := func(l location.State) dstypes.S3StorageClass {
		return cmp.Or(l.StorageClass, dstypes.S3StorageClassStandard)
	}
	var d differences
	for _, l := range all {
		one := all[0]
		d.note(one.URI != l.URI, "URI")
		d.note(one.RoleARN != l.RoleARN, "role")
		d.note(w.Side == plan.DestinationSide && class(one) != class(l), "storage class")
		d.noteTags(w.Spec.Tags, one.Tags, l.Tags)
	}
	return d.sorted()
}

// differences are the names of what two resources differ in.
type differences map[string]bool

func (d *differences) note(differ bool, name string) {
	if differ {
		if *d == nil {
			*d = differences{}
		}
		(*d)[name] = true
	}
}

// noteTags notes the wanted tags that have other values.
func (d *differences) noteTags(want, a, b map[string]string) {
	for k := range want {
		x, inA := a[k]
		y, inB := b[k]
		d.note(x != y || inA != inB, "tag "+k)
	}
}

func (d differences) sorted() []string { return slices.Sorted(maps.Keys(d)) }

// fitting are the ARNs that the task of the transfer may have as its location on the side: the given one, or those of ours, which are twins if they
// are several.
func (s *Snapshot) fitting(t *transfer.Transfer, side plan.Side) []string {
	if arn := t.End(side).LocationARN; arn != "" {
		return []string{arn}
	}
	w := desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)}
	ours, _, err := s.ourLocations(w)
	if err != nil || !twinLocations(w, ours) {
		return nil
	}
	var out []string
	for _, l := range ours {
		out = append(out, l.ARN)
	}
	return out
}

// oneTask is the task that is used, of those that are tagged as the transfer's in the wanted Region: sorted by ARN, and at least one.
func (s *Snapshot) oneTask(w desired.Task, here []task.State) (task.State, error) {
	if len(here) == 1 {
		return here[0], nil
	}
	if i := slices.IndexFunc(here, func(t task.State) bool { return w.Transfer.Adopts(t.ARN, "") }); i >= 0 {
		return here[i], nil
	}
	sources, destinations := s.fitting(w.Transfer, plan.SourceSide), s.fitting(w.Transfer, plan.DestinationSide)
	fit := slices.DeleteFunc(slices.Clone(here), func(t task.State) bool {
		op, _, _ := w.Diff(t, t.SourceLocationARN, t.DestinationLocationARN)
		return op == plan.Replace || !slices.Contains(sources, t.SourceLocationARN) || !slices.Contains(destinations, t.DestinationLocationARN)
	})
	last := slices.DeleteFunc(slices.Clone(here), func(t task.State) bool {
		return slices.ContainsFunc(here, func(u task.State) bool { return slices.Contains(replacedBy(w.Transfer, u), t.ARN) })
	})
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(last) == 1:
		return last[0], nil
	}
	all := fit
	if len(all) == 0 {
		all = last
	}
	slices.SortFunc(all, func(a, b task.State) int {
		return cmp.Or(first(InUse(a), InUse(b)), older(a.CreationTime, b.CreationTime, a.ARN, b.ARN))
	})
	for _, main := range all {
		if InUse(main) == InUse(all[0]) && !slices.ContainsFunc(all, func(t task.State) bool { return !s.twinTasks(w, main, t) }) {
			return main, nil
		}
	}
	e := &plan.AmbiguousError{Account: w.Spec.Account, Region: w.Spec.Region, Kind: plan.DataSyncTask, Name: w.Spec.Name}
	var d differences
	for _, t := range here {
		e.ARNs = append(e.ARNs, t.ARN)
		s.noteTasks(&d, w, here[0], t)
		d.note(!s.tellsReplaced(w.Transfer, here[0], t) || !s.tellsReplaced(w.Transfer, t, here[0]), noteTag(w.Transfer))
	}
	e.Differ = d.sorted()
	return task.State{}, e
}

// first orders that of which something is true before that of which it is not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// InUse reports whether the task has run, runs, or has a schedule.
func InUse(t task.State) bool {
	return t.LastExecutionARN != "" || t.Schedule != nil || t.Status == dstypes.TaskStatusRunning || t.Status == dstypes.TaskStatusQueued
}

// twinTasks reports whether two tasks of the transfer are equal in all that we set, and the first one notes all that the other one notes. Locations
// that are twins count as one.
func (s *Snapshot) twinTasks(w desired.Task, main, other task.State) bool {
	var d differences
	s.noteTasks(&d, w, main, other)
	return len(d) == 0 && s.tellsReplaced(w.Transfer, main, other)
}

// noteTasks notes in what two tasks of the transfer differ, of all that we set.
func (s *Snapshot) noteTasks(d *differences, w desired.Task, a, b task.State) {
	for _, side := range transfer.Sides {
		d.note(!s.twinEnds(w.Transfer, side, endOf(a, side), endOf(b, side)), string(side)+" location")
	}
	w.Spec.Mode = ""
	_, linesA, _ := w.Diff(a, a.SourceLocationARN, a.DestinationLocationARN)
	_, linesB, _ := w.Diff(b, b.SourceLocationARN, b.DestinationLocationARN)
	for _, line := range slices.Concat(linesA, linesB) {
		d.note(!slices.Contains(linesA, line) || !slices.Contains(linesB, line), desired.FieldOf(line))
	}
	d.note(a.Mode != b.Mode, "mode")
	d.note(a.Name != b.Name, "name")
	d.noteTags(w.Spec.Tags, a.Tags, b.Tags)
	d.note(!desired.SameFilter(a.Includes, b.Includes), "include filter")
	d.note(!desired.SameFilter(a.Excludes, b.Excludes), "exclude filter")
	d.note(!sameSchedule(a.Schedule, b.Schedule), "schedule")
	d.note(!a.Manifest.Equal(b.Manifest), "manifest")
	d.note(!a.Report.Equal(b.Report), "report")
	d.note(w.Spec.LogGroupARN != "" && a.LogGroupARN != b.LogGroupARN, "log group")
}

func sameSchedule(a, b *task.ScheduleState) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Expression == b.Expression
}

// twinEnds reports whether two ARNs are of one location or of twins.
func (s *Snapshot) twinEnds(t *transfer.Transfer, side plan.Side, a, b string) bool {
	if a == b {
		return true
	}
	x, y := s.Locations[a], s.Locations[b]
	return x.Exists && y.Exists && t.Owns(a, x.Tags, side) && t.Owns(b, y.Tags, side) &&
		twinLocations(desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)}, []location.State{x, y})
}

// TwinTasks are the twins of the task that is used, without it: main and old are those of OurTasks.
func (s *Snapshot) TwinTasks(w desired.Task, main task.State, old []task.State) []task.State {
	return slices.DeleteFunc(slices.Clone(old), func(t task.State) bool {
		return !main.Exists || !desired.IsIn(t.ARN, w.Spec.Account, w.Spec.Region) || slices.Contains(replacedBy(w.Transfer, main), t.ARN) ||
			!s.twinTasks(w, main, t)
	})
}

// TwinLocations are the twins of the side's location that is used, without it; nil if the location is given or it is not known which is used.
func (s *Snapshot) TwinLocations(t *transfer.Transfer, side plan.Side) []location.State {
	if t.End(side).LocationARN != "" {
		return nil
	}
	main, err := s.ownLocation(t, side)
	if err != nil {
		return nil
	}
	w := desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)}
	ours, _, _ := s.ourLocations(w)
	return slices.DeleteFunc(ours, func(l location.State) bool {
		return l.ARN == main.ARN || !twinLocations(w, []location.State{main, l}) || !s.tellsRoles(t, main, l)
	})
}

// UsersToList are the lists that tell which tasks use twins of the transfers' locations: one for each twin, in the Regions of both ends and in those
// in which the transfer was before. Which twin is used is known only when all tasks are, so the lists are of all twins.
func (s *Snapshot) UsersToList(w desired.Set) map[Lookup]bool {
	out := map[Lookup]bool{}
	for _, want := range w.Tasks {
		for _, side := range transfer.Sides {
			arns := s.fitting(want.Transfer, side)
			for _, arn := range arns {
				for _, pl := range s.usersPlaces(want.Transfer) {
					if len(arns) > 1 {
						out[Lookup{pl, arn}] = true
					}
				}
			}
		}
	}
	return out
}

// usersPlaces are where tasks can be listed that may use the transfer's locations.
func (s *Snapshot) usersPlaces(t *transfer.Transfer) []transfer.Place {
	regions := append(s.regionsToSearch(t), t.Source.Region, t.Destination.Region)
	slices.Sort(regions)
	var out []transfer.Place
	for _, reg := range slices.Compact(regions) {
		out = append(out, transfer.Place{Account: t.TaskAccount, Region: reg})
	}
	return out
}

// Users are the tasks that were listed as using a location. Err is why they could not be listed.
type Users struct {
	Tasks []string // ARNs
	Err   error
}

// UsersOf are the tasks, by ARN and sorted, that use a twin of the transfer's locations, as far as they can be listed; an error if one of the
// lists was not read.
func (s *Snapshot) UsersOf(t *transfer.Transfer, arn string) ([]string, error) {
	var out []string
	for _, pl := range s.usersPlaces(t) {
		u, read := s.Users[Lookup{pl, arn}]
		if !read {
			u.Err = ErrNotRead
		}
		if u.Err != nil {
			return nil, u.Err
		}
		out = append(out, u.Tasks...)
	}
	for _, user := range s.usersRead(arn) {
		if s.Tasks[user].Exists {
			out = append(out, user)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
