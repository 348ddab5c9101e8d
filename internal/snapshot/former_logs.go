package snapshot

import (
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/task"
)

// FormerLogs are the former log policies of the transfers: those that a transfer needed before and no longer needs, in its Region or in one that it was in.
//
// Only the transfer's task tells of one, because it still has the log group. AWS documents how to take a manifest or report off a task, but no way to
// take a log group off, and an empty ARN is not of the form that it asks for. So the statement leaves before the task does.
// https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTask.html
func (s *Snapshot) FormerLogs(w desired.Set) []desired.LogPolicy {
	var out []desired.LogPolicy
	for _, tw := range w.Tasks {
		for _, reg := range s.logRegions(tw) {
			if desired.LogChange(tw.Transfer) != "" && reg == tw.Spec.Region {
				continue
			}
			l := desired.NewLogPolicy(tw.Spec.Account, reg, tw.Transfer.Partition)
			i := slices.IndexFunc(out, func(o desired.LogPolicy) bool { return o.ID() == l.ID() })
			if i < 0 {
				l.Former = true
				out = append(out, l)
				i = len(out) - 1
			}
			out[i].Transfers = append(out[i].Transfers, tw.Transfer)
		}
	}
	return out
}

// logRegions are the Regions, sorted, in which a task of the transfer has a log group.
func (s *Snapshot) logRegions(w desired.Task) []string {
	var out []string
	for _, arn := range s.ownedTasks(w.Transfer) {
		a, _ := region.ParseARN(arn)
		if state := s.Tasks[arn]; a.Account == w.Spec.Account && w.Transfer.Owns(arn, state.Tags, "") && LogGroup(state) != "" {
			out = append(out, a.Region)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// OwnsTask reports whether the task was read and is one of the transfers'.
func (s *Snapshot) OwnsTask(arn string) bool {
	state, read := s.Tasks[arn]
	return read && slices.ContainsFunc(s.Transfers, func(t *transfer.Transfer) bool { return t.Owns(arn, state.Tags, "") })
}

// LogGroup is the log group of the observed task if the task is BASIC, so that our log policy may be for it; else "".
func LogGroup(s task.State) string {
	if !s.Exists || s.Mode != dstypes.TaskModeBasic {
		return ""
	}
	return s.LogGroupARN
}

// FormerLogGroups are the log groups that tasks of the transfers have, or that a tag of theirs says a task had before, and that no transfer names any more.
// Which of them were made for their transfers their own tags tell. A BASIC task whose transfer names no group keeps the one that it has.
func (s *Snapshot) FormerLogGroups(w desired.Set) []desired.LogGroup {
	var out []desired.LogGroup
	known := map[string]bool{"": true} // ARNs of groups that are named, or former ones already
	for _, t := range s.Transfers {
		known[t.LogGroup()] = true
	}
	for _, tw := range w.Tasks {
		t := tw.Transfer
		for _, arn := range s.ownedTasks(t) {
			state := s.Tasks[arn]
			if !state.Exists || !t.Owns(arn, state.Tags, "") {
				continue
			}
			had := LogGroup(state)
			for _, group := range append(notedLogGroups(t, state), had) {
				a, _ := region.ParseARN(group)
				if a.Account != t.TaskAccount || known[group] {
					continue
				}
				known[group] = true
				stays := group == had && t.LogGroup() == "" && tw.Successor(state).Mode == dstypes.TaskModeBasic && desired.IsIn(arn, tw.Spec.Account, tw.Spec.Region)
				out = append(out, desired.LogGroup{Transfer: t, Account: a.Account, Region: a.Region, Spec: task.Log{Name: task.LogGroupName(group)},
					Tags: t.TagsFor(""), Former: true, InUse: stays})
			}
		}
	}
	return out
}

// notedLogGroups are the ARNs of the log groups that the tag of the task says it had before: what NoteLogGroup wrote.
func notedLogGroups(t *transfer.Transfer, s task.State) []string {
	var out []string
	for _, word := range strings.Fields(s.Tags[t.TagKey(transfer.TagReplaces)]) {
		if reg, name, ok := strings.Cut(word, logWord); ok && region.Valid(reg) {
			out = append(out, task.Log{Name: name}.ARN(t.TaskAccount, reg))
		}
	}
	return out
}

// logWord stands in the tag of a task between the Region and the name of a log group that the task had.
const logWord = "/log:"

// NoteLogGroup is the tag that a task gets before it logs to another group: what it has, and the group if it was made for the transfer, as far as a tag can
// hold that. "" is no tag.
func (s *Snapshot) NoteLogGroup(t *transfer.Transfer, had task.State) string {
	return s.withLogGroups(t, had.Tags[t.TagKey(transfer.TagReplaces)], had)
}

// withLogGroups is the note with the log groups behind it that were made for the transfer and that the tasks have or had.
func (s *Snapshot) withLogGroups(t *transfer.Transfer, note string, tasks ...task.State) string {
	for _, state := range tasks {
		for _, arn := range append(notedLogGroups(t, state), LogGroup(state)) {
			a, _ := region.ParseARN(arn)
			word := a.Region + logWord + task.LogGroupName(arn)
			if arn != t.LogGroup() && t.Marks(s.LogGroups[arn].Tags, "") && !slices.Contains(strings.Fields(note), word) && !strings.Contains(word, "#") {
				note = longer(note, word) // a # can stand in the name of a log group, but not in a tag of DataSync
			}
		}
	}
	return note
}

// withFormerLogGroups returns the set with the former log groups that were made for their transfers, or of which that is not known.
func (s *Snapshot) withFormerLogGroups(w desired.Set) desired.Set {
	w.LogGroups = slices.Clone(w.LogGroups)
	for _, g := range s.FormerLogGroups(w) {
		state := s.LogGroups[g.ARN()]
		if _, ours := g.Ours(state); ours || state.TagsUnread != nil || s.Failures[g.ARN()] != nil {
			w.LogGroups = append(w.LogGroups, g)
		}
	}
	return w
}

// withFormerLogs returns the set with the former log policies of its transfers. One that another transfer still needs is not added a second time.
func (s *Snapshot) withFormerLogs(w desired.Set) desired.Set {
	w.Logs = slices.Clone(w.Logs)
	for _, l := range s.FormerLogs(w) {
		if i := slices.IndexFunc(w.Logs, func(o desired.LogPolicy) bool { return o.ID() == l.ID() }); i >= 0 {
			w.Logs[i].Transfers = append(slices.Clone(w.Logs[i].Transfers), l.Transfers...)
			continue
		}
		w.Logs = append(w.Logs, l)
	}
	return w
}

// LogsNeeded reports whether another task in the account and Region needs the log policy: one that is tagged as ours, is not of the policy's transfers,
// and has a log group, or may have one because it could not be read. The task of a blocked transfer counts, because it goes on running.
func (s *Snapshot) LogsNeeded(w desired.LogPolicy) bool {
	need := map[string]bool{} // ARNs of tasks
	for _, t := range s.Transfers {
		for _, arn := range s.ownedTasks(t) {
			state := s.Tasks[arn]
			need[arn] = need[arn] || desired.IsIn(arn, w.Account, w.Region) && LogGroup(state) != "" && t.Owns(arn, state.Tags, "")
		}
	}
	for _, t := range w.Transfers {
		for _, arn := range s.ownedTasks(t) {
			need[arn] = need[arn] && !t.Owns(arn, s.Tasks[arn].Tags, "")
		}
	}
	for _, needs := range need {
		if needs {
			return true
		}
	}
	for arn, state := range s.LogUsers {
		if !desired.IsIn(arn, w.Account, w.Region) || s.OwnsTask(arn) { // the transfers' own were counted
			continue
		}
		managed := func(t *transfer.Transfer) bool {
			return state.Tags[t.TagKey(transfer.TagManagedBy)] == transfer.ManagedBy && !t.Owns(arn, state.Tags, "")
		}
		if len(state.Unread) > 0 || state.Exists && state.LogGroupARN != "" && slices.ContainsFunc(w.Transfers, managed) {
			return true
		}
	}
	return false
}
