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

// dropFormer plans that what the transfers have left goes, once what took its place is there.
func (b *Builder) dropFormer(w desired.Set) {
	after, tasks, known := map[string][]string{}, map[string][]string{}, map[string]bool{}
	for _, t := range w.Tasks {
		name := t.Transfer.Name
		old, ok := b.dropOrphanTasks(t, t.ID())
		known[name], tasks[name] = ok, append([]string{t.ID()}, old...)
		after[name] = slices.Clone(tasks[name])
		if !b.CanRead(t.Spec.Account) {
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

// dropOrphanTasks plans the deletion of the tasks that are left over, after the change that makes the task what is wanted. It returns the IDs of
// these changes. Nothing is left if it is not known what is the transfer's: ok is false then.
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
		b.find([]*transfer.Transfer{t}, unreadFinding(w.Spec.Account, "the locations of an earlier task", err, plan.Blocking, "grant the reader datasync:DescribeLocationS3 and datasync:ListTagsForResource"))
		return nil, false
	}
	for _, reg := range b.Snap.FormerRegions(t) {
		if err := b.Snap.Failures[w.Spec.Account+"/"+reg]; err != nil {
			b.find([]*transfer.Transfer{t}, unreadFinding(w.Spec.Account, "tasks in "+reg+", where the transfer was before", err, plan.Warning, "grant the reader datasync:ListTasks there"))
		}
	}
	for _, s := range old {
		a, _ := region.ParseARN(s.ARN)
		c := plan.Change{ID: transfer.ChangeID(a.Account, a.Region, plan.DataSyncTask, t.Name+"/"+snapshot.LastOf(s.ARN)), Account: a.Account, Region: a.Region, Kind: plan.DataSyncTask,
			Name: cmp.Or(s.Name, t.Name), Transfers: []string{t.Name}, Op: plan.Delete, Before: w.Before(s), ARN: s.ARN, Requires: after,
			Calls: []string{"datasync:DeleteTask"}, Reason: reasonOrphan}
		b.Orphans[c.ID] = true
		b.running(w, s)
		b.add(c)
		ids = append(ids, c.ID)
	}
	return ids, true
}

// dropOrphanLocations plans the deletion of the locations that are left over. They go last, for they tell of the buckets and roles that are left:
// while a role has to stay, or the owner of a bucket is not known, they stay too.
func (b *Builder) dropOrphanLocations(t *transfer.Transfer, after []string, stay bool) []string {
	var ids []string
	unknown, theirs := b.Snap.Ownerless(t), map[string]string{}
	for _, w := range b.Snap.FormerBuckets(t) {
		if !b.CanRead(w.Spec.Account) {
			theirs[w.Spec.Name] = w.Spec.Account
		}
	}
	for _, l := range b.Snap.OrphanLocations(t) {
		a, _ := region.ParseARN(l.ARN)
		side := plan.Side(l.Tags[t.TagKey(transfer.TagSide)])
		c := plan.Change{ID: transfer.ChangeID(a.Account, a.Region, plan.DataSyncLocation, t.Name+"/"+snapshot.LastOf(l.ARN)), Account: a.Account, Region: a.Region, Kind: plan.DataSyncLocation,
			Name: l.URI, Transfers: []string{t.Name}, Side: side, Op: plan.Delete, Before: desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(plan.SourceSide)}.Before(l),
			ARN: l.ARN, Requires: after, Calls: []string{"datasync:DeleteLocation"}, Reason: reasonOrphan}
		b.Orphans[c.ID] = true
		name, _, _ := location.ParseURI(l.URI)
		switch {
		case unknown[name] != nil:
			c.Hold, c.Reason = plan.Blocked, "it tells of bucket "+name+", whose owner is not known"
		case theirs[name] != "":
			c.Hold, c.Reason = plan.Blocked, "it tells of bucket "+name+", in whose policy statements of ours may stand until account "+theirs[name]+" has removed them"
		case stay:
			c.Hold, c.Reason = plan.Blocked, reasonWitness
		}
		b.add(c)
		ids = append(ids, c.ID)
	}
	return ids
}

// dropOrphanRoles plans that our policies leave the roles that the transfers have left, and that these go with the last of them. It returns the
// IDs of these changes by transfer, and which transfers' roles have to stay: the locations, which tell of them, go only after them.
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
	for _, tw := range all.Tasks {
		t := tw.Transfer
		for _, arn := range slices.Sorted(maps.Keys(b.Snap.FormerRoles(t))) {
			if err := b.Snap.UnreadFormer(arn); err != nil && !b.Snap.WantsRole(arn) && !b.Snap.RolesGiven()[arn] {
				b.find([]*transfer.Transfer{t}, unreadFinding(t.TaskAccount, arn, err, plan.Warning, "grant the reader iam:GetRole and iam:ListRolePolicies on the role, which a location of the transfer had before: if it is ours, it stays"))
			}
		}
	}
	return ids, stay
}

// transfersOf are the transfers that use the roles.
func transfersOf(roles []desired.Role) []*transfer.Transfer {
	var out []*transfer.Transfer
	for _, r := range roles {
		out = append(out, r.Transfers...)
	}
	return out
}
