package xacct

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// ourTasks finds the task that bears the mark of the transfer. Of several it is the one that fits what is wanted, else the one that none of
// the others took the place of, and the others are left over, as is every task in another Region. If that does not single one out it is an
// [AmbiguousError].
func (s *snapshot) ourTasks(w desired.Task) (main task.State, old []task.State, err error) {
	var here []task.State
	for _, arn := range slices.Sorted(maps.Keys(s.tasks)) {
		t := s.tasks[arn]
		a, _ := region.ParseARN(arn)
		if a.Account != w.Spec.Account {
			continue
		}
		for _, part := range []string{task.PartTask, task.PartTags} {
			if err := s.unread(arn, t.Unread, part); err != nil {
				return task.State{}, nil, err
			}
		}
		switch {
		case !t.Exists || !w.Transfer.Marks(t.Tags, ""):
		case a.Region == w.Spec.Region:
			here = append(here, t)
		default:
			old = append(old, t)
		}
	}
	switch len(here) {
	case 0:
		return task.State{}, old, nil
	case 1:
		return here[0], old, nil
	}
	source, destination := s.locationOf(w.Transfer, plan.SourceSide), s.locationOf(w.Transfer, plan.DestinationSide)
	fit := slices.DeleteFunc(slices.Clone(here), func(t task.State) bool {
		op, _, _ := w.Diff(t, source, destination)
		return op == plan.Replace
	})
	last := slices.DeleteFunc(slices.Clone(here), func(t task.State) bool {
		return slices.ContainsFunc(here, func(u task.State) bool { return slices.Contains(replacedBy(w.Transfer, u), t.ARN) })
	})
	switch {
	case len(fit) == 1:
		main = fit[0]
	case len(last) == 1:
		main = last[0]
	default:
		e := &plan.AmbiguousError{Account: w.Spec.Account, Region: w.Spec.Region, Kind: plan.DataSyncTask, Name: w.Spec.Name}
		for _, t := range here {
			e.ARNs = append(e.ARNs, t.ARN)
		}
		return task.State{}, nil, e
	}
	return main, append(old, slices.DeleteFunc(here, func(t task.State) bool { return t.ARN == main.ARN })...), nil
}

// ourTask is the task of ourTasks alone.
func (s *snapshot) ourTask(w desired.Task) (task.State, error) {
	main, _, err := s.ourTasks(w)
	return main, err
}

// locationOf is the ARN of the location that the side has, "" if it has none or it is not clear which.
func (s *snapshot) locationOf(t *transfer.Transfer, side plan.Side) string {
	if arn := t.End(side).LocationARN; arn != "" {
		return arn
	}
	state, _, err := s.ourLocation(desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)})
	if err != nil {
		return ""
	}
	return state.ARN
}

// referred are what tasks of ours name, or took the place of, and what was not read: locations and tasks that are no longer wanted.
func (s *snapshot) referred(w desired.Set) (locations, tasks map[string]transfer.Place) {
	locations, tasks = map[string]transfer.Place{}, map[string]transfer.Place{}
	for _, t := range w.Tasks {
		for arn, state := range s.tasks {
			a, _ := region.ParseARN(arn)
			if a.Account != t.Spec.Account || !state.Exists || !t.Transfer.Marks(state.Tags, "") {
				continue
			}
			for _, l := range append(replacedBy(t.Transfer, state), state.SourceLocationARN, state.DestinationLocationARN) {
				a, ok := region.ParseARN(l)
				_, readTask := s.tasks[l]
				_, readLocation := s.locations[l]
				switch {
				case !ok || a.Account != t.Spec.Account || readTask || readLocation || s.failures[l] != nil:
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

// orphanLocations are the locations that bear the mark of the transfer and are neither end's.
func (s *snapshot) orphanLocations(t *transfer.Transfer) []location.State {
	source, destination := s.locationOf(t, plan.SourceSide), s.locationOf(t, plan.DestinationSide)
	var out []location.State
	for _, arn := range slices.Sorted(maps.Keys(s.locations)) {
		l := s.locations[arn]
		a, _ := region.ParseARN(arn)
		if l.Exists && a.Account == t.TaskAccount && arn != source && arn != destination && t.Marks(l.Tags, "") {
			out = append(out, l)
		}
	}
	return out
}

// unreadLocations is why it is not known whether a location that a task of ours names, or named, is ours.
func (s *snapshot) unreadLocations(t *transfer.Transfer) error {
	for _, arn := range slices.Sorted(maps.Keys(s.locations)) {
		if a, _ := region.ParseARN(arn); a.Account != t.TaskAccount || !s.refersTo(t, arn) {
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

// refersTo reports whether a task of the transfer names the location, or took the place of one that did.
func (s *snapshot) refersTo(t *transfer.Transfer, arn string) bool {
	for _, state := range s.tasks {
		if t.Marks(state.Tags, "") && (state.SourceLocationARN == arn || state.DestinationLocationARN == arn || slices.Contains(replacedBy(t, state), arn)) &&
			arn != t.Source.LocationARN && arn != t.Destination.LocationARN {
			return true
		}
	}
	return false
}

// replaces is the tag that a task gets which takes the place of others: these, and the locations that are left behind, as far as a tag can
// hold them. "" is none.
func (s *snapshot) replaces(t *transfer.Transfer, old []task.State) string {
	var arns []string
	for _, o := range old {
		arns = append(arns, o.ARN)
	}
	for _, l := range s.orphanLocations(t) {
		arns = append(arns, l.ARN)
	}
	text := ""
	for _, arn := range arns {
		a, _ := region.ParseARN(arn)
		if next := strings.TrimSpace(text + " " + a.Region + "/" + lastOf(arn)); len(next) <= transfer.MostTag {
			text = next
		}
	}
	return text
}

// replacedBy are the ARNs of the tasks and locations that the task took the place of.
func replacedBy(t *transfer.Transfer, s task.State) []string {
	var out []string
	for _, word := range strings.Fields(s.Tags[t.TagKey(transfer.TagReplaces)]) {
		reg, id, _ := strings.Cut(word, "/")
		kind, _, _ := strings.Cut(id, "-")
		switch kind {
		case "loc":
			kind = "location"
		case "task":
		default:
			continue
		}
		out = append(out, region.ARN{Partition: t.Partition, Service: "datasync", Region: reg, Account: t.TaskAccount, Resource: kind + "/" + id}.String())
	}
	return out
}

// dropOrphanTasks plans the deletion of the tasks that are left over, after the change that makes the task what is wanted. It returns the IDs of
// these changes. Nothing is left if it is not known what is the transfer's: ok is false then.
func (b *builder) dropOrphanTasks(w desired.Task, after ...string) (ids []string, ok bool) {
	t := w.Transfer
	if !b.canRead(w.Spec.Account) {
		return nil, false
	}
	_, old, err := b.snap.ourTasks(w)
	if err != nil {
		return nil, false // reported with the task
	}
	if err := b.snap.unreadLocations(t); err != nil {
		b.find([]*transfer.Transfer{t}, unreadFinding(w.Spec.Account, "the locations of an earlier task", err, plan.Blocking, "grant the reader datasync:DescribeLocationS3 and datasync:ListTagsForResource"))
		return nil, false
	}
	for _, reg := range b.snap.formerRegions(t) {
		if err := b.snap.failures[w.Spec.Account+"/"+reg]; err != nil {
			b.find([]*transfer.Transfer{t}, unreadFinding(w.Spec.Account, "tasks in "+reg+", where the transfer was before", err, plan.Warning, "grant the reader datasync:ListTasks there"))
		}
	}
	for _, s := range old {
		a, _ := region.ParseARN(s.ARN)
		c := plan.Change{ID: transfer.ChangeID(a.Account, a.Region, plan.DataSyncTask, t.Name+"/"+lastOf(s.ARN)), Account: a.Account, Region: a.Region, Kind: plan.DataSyncTask,
			Name: cmp.Or(s.Name, t.Name), Transfers: []string{t.Name}, Op: plan.Delete, Before: w.Before(s), ARN: s.ARN, Requires: after,
			Calls: []string{"datasync:DeleteTask"}, Reason: reasonOrphan}
		b.orphans[c.ID] = true
		b.running(w, s)
		b.add(c)
		ids = append(ids, c.ID)
	}
	return ids, true
}

const reasonOrphan = "left behind when the transfer's task was replaced"

// dropOrphanLocations plans the deletion of the locations that are left over. They go last, for they tell of the buckets and roles that are left:
// while a role has to stay, or the owner of a bucket is not known, they stay too.
func (b *builder) dropOrphanLocations(t *transfer.Transfer, after []string, stay bool) []string {
	var ids []string
	unknown, theirs := b.snap.ownerless(t), map[string]string{}
	for _, w := range b.snap.formerBuckets(t) {
		if !b.canRead(w.Spec.Account) {
			theirs[w.Spec.Name] = w.Spec.Account
		}
	}
	for _, l := range b.snap.orphanLocations(t) {
		a, _ := region.ParseARN(l.ARN)
		side := plan.Side(l.Tags[t.TagKey(transfer.TagSide)])
		c := plan.Change{ID: transfer.ChangeID(a.Account, a.Region, plan.DataSyncLocation, t.Name+"/"+lastOf(l.ARN)), Account: a.Account, Region: a.Region, Kind: plan.DataSyncLocation,
			Name: l.URI, Transfers: []string{t.Name}, Side: side, Op: plan.Delete, Before: desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(plan.SourceSide)}.Before(l),
			ARN: l.ARN, Requires: after, Calls: []string{"datasync:DeleteLocation"}, Reason: reasonOrphan}
		b.orphans[c.ID] = true
		name, _, _ := location.ParseURI(l.URI)
		switch {
		case unknown[name] != nil:
			c.Hold, c.Reason = plan.Blocked, "it tells of bucket "+name+", whose owner is not known"
		case theirs[name] != "":
			c.Hold, c.Reason = plan.Blocked, "it tells of bucket "+name+", in whose policy statements of ours may stand until account "+theirs[name]+" has removed them"
		case stay:
			c.Hold, c.Reason = plan.Blocked, reasonTells
		}
		b.add(c)
		ids = append(ids, c.ID)
	}
	return ids
}

const reasonTells = "it tells of a role that has to stay for now"

// lastOf is the last part of an ARN: task-0123456789abcdef0.
func lastOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// removeOrphan deletes what is left over.
func (r *run) removeOrphan(ctx context.Context, ch, now *plan.Change, res *plan.ChangeResult) (plan.Status, error) {
	if ch.Kind == plan.IAMRole {
		return r.removeOrphanRole(ctx, ch, res)
	}
	api, err := r.clients.DataSync(ch.Account, ch.Region)
	if err != nil {
		return plan.Failed, err
	}
	if ch.Kind == plan.DataSyncTask {
		return r.removeTask(ctx, ch, api, now.ARN, res)
	}
	if name, _, ok := location.ParseURI(ch.Name); ok && r.approved.Mode == plan.SetUp {
		if err := r.forget(ctx, ch, name, res); err != nil {
			return ended(ch, "iam:UntagRole", err)
		}
	}
	return r.removeLocation(ctx, ch, api, now.ARN, res)
}

// dropFormer plans that what the transfers have left goes, once what took its place is there.
func (b *builder) dropFormer(w desired.Set) {
	after, tasks, known := map[string][]string{}, map[string][]string{}, map[string]bool{}
	for _, t := range w.Tasks {
		name := t.Transfer.Name
		old, ok := b.dropOrphanTasks(t, t.ID())
		known[name], tasks[name] = ok, append([]string{t.ID()}, old...)
		after[name] = slices.Clone(tasks[name])
		if !b.canRead(t.Spec.Account) {
			b.dropFormerStatements(t.Transfer, nil) // nobody here can ever see the task
		}
		if ok {
			tasks[name] = append(tasks[name], b.dropFormerStatements(t.Transfer, after[name])...)
			after[name] = slices.Clone(tasks[name])
		}
	}
	for _, l := range w.Locations {
		if !l.Given {
			after[l.Transfer.Name] = append(after[l.Transfer.Name], l.ID())
		}
	}
	roles, stay := b.dropOrphanRoles(w, after)
	for _, t := range w.Tasks {
		if name := t.Transfer.Name; known[name] {
			b.dropOrphanLocations(t.Transfer, append(tasks[name], roles[name]...), stay[name])
		}
	}
}
