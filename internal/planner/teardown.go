package planner

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
)

// tearDown plans the changes back. Each needs that which uses it to be gone. A location that tells of a role that was left goes after that
// role, which goes after the statements that name it; for lack of a task nobody uses them any more.
func (b *Builder) tearDown(w desired.Set) {
	tasks := map[string][]string{}     // transfer → IDs of its tasks' changes, and those of the policies of buckets that it has left
	locations := map[string][]string{} // transfer → IDs of its locations' changes
	known := map[string]bool{}         // transfers of which it is known what they have left
	b.dropFormerLogPolicies(w)
	for _, t := range w.Tasks {
		name := t.Transfer.Name
		if id := b.dropTask(t); id != "" {
			tasks[name] = append(tasks[name], id)
		}
		old, ok := b.dropOrphanTasks(t, tasks[name]...)
		tasks[name], known[name] = append(tasks[name], old...), ok
		if ok || !b.CanRead(t.Spec.Account) {
			tasks[name] = append(tasks[name], b.dropFormerStatements(t.Transfer, slices.Clone(tasks[name]))...)
		}
	}
	for _, l := range w.Logs {
		if !l.Former {
			b.dropLogPolicy(l, tasks)
		}
	}
	telling := desired.Names(transfersOf(b.Snap.OrphanRoles(w)))
	uses := map[string][]string{} // transfer → what has to be done before its statements go
	dropLocations := func(t *transfer.Transfer, after []string, stay bool) {
		if known[t.Name] {
			locations[t.Name] = b.dropOrphanLocations(t, after, stay)
		}
		for _, l := range w.Locations {
			if l.Transfer.Name == t.Name && !l.Given {
				if id := b.dropLocation(l, after, stay); id != "" {
					locations[t.Name] = append(locations[t.Name], id)
				}
			}
		}
	}
	for _, t := range w.Tasks {
		name := t.Transfer.Name
		if uses[name] = tasks[name]; !slices.Contains(telling, name) {
			dropLocations(t.Transfer, tasks[name], false)
			uses[name] = locations[name]
		}
	}
	for _, bw := range w.Buckets {
		if bw.Grants && !bw.Former { // those that were left go with the tasks
			b.dropStatements(bw, uses)
		}
	}
	for _, k := range w.Keys {
		if k.Grants {
			b.dropKeyStatements(k, uses)
		}
	}
	roles, stay := b.dropOrphanRoles(w, tasks)
	for _, t := range w.Tasks {
		if name := t.Transfer.Name; slices.Contains(telling, name) {
			dropLocations(t.Transfer, append(slices.Clone(tasks[name]), roles[name]...), stay[name])
		}
	}
	for _, bw := range w.Buckets {
		b.restoreOwnership(bw, locations)
	}
	for _, r := range w.Roles {
		b.dropRole(w, r, locations)
	}
}
