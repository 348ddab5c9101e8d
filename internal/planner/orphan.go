package planner

import (
	"cmp"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// Why a change deletes what is ours and unused, and why a location has to stay.
const (
	reasonOrphan  = "left behind when the transfer's task was replaced"
	reasonWitness = "it tells of a role that has to stay for now"
)

// dropFormer plans to remove what the transfers used before, once what took its place exists.
func (b *Builder) dropFormer(w desired.Set) {
	after, tasks, known := map[string][]string{}, map[string][]string{}, map[string]bool{}
	var left []*transfer.Transfer
	for _, t := range w.Tasks {
		name := t.Transfer.Name
		old, ok := b.dropOrphanTasks(t, t.ID())
		known[name], tasks[name] = ok, append([]string{t.ID()}, old...)
		after[name] = slices.Clone(tasks[name])
		if !b.CanRead(t.Spec.Account) { // nobody here can ever see the task
			after[name] = nil
		}
		if ok || !b.CanRead(t.Spec.Account) {
			left = append(left, t.Transfer)
		}
	}
	for name, ids := range b.dropFormerStatements(left, after) {
		if known[name] {
			tasks[name] = append(tasks[name], ids...)
		}
	}
	for name := range known {
		after[name] = slices.Clone(tasks[name])
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

// dropOrphanTasks plans to delete the tasks of the transfer that are no longer in use, after the change that makes the task as desired. It returns
// the IDs of these changes. ok is false if it is not known which tasks and locations are the transfer's.
func (b *Builder) dropOrphanTasks(w desired.Task, after ...string) (ids []string, ok bool) {
	t := w.Transfer
	if !b.CanRead(w.Spec.Account) {
		return nil, false
	}
	_, old, err := b.Snap.OurTasks(w)
	if err != nil {
		return nil, false // reported with the task
	}
	if err := b.Snap.UnreadLocations(t); err != nil {
		b.blame([]*transfer.Transfer{t}, err)
		b.find([]*transfer.Transfer{t}, unreadFinding(w.Spec.Account, "the locations of an earlier task", err, plan.Blocking, "grant the reader datasync:DescribeLocationS3 and datasync:ListTagsForResource"))
		return nil, false
	}
	for _, reg := range b.Snap.FormerRegions(t) {
		if err := b.Snap.Failures[w.Spec.Account+"/"+reg]; err != nil {
			b.find([]*transfer.Transfer{t}, unreadFinding(w.Spec.Account, "tasks in "+reg+", where the transfer was before", err, plan.Warning, "grant the reader datasync:ListTasks there"))
		}
	}
	twins := b.twinTasks(w)
	for _, s := range old {
		a, _ := region.ParseARN(s.ARN)
		c := plan.Change{ID: transfer.ChangeID(a.Account, a.Region, plan.DataSyncTask, t.Name+"/"+snapshot.LastOf(s.ARN)), Account: a.Account, Region: a.Region, Kind: plan.DataSyncTask,
			Name: cmp.Or(s.Name, t.Name), Transfers: []string{t.Name}, Op: plan.Delete, Before: w.Before(s), ARN: s.ARN, Requires: after,
			Calls: []string{"datasync:DeleteTask"}, Reason: reasonOrphan}
		if a.Region != w.Spec.Region {
			c.Requires = append(slices.Clone(after), b.logDrops(t, a.Region)...)
		}
		if twins[s.ARN] {
			if c.Requires, c.Reason = nil, reasonTwin; snapshot.InUse(s) {
				b.keepTwinTask(w, s)
				continue
			}
			b.Twins[c.ID], c.Details = true, twinDetails(s.ARN)
			b.beforeUpdate(w.ID(), c.ID)
		}
		b.Orphans[c.ID] = true
		if !b.orRelease(t, s.Tags, &c) {
			b.running(w, s)
		}
		b.add(c)
		ids = append(ids, c.ID)
	}
	return ids, true
}

// dropOrphanLocations plans to delete the locations that are no longer in use. They go last, because they say which buckets and roles the transfer
// used: they stay while a role has to stay or the owner of a bucket is not known.
func (b *Builder) dropOrphanLocations(t *transfer.Transfer, after []string, stay bool) []string {
	var ids []string
	unknown, theirs := b.Snap.Ownerless(t), map[string]string{}
	for _, w := range b.Snap.FormerBuckets(t) {
		if !b.CanRead(w.Spec.Account) {
			theirs[w.Spec.Name] = w.Spec.Account
		}
	}
	twins := b.twinLocations(t)
	for _, l := range b.Snap.OrphanLocations(t) {
		a, _ := region.ParseARN(l.ARN)
		side := plan.Side(l.Tags[t.TagKey(transfer.TagSide)])
		c := plan.Change{ID: transfer.ChangeID(a.Account, a.Region, plan.DataSyncLocation, t.Name+"/"+snapshot.LastOf(l.ARN)), Account: a.Account, Region: a.Region, Kind: plan.DataSyncLocation,
			Name: l.URI, Transfers: []string{t.Name}, Side: side, Op: plan.Delete, Before: desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(plan.SourceSide)}.Before(l),
			ARN: l.ARN, Requires: after, Calls: []string{"datasync:DeleteLocation"}, Reason: reasonOrphan}
		name, _, _ := location.ParseURI(l.URI)
		switch {
		case twins[l.ARN]:
			if !b.dropTwinLocation(t, l, &c) {
				continue
			}
		case unknown[name] != nil:
			c.Hold, c.Reason = plan.Blocked, "it tells of bucket "+name+", whose owner is not known"
		case theirs[name] != "":
			c.Hold, c.Reason = plan.Blocked, "it tells of bucket "+name+", in whose policy statements of ours may stand until account "+theirs[name]+" has removed them"
		case stay:
			c.Hold, c.Reason = plan.Blocked, reasonWitness
		}
		b.Orphans[c.ID] = true
		b.orRelease(t, l.Tags, &c)
		b.usedByOthers(t, side, l, c)
		b.add(c)
		ids = append(ids, c.ID)
	}
	return ids
}

// dropOrphanRoles plans to take our policies off the roles that the transfers no longer use, and to delete each role with the last of them. It
// returns the IDs of these changes by transfer, and which transfers have a role that has to stay.
func (b *Builder) dropOrphanRoles(all desired.Set, after map[string][]string) (ids map[string][]string, stay map[string]bool) {
	ids, stay = map[string][]string{}, map[string]bool{}
	for _, w := range b.Snap.OrphanRoles(all) {
		id, held := b.dropRole(all, w, after)
		for _, t := range w.Transfers {
			if id != "" {
				ids[t.Name] = append(ids[t.Name], id)
			}
			stay[t.Name] = stay[t.Name] || held
		}
	}
	given := b.Snap.RolesGiven()
	for _, tw := range all.Tasks {
		t := tw.Transfer
		for _, arn := range slices.Sorted(maps.Keys(b.Snap.FormerRoles(t))) {
			if err := b.Snap.UnreadFormer(arn); err != nil && !b.Snap.WantsRole(arn) && !given[arn] {
				b.find([]*transfer.Transfer{t}, unreadFinding(t.TaskAccount, arn, err, plan.Warning, "grant the reader iam:GetRole and iam:ListRolePolicies on role "+arn+", which a location of the transfer had before: if it is ours, it stays"))
			}
		}
	}
	return ids, stay
}

// transfersOf returns the transfers that use the roles.
func transfersOf(roles []desired.Role) []*transfer.Transfer {
	var out []*transfer.Transfer
	for _, r := range roles {
		out = append(out, r.Transfers...)
	}
	return out
}
