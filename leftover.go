package xacct

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/task"
)

// A leftover bears our mark and is no longer wanted: the task that was replaced, and the locations of a bucket that the transfer has left.
// AWS cannot point a task elsewhere, so a new one is made first; what was before it is then deleted, in the same plan if nothing breaks,
// else in the next one.
//
// The old task names the old locations. Once it is gone only the new one does, in a tag, for no list tells whose a location is.

// tagReplaces is the tag, after the prefix, of a task that took another's place: the ARNs of the locations that were left behind.
const tagReplaces = "replaces"

// mostTag is how long the value of a tag can be.
const mostTag = 256

// ourTasks finds the task that bears the mark of the transfer. Of several it is the one that fits what is wanted, and the others are left
// over; if none or more than one fits it is an [AmbiguousError].
func (s *snapshot) ourTasks(w taskWant) (main task.State, old []task.State, err error) {
	var ours []task.State
	for _, arn := range slices.Sorted(maps.Keys(s.tasks)) {
		t := s.tasks[arn]
		if !at(arn, w.spec.Account, w.spec.Region) {
			continue
		}
		for _, part := range []string{task.PartTask, task.PartTags} {
			if err := s.unread(arn, t.Unread, part); err != nil {
				return task.State{}, nil, err
			}
		}
		if t.Exists && w.transfer.marks(t.Tags, "") {
			ours = append(ours, t)
		}
	}
	switch len(ours) {
	case 0:
		return task.State{}, nil, nil
	case 1:
		return ours[0], nil, nil
	}
	var fit []task.State
	source, destination := s.locationOf(w.transfer, SourceSide), s.locationOf(w.transfer, DestinationSide)
	for _, t := range ours {
		if op, _, _ := diffTask(w, t, source, destination); op != Replace {
			fit = append(fit, t)
		} else {
			old = append(old, t)
		}
	}
	if len(fit) == 1 {
		return fit[0], old, nil
	}
	e := &AmbiguousError{Account: w.spec.Account, Region: w.spec.Region, Kind: DataSyncTask, Name: w.spec.Name}
	for _, t := range ours {
		e.ARNs = append(e.ARNs, t.ARN)
	}
	return task.State{}, nil, e
}

// ourTask is the task of ourTasks alone.
func (s *snapshot) ourTask(w taskWant) (task.State, error) {
	main, _, err := s.ourTasks(w)
	return main, err
}

// locationOf is the ARN of the location that the side has, "" if it has none or it is not clear which.
func (s *snapshot) locationOf(t Transfer, side Side) string {
	if arn := t.end(side).LocationARN; arn != "" {
		return arn
	}
	state, _, err := s.ourLocation(locationWant{transfer: t, side: side, spec: t.locationSpec(side)})
	if err != nil {
		return ""
	}
	return state.ARN
}

// referred are the locations that tasks of ours name and that were not read: those of a bucket that is no longer wanted.
func (s *snapshot) referred(w wants) map[string]place {
	out := map[string]place{}
	for _, t := range w.tasks {
		for arn, state := range s.tasks {
			if !at(arn, t.spec.Account, t.spec.Region) || !state.Exists || !t.transfer.marks(state.Tags, "") {
				continue
			}
			for _, l := range append(strings.Fields(state.Tags[t.transfer.tagKey(tagReplaces)]), state.SourceLocationARN, state.DestinationLocationARN) {
				a, ok := region.ParseARN(l)
				if _, read := s.locations[l]; ok && !read && a.Account == t.spec.Account {
					out[l] = place{a.Account, a.Region}
				}
			}
		}
	}
	return out
}

// leftLocations are the locations that bear the mark of the transfer and are neither end's.
func (s *snapshot) leftLocations(t Transfer) []location.State {
	source, destination := s.locationOf(t, SourceSide), s.locationOf(t, DestinationSide)
	var out []location.State
	for _, arn := range slices.Sorted(maps.Keys(s.locations)) {
		l := s.locations[arn]
		a, _ := region.ParseARN(arn)
		if l.Exists && a.Account == t.taskAccount() && arn != source && arn != destination && t.marks(l.Tags, "") {
			out = append(out, l)
		}
	}
	return out
}

// unreadLocations is why it is not known whether a location that a task of ours names, or named, is ours.
func (s *snapshot) unreadLocations(t Transfer) error {
	for _, arn := range slices.Sorted(maps.Keys(s.locations)) {
		if a, _ := region.ParseARN(arn); a.Account != t.taskAccount() || !s.names(t, arn) {
			continue
		}
		for _, part := range []string{location.PartLocation, location.PartTags} {
			if err := s.unread(arn, s.locations[arn].Unread, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// names reports whether a task of the transfer names the location, or took the place of one that did.
func (s *snapshot) names(t Transfer, arn string) bool {
	for _, state := range s.tasks {
		if t.marks(state.Tags, "") && (state.SourceLocationARN == arn || state.DestinationLocationARN == arn || slices.Contains(strings.Fields(state.Tags[t.tagKey(tagReplaces)]), arn)) &&
			arn != t.Source.LocationARN && arn != t.Destination.LocationARN {
			return true
		}
	}
	return false
}

// replaces is the tag that a task gets which takes another's place; "" if nothing is left behind, or too much to say.
func (s *snapshot) replaces(t Transfer) string {
	var arns []string
	for _, l := range s.leftLocations(t) {
		arns = append(arns, l.ARN)
	}
	text := strings.Join(arns, " ")
	if len(text) > mostTag {
		return ""
	}
	return text
}

// leftovers plans the deletion of what is left over, after the change that makes the task what is wanted. It returns the IDs of the tasks' and
// of the locations' changes.
func (b *builder) leftovers(w taskWant, after ...string) (tasks, locations []string) {
	t := w.transfer
	if !b.canRead(w.spec.Account) {
		return nil, nil
	}
	_, old, err := b.snap.ourTasks(w)
	if err != nil {
		return nil, nil // reported with the task
	}
	if err := b.snap.unreadLocations(t); err != nil {
		b.find([]Transfer{t}, unreadFinding(w.spec.Account, "the locations of an earlier task", err, Blocking, "grant the reader datasync:DescribeLocationS3 and datasync:ListTagsForResource"))
		return nil, nil
	}
	reason := "left behind when the transfer's task was replaced"
	for _, s := range old {
		c := Change{ID: changeID(w.spec.Account, w.spec.Region, DataSyncTask, t.Name+"/"+lastOf(s.ARN)), Account: w.spec.Account, Region: w.spec.Region, Kind: DataSyncTask,
			Name: cmp.Or(s.Name, t.Name), Transfers: []string{t.Name}, Op: Delete, Before: w.before(s), ARN: s.ARN, Requires: after,
			Calls: []string{"datasync:DeleteTask"}, Reason: reason, left: true}
		b.running(w, s)
		b.add(c)
		tasks = append(tasks, c.ID)
	}
	before := append(append(slices.Clone(after), tasks...), b.leaveBuckets(t, append(slices.Clone(after), tasks...))...)
	for _, l := range b.snap.leftLocations(t) {
		a, _ := region.ParseARN(l.ARN)
		side := Side(l.Tags[t.tagKey(tagSide)])
		c := Change{ID: changeID(a.Account, a.Region, DataSyncLocation, t.Name+"/"+lastOf(l.ARN)), Account: a.Account, Region: a.Region, Kind: DataSyncLocation,
			Name: l.URI, Transfers: []string{t.Name}, Side: side, Op: Delete, Before: locationWant{transfer: t, side: side, spec: t.locationSpec(SourceSide)}.before(l),
			ARN: l.ARN, Requires: before, Calls: []string{"datasync:DeleteLocation"}, Reason: reason, left: true}
		b.add(c)
		locations = append(locations, c.ID)
	}
	return tasks, locations
}

// lastOf is the last part of an ARN: task-0123456789abcdef0.
func lastOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// removeLeft deletes what is left over.
func (r *run) removeLeft(ctx context.Context, ch, now *Change) (Status, error) {
	api, err := r.clients.datasync(ch.Account, ch.Region)
	if err != nil {
		return Failed, err
	}
	if ch.Kind == DataSyncTask {
		return r.removeTask(ctx, ch, api, now.ARN)
	}
	return r.removeLocation(ctx, ch, api, now.ARN)
}
