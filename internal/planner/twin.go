package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// A set-up deletes the twins that nothing uses, before it changes the one that is used: if it ended between the two, the twins would differ, and it
// would no longer be known which is to be kept. For the same reason a twin that has to stay blocks a change of the one that is used. A tear-down deletes
// all of them, as it deletes every orphan.

const reasonTwin = "applies at the same time made it twice, and nothing uses this one"

// twinDetails tell one that is deleted from the one that is used.
func twinDetails(arn string) []string {
	return []string{snapshot.LastOf(arn) + ", made twice and unused"}
}

// twinTasks are the ARNs of the twins of the transfer's task, without the one that is used. A tear-down has none.
func (b *Builder) twinTasks(w desired.Task) map[string]bool {
	out := map[string]bool{}
	main, old, err := b.Snap.OurTasks(w)
	if err != nil || b.mode == plan.TearDown {
		return out
	}
	for _, t := range b.Snap.TwinTasks(w, main, old) {
		out[t.ARN] = true
	}
	return out
}

// twinLocations are the ARNs of the twins of the transfer's locations, without those that are used. A tear-down has none.
func (b *Builder) twinLocations(t *transfer.Transfer) map[string]bool {
	out := map[string]bool{}
	for _, side := range transfer.Sides {
		for _, l := range b.Snap.TwinLocations(t, side) {
			out[l.ARN] = b.mode == plan.SetUp
		}
	}
	return out
}

// keepTwinTask reports a twin that has run or has a schedule: its history would be lost, or somebody relies on it.
func (b *Builder) keepTwinTask(w desired.Task, twin task.State) {
	state, err := b.Snap.OurTask(w)
	if err != nil {
		return // reported with the task
	}
	b.keepTwin(w.Transfer, w.ID(), plan.Finding{Severity: plan.Warning, Code: plan.CodeAmbiguous, Account: w.Spec.Account, Subject: twin.ARN,
		Detail: "the task was made twice: " + state.ARN + " is used, and " + twin.ARN + " has run or has a schedule, so it stays",
		Remedy: "delete the task that you do not need; until then the transfer's task cannot be changed"},
		&plan.AmbiguousError{Account: w.Spec.Account, Region: w.Spec.Region, Kind: plan.DataSyncTask, Name: w.Spec.Name, ARNs: []string{state.ARN, twin.ARN}})
}

// dropTwinLocation completes the change that deletes a twin. It is false if the twin has to stay, because a task uses it that this plan does not
// delete, or because it is not known which tasks do.
func (b *Builder) dropTwinLocation(t *transfer.Transfer, twin location.State, c *plan.Change) bool {
	main, _, err := b.Snap.OurLocation(b.locationOf(t, c.Side))
	if err != nil {
		return false // reported with the location
	}
	ambiguous := &plan.AmbiguousError{Account: t.TaskAccount, Region: c.Region, Kind: plan.DataSyncLocation, Name: twin.URI, ARNs: []string{main.ARN, twin.ARN}}
	users, err := b.Snap.UsersOf(t, twin.ARN)
	if err != nil {
		f := unknownFinding(t.TaskAccount, twin.ARN, fmt.Sprintf("which tasks use location %s, which was made twice (%s is used)", twin.ARN, main.ARN), err, plan.Warning,
			"grant the reader datasync:ListTasks in the Regions of both ends")
		f.Side = c.Side
		b.keepTwin(t, b.locationOf(t, c.Side).ID(), f, ambiguous)
		return false
	}
	c.Requires, c.Reason = nil, reasonTwin
	late := false
	users = slices.DeleteFunc(users, func(arn string) bool {
		i := slices.IndexFunc(b.Changes, func(d plan.Change) bool { return d.Op == plan.Delete && d.ARN == arn })
		if i >= 0 {
			c.Requires = append(c.Requires, b.Changes[i].ID)
			late = late || !b.Twins[b.Changes[i].ID]
		}
		return i >= 0
	})
	for _, other := range b.Snap.Transfers { // one that names it needs it, also while no task uses it
		if other.Source.LocationARN == twin.ARN || other.Destination.LocationARN == twin.ARN {
			users = append(users, "transfer "+other.Name)
		}
	}
	if len(users) > 0 {
		b.keepTwin(t, b.locationOf(t, c.Side).ID(), plan.Finding{Severity: plan.Warning, Code: plan.CodeAmbiguous, Side: c.Side, Account: t.TaskAccount, Subject: twin.ARN,
			Detail: "the location was made twice: " + main.ARN + " is used, and " + twin.ARN + " stays, because of " + strings.Join(users, ", "),
			Remedy: "delete these if nobody needs them, or take the tags of the transfer off the location; until then the transfer's location cannot be changed"}, ambiguous)
		return false
	}
	b.Twins[c.ID], c.Details = true, twinDetails(twin.ARN)
	if !late { // otherwise the task that is deleted first waits for the location itself
		b.beforeUpdate(b.locationOf(t, c.Side).ID(), c.ID)
	}
	return true
}

// locationOf is the location that the transfer wants on the side.
func (b *Builder) locationOf(t *transfer.Transfer, side plan.Side) desired.Location {
	return desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)}
}

// keepTwin reports a twin that stays. If the change with the ID would make the twins differ, it blocks the transfer.
func (b *Builder) keepTwin(t *transfer.Transfer, id string, f plan.Finding, ambiguous *plan.AmbiguousError) {
	one := []*transfer.Transfer{t}
	if c := b.planned(id); c != nil && c.Op == plan.Update {
		b.blame(one, ambiguous)
		f.Severity, f.Code = plan.Blocking, plan.CodeAmbiguous
		f.Detail += "; the plan would change the one that is used, and then they differ"
	}
	b.find(one, f)
}

// beforeUpdate makes the change with the ID wait for another one, if it is an update.
func (b *Builder) beforeUpdate(id, first string) {
	if c := b.planned(id); c != nil && c.Op == plan.Update {
		c.Requires = append(slices.Clone(c.Requires), first)
	}
}
