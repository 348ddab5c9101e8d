package planner

import (
	"cmp"
	"fmt"
	"slices"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// logGroupChange is what every change of a log group has.
func logGroupChange(w desired.LogGroup) plan.Change {
	return plan.Change{ID: w.ID(), Account: w.Account, Region: w.Region, Kind: plan.LogGroup, Name: w.Spec.Name, Transfers: []string{w.Transfer.Name}, ARN: w.ARN()}
}

// logGroup plans the log group that is made for a transfer.
func (b *Builder) logGroup(w desired.LogGroup) {
	c := logGroupChange(w)
	if !b.CanRead(w.Account) {
		d := w.Diff(task.LogGroupState{})
		c.Op, c.After, c.Details, c.Calls = plan.Create, w.After(), d.Lines, logGroupCalls(w, d)
		b.add(c)
		return
	}
	state, ok := b.readLogGroup(w)
	if !ok {
		return
	}
	if why, ours := w.Ours(state); state.Exists && !ours {
		b.blame([]*transfer.Transfer{w.Transfer}, &plan.OwnerError{Account: w.Account, Region: w.Region, Kind: plan.LogGroup, Name: w.Spec.Name, Detail: why})
		b.find([]*transfer.Transfer{w.Transfer}, plan.Finding{Severity: plan.Blocking, Code: plan.CodeForeignLogGroup, Account: w.Account, Subject: w.ARN(),
			Detail: "log group " + w.Spec.Name + " is not ours: " + why,
			Remedy: "give Log another name, or leave Log out and name log group " + w.Spec.Name + " in LogGroupARN to use it as it is"})
		return
	}
	d := w.Diff(state)
	c.Op, c.Details, c.Before, c.After, c.Calls = d.Op, d.Lines, w.Before(state), w.After(), logGroupCalls(w, d)
	b.add(c)
}

// logGroupCalls are the calls by which the group becomes what the difference says.
func logGroupCalls(w desired.LogGroup, d desired.LogGroupDiff) []string {
	var out []string
	if d.Op == plan.Create {
		out = append(out, "logs:CreateLogGroup", "logs:TagResource")
	}
	out = appendIf(out, d.Retention, "logs:PutRetentionPolicy")
	out = appendIf(out, d.Key, "logs:AssociateKmsKey")
	return appendIf(out, d.Op == plan.Update && len(d.Tags) > 0, "logs:TagResource")
}

// readLogGroup is what was observed of the group. It reports a group that could not be read.
func (b *Builder) readLogGroup(w desired.LogGroup) (task.LogGroupState, bool) {
	state, one := b.Snap.LogGroups[w.ARN()], []*transfer.Transfer{w.Transfer}
	if err := cmp.Or(b.Snap.Failures[w.ARN()], state.TagsUnread); err != nil {
		b.blame(one, err)
		b.find(one, unknownFinding(w.Account, w.ARN(), "log group "+w.Spec.Name, err, plan.Blocking,
			"grant the reader logs:DescribeLogGroups, and logs:ListTagsForResource on log group "+w.Spec.Name))
		return state, false
	}
	return state, true
}

// dropLogGroup plans to delete the group with its lines, after the given changes of the transfer. Only a group that is ours is deleted. It returns the ID of
// the change, "" if there is none.
func (b *Builder) dropLogGroup(w desired.LogGroup, after map[string][]string) string {
	c := logGroupChange(w)
	c.Op, c.Calls, c.Requires = plan.Delete, []string{"logs:DeleteLogGroup"}, slices.Clone(after[w.Transfer.Name])
	c.Details = []string{"with all of its lines"}
	if !b.CanRead(w.Account) {
		b.add(c)
		return c.ID
	}
	if w.Former && b.unreadFormer(w) {
		return ""
	}
	state, ok := b.readLogGroup(w)
	if !ok || !state.Exists {
		return ""
	}
	if why, ours := w.Ours(state); !ours {
		b.find([]*transfer.Transfer{w.Transfer}, plan.Finding{Severity: plan.Warning, Code: plan.CodeForeignLogGroup, Account: w.Account, Subject: w.ARN(),
			Detail: "log group " + w.Spec.Name + " stays: " + why, Remedy: "see who uses log group " + w.Spec.Name + ", and delete it by hand if nobody does"})
		return ""
	}
	c.Before = w.Before(state)
	b.add(c)
	return c.ID
}

// dropFormerLogGroups plans to delete the log groups that were made for the transfers and that these no longer name, once their tasks log elsewhere. Their
// lines go with them, so that it takes AllowDelete. Until then the change is held, and a finding says so.
func (b *Builder) dropFormerLogGroups(w desired.Set) {
	for _, g := range w.LogGroups {
		if !g.Former || g.InUse || b.unreadFormer(g) {
			continue
		}
		c := logGroupChange(g)
		c.Op, c.Calls, c.Before = plan.Delete, []string{"logs:DeleteLogGroup"}, g.Before(b.Snap.LogGroups[g.ARN()])
		c.Reason, c.Details = "the task of the transfer logs to it no longer", []string{"with all of its lines"}
		c.Requires = []string{transfer.ChangeID(g.Account, g.Transfer.Destination.Region, plan.DataSyncTask, g.Transfer.Name)}
		if !b.settings.AllowDelete {
			c.Hold, c.Reason = plan.Blocked, "all of its lines would be lost: AllowDelete was not given"
			b.find([]*transfer.Transfer{g.Transfer}, plan.Finding{Severity: plan.Warning, Code: plan.CodeLogGroup, Account: g.Account, Subject: g.ARN(),
				Detail: fmt.Sprintf("log group %s was made for the transfer, whose task logs to it no longer: it stays with its lines", g.Spec.Name),
				Remedy: "set AllowDelete to have the group deleted with all of its lines, or take the group's tags off to keep it"})
		}
		b.add(c)
	}
}

// unreadFormer warns of a log group that a task of the transfer had and that could not be read, and reports whether that is so. It stays.
func (b *Builder) unreadFormer(w desired.LogGroup) bool {
	err := cmp.Or(b.Snap.Failures[w.ARN()], b.Snap.LogGroups[w.ARN()].TagsUnread)
	if err != nil {
		b.find([]*transfer.Transfer{w.Transfer}, unknownFinding(w.Account, w.ARN(), "log group "+w.Spec.Name+", to which a task of the transfer logged,", err, plan.Warning,
			"grant the reader logs:DescribeLogGroups, and logs:ListTagsForResource on log group "+w.Spec.Name+": if it was made for the transfer, it stays"))
	}
	return err != nil
}

// namedLogGroup says what is known of a log group that the transfer names and that is not made for it: that it does not exist, or what is set on it. The
// group of DataSync is made by the first run of an ENHANCED task. It also says which group the task leaves.
func (b *Builder) namedLogGroup(w desired.Task, state task.State) {
	t, one := w.Transfer, []*transfer.Transfer{w.Transfer}
	arn := t.LogGroup()
	basic := w.Successor(state).Mode == dstypes.TaskModeBasic
	if arn != "" && basic && !t.WantsLogPolicy() {
		b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeTaskOption, Account: w.Spec.Account, Subject: "Mode",
			Detail: "the task is BASIC and is to log: the transfer does not say so, and then nothing allows DataSync to write there", Remedy: "set Task.Mode to BASIC"})
	}
	made := func(arn string) bool {
		return slices.ContainsFunc(b.Desired.LogGroups, func(g desired.LogGroup) bool { return g.ARN() == arn })
	}
	if was := snapshot.LogGroup(state); was != "" && was != arn && (arn != "" || !basic) && !made(was) {
		left := task.LogGroupName(was)
		b.find(one, plan.Finding{Severity: plan.Info, Code: plan.CodeLogGroup, Account: w.Spec.Account, Subject: was,
			Detail: fmt.Sprintf("the task logs to log group %s no longer, which is not ours and stays with its lines", left),
			Remedy: "delete log group " + left + " by hand when nobody needs its lines"})
	}
	if arn == "" || made(arn) || !b.CanRead(w.Spec.Account) {
		return
	}
	name := task.LogGroupName(arn)
	f := plan.Finding{Severity: plan.Info, Code: plan.CodeLogGroup, Account: w.Spec.Account, Subject: arn}
	group, err := b.Snap.LogGroups[arn], b.Snap.Failures[arn]
	switch {
	case err != nil:
		b.find(one, unknownFinding(w.Spec.Account, arn, "log group "+name, err, plan.Warning, "grant the reader logs:DescribeLogGroups"))
		return
	case !group.Exists && basic:
		f.Severity, f.Code = plan.Warning, plan.CodeNoLogGroup
		f.Detail = fmt.Sprintf("log group %s does not exist in %s: DataSync does not make it for a BASIC task, and its runs leave no logs", name, w.Spec.Region)
		f.Remedy = "make log group " + name + ", correct LogGroupARN, or give Log in its place"
	case !group.Exists:
		f.Code = plan.CodeNoLogGroup
		f.Detail = fmt.Sprintf("log group %s does not exist in %s yet: DataSync makes it with the first run, and keeps its lines for ever", name, w.Spec.Region)
	default:
		f.Detail = fmt.Sprintf("log group %s is used as it is: %s", name, desired.LogGroupSettings(group.RetentionDays, group.KMSKey))
	}
	if l := t.Task.Log; l.IsDataSyncs() {
		differs := l.RetentionDays != 0 && l.RetentionDays != group.RetentionDays || l.KMSKey != "" && l.KMSKey != group.KMSKey
		if differs {
			f.Severity = plan.Warning
			f.Detail += fmt.Sprintf("; Log wants that %s", desired.LogGroupSettings(l.RetentionDays, l.KMSKey))
			f.Remedy = "set that on log group " + name + " by hand: it is DataSync's, is used by every ENHANCED task of the Region, and is never changed"
		}
	}
	b.find(one, f)
}
