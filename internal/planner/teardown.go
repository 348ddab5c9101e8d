package planner

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// tearDown plans to remove what the transfers have, each part after what uses it: tasks, locations, statements, roles.
//
// A location says which roles the transfer used before: nothing else does. So the locations of a transfer that has orphan roles go after these
// roles, and their statements need only wait for the task. So do the locations of a transfer whose roles were adopted, because what fits is found by
// them.
func (b *Builder) tearDown(w desired.Set) {
	d := &tearDown{Builder: b, all: w, tasks: map[string][]string{}, locations: map[string][]string{}, known: map[string]bool{}, groups: map[string][]string{}}
	b.dropFormerLogPolicies(w)
	for _, g := range w.LogGroups {
		if g.Former { // before the task, which alone tells of it
			id := b.dropLogGroup(g, nil)
			d.groups[g.Transfer.Name] = appendIf(d.groups[g.Transfer.Name], id != "", id)
		}
	}
	d.dropTasks()
	for _, l := range w.Logs {
		if !l.Former {
			b.dropLogPolicy(l, d.tasks)
		}
	}
	for _, g := range w.LogGroups {
		if !g.Former {
			b.dropLogGroup(g, d.tasks)
		}
	}
	witnesses := desired.Names(transfersOf(b.Snap.OrphanRoles(w))) // the transfers whose locations tell of orphan roles
	adopted := func(r desired.Role) bool { return r.Transfers[0].WasAdopted(b.Snap.Roles[r.Arn].Tags) }
	for _, r := range w.Roles {
		if adopted(r) {
			witnesses = append(witnesses, desired.Names(r.Transfers)...)
		}
	}
	users := map[string][]string{} // by transfer: what goes before its statements do
	for _, t := range w.Tasks {
		name := t.Transfer.Name
		if users[name] = d.tasks[name]; !slices.Contains(witnesses, name) {
			d.dropLocations(t.Transfer, d.tasks[name], false)
			users[name] = d.locations[name]
		}
	}
	d.dropStatements(users)
	roles, stay := b.dropOrphanRoles(w, d.tasks)
	for _, r := range w.Roles {
		if adopted(r) {
			id, held := b.dropRole(w, r, d.tasks)
			for _, t := range r.Transfers {
				roles[t.Name] = appendIf(roles[t.Name], id != "", id)
				stay[t.Name] = stay[t.Name] || held
			}
		}
	}
	for _, t := range w.Tasks {
		if name := t.Transfer.Name; slices.Contains(witnesses, name) {
			d.dropLocations(t.Transfer, slices.Concat(d.tasks[name], roles[name]), stay[name])
		}
	}
	for _, bw := range w.Buckets {
		b.restoreOwnership(bw, d.locations)
	}
	for _, r := range w.Roles {
		if !adopted(r) {
			b.dropRole(w, r, d.locations)
		}
	}
	b.lostRoles(d.released)
}

// tearDown is a tear-down that is being planned. Its maps are by transfer.
type tearDown struct {
	*Builder
	all       desired.Set
	tasks     map[string][]string // IDs of the changes of its tasks, and of the policies of buckets that it used before
	locations map[string][]string // IDs of the changes of its locations
	known     map[string]bool     // it is known which tasks and locations it used before
	groups    map[string][]string // IDs of the changes of log groups that its tasks had before
	released  []releasedLocation
}

func (d *tearDown) dropTasks() {
	var left []*transfer.Transfer
	for _, t := range d.all.Tasks {
		name := t.Transfer.Name
		if id := d.dropTask(t, d.groups[name]); id != "" {
			d.tasks[name] = append(d.tasks[name], id)
		}
		old, ok := d.dropOrphanTasks(t, slices.Concat(d.tasks[name], d.groups[name])...)
		d.tasks[name], d.known[name] = append(d.tasks[name], old...), ok
		if ok || !d.CanRead(t.Spec.Account) {
			left = append(left, t.Transfer)
		}
	}
	for name, ids := range d.dropFormerStatements(left, d.tasks) {
		d.tasks[name] = append(slices.Clone(d.tasks[name]), ids...)
	}
}

// dropLocations plans to delete the locations of a transfer after other changes; stay says that they have to stay for now.
func (d *tearDown) dropLocations(t *transfer.Transfer, after []string, stay bool) {
	if d.known[t.Name] {
		d.locations[t.Name] = d.dropOrphanLocations(t, after, stay)
	}
	for _, side := range transfer.Sides {
		l := d.locationOf(t, side)
		if t.End(side).LocationARN != "" {
			continue
		}
		if id := d.dropLocation(l, after, stay); id != "" {
			d.locations[t.Name] = append(d.locations[t.Name], id)
		}
	}
}

func (d *tearDown) dropStatements(after map[string][]string) {
	for _, bw := range d.all.Buckets {
		if bw.Grants && !bw.Former { // those of former buckets go with the tasks
			d.Builder.dropStatements(bw, after)
		}
	}
	for _, k := range d.all.Keys {
		if k.Grants {
			d.dropKeyStatements(k, after)
		}
	}
}

// dropTask plans to delete the task after other changes. It returns the ID of the change, "" if there is none.
func (b *Builder) dropTask(w desired.Task, after []string) string {
	t, spec := w.Transfer, w.Spec
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.DataSyncTask, Name: spec.Name, Transfers: []string{t.Name},
		Op: plan.Delete, Calls: []string{"datasync:DeleteTask"}, Requires: append(b.logDrops(t, spec.Region), after...)}
	if !b.CanRead(spec.Account) {
		b.add(c)
		return c.ID
	}
	if !b.listed(t, spec.Region, "tasks", "datasync:ListTasks") {
		return ""
	}
	state, err := b.Snap.OurTask(w)
	if !b.foundOurs(t, spec.Name, err, "datasync:DescribeTask") || !state.Exists {
		return ""
	}
	if !b.orRelease(t, state.Tags, &c) {
		b.running(w, state)
	}
	c.Before, c.ARN = w.Before(state), state.ARN
	b.add(c)
	return c.ID
}

// dropLocation plans to delete a location after other changes; stay says that it has to stay for now. It returns the ID of the change, "" if there
// is none.
func (d *tearDown) dropLocation(w desired.Location, after []string, stay bool) string {
	b, spec := d.Builder, w.Spec
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.DataSyncLocation, Name: spec.URI(), Side: w.Side,
		Transfers: []string{w.Transfer.Name}, Op: plan.Delete, Calls: []string{"datasync:DeleteLocation"}, Requires: slices.Clone(after)}
	if stay {
		c.Hold, c.Reason = plan.Blocked, reasonWitness
	}
	if !b.CanRead(spec.Account) {
		b.add(c)
		return c.ID
	}
	if !b.listed(w.Transfer, spec.Region, "locations", "datasync:ListLocations") {
		return ""
	}
	state, _, err := b.Snap.OurLocation(w)
	if !b.foundOurs(w.Transfer, spec.URI(), err, "datasync:DescribeLocationS3") || !state.Exists {
		return ""
	}
	if b.orRelease(w.Transfer, state.Tags, &c) {
		d.released = append(d.released, releasedLocation{w.Transfer, w.Side, state})
	}
	b.usedByOthers(w.Transfer, w.Side, state, c)
	c.Before, c.ARN = w.Before(state), state.ARN
	b.add(c)
	return c.ID
}
