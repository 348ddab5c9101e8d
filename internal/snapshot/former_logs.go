package snapshot

import (
	"slices"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/task"
)

// FormerLogs are the former log policies of the transfers: those that a transfer needed before and no longer needs.
//
// Only the transfer's task tells of one, because it still has the log group. AWS documents how to take a manifest or report off a task, but no way to
// take a log group off, and an empty ARN is not of the form that it asks for. So the statement leaves before the task does.
// https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTask.html
func (s *Snapshot) FormerLogs(w desired.Set) []desired.LogPolicy {
	var out []desired.LogPolicy
	for _, tw := range w.Tasks {
		if desired.LogChange(tw.Transfer) != "" || !s.logs(tw) {
			continue
		}
		l := desired.NewLogPolicy(tw.Spec.Account, tw.Spec.Region, tw.Transfer.Partition)
		i := slices.IndexFunc(out, func(o desired.LogPolicy) bool { return o.ID() == l.ID() })
		if i < 0 {
			l.Former = true
			out = append(out, l)
			i = len(out) - 1
		}
		out[i].Transfers = append(out[i].Transfers, tw.Transfer)
	}
	return out
}

// logs reports whether a task of the transfer in the wanted Region has a log group.
func (s *Snapshot) logs(w desired.Task) bool {
	for _, arn := range s.ownedTasks(w.Transfer) {
		state := s.Tasks[arn]
		if desired.IsIn(arn, w.Spec.Account, w.Spec.Region) && w.Transfer.Owns(arn, state.Tags, "") && LogGroup(state) != "" {
			return true
		}
	}
	return false
}

// LogGroup is the log group of the observed task if the task is BASIC, so that our log policy may be for it; else "".
func LogGroup(s task.State) string {
	if !s.Exists || s.Mode != dstypes.TaskModeBasic {
		return ""
	}
	return s.LogGroupARN
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
		if !desired.IsIn(arn, w.Account, w.Region) {
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
