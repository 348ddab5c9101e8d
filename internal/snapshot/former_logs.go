package snapshot

import (
	"slices"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/task"
)

// LogGroup is the log group of the BASIC task, "" if it has none that a log policy of ours could be for.
func LogGroup(s task.State) string {
	if !s.Exists || s.Mode != dstypes.TaskModeBasic {
		return ""
	}
	return s.LogGroupARN
}

// FormerLogs are the log policies that the transfers have left.
func (s *Snapshot) FormerLogs(w desired.Set) []desired.LogPolicy {
	var out []desired.LogPolicy
	for _, tw := range w.Tasks {
		t := tw.Transfer
		has := func(arn string) bool {
			state := s.Tasks[arn]
			return desired.IsIn(arn, tw.Spec.Account, tw.Spec.Region) && t.Marks(state.Tags, "") && LogGroup(state) != ""
		}
		if desired.LogChange(t) != "" || !anyKey(s.Tasks, has) {
			continue
		}
		l := desired.NewLogPolicy(tw.Spec.Account, tw.Spec.Region, t.Partition)
		i := slices.IndexFunc(out, func(o desired.LogPolicy) bool { return o.ID() == l.ID() })
		if i < 0 {
			out = append(out, l)
			i = len(out) - 1
		}
		out[i].Former, out[i].Transfers = true, append(out[i].Transfers, t)
	}
	return out
}

// withFormerLogs adds the log policies that the transfers have left to what they want: nothing of theirs is to stand there. One that another
// transfer of the plan still needs stands once.
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

// LogsNeeded reports whether a task in the Region, other than those of the transfers, bears the mark of xacct and has a log group, or may have one.
// The task of a transfer that is blocked is among them: it goes on running.
func (s *Snapshot) LogsNeeded(w desired.LogPolicy) bool {
	for arn, state := range s.Tasks {
		marked := func(t *transfer.Transfer) bool { return t.Marks(state.Tags, "") }
		if desired.IsIn(arn, w.Account, w.Region) && LogGroup(state) != "" && slices.ContainsFunc(s.Transfers, marked) && !slices.ContainsFunc(w.Transfers, marked) {
			return true
		}
	}
	for arn, state := range s.LogUsers {
		if !desired.IsIn(arn, w.Account, w.Region) {
			continue
		}
		managed := func(t *transfer.Transfer) bool {
			return state.Tags[t.TagKey(transfer.TagManagedBy)] == transfer.ManagedBy && !t.Marks(state.Tags, "")
		}
		if len(state.Unread) > 0 || state.Exists && state.LogGroupARN != "" && slices.ContainsFunc(w.Transfers, managed) {
			return true
		}
	}
	return false
}

func anyKey[V any](m map[string]V, is func(string) bool) bool {
	for k := range m {
		if is(k) {
			return true
		}
	}
	return false
}
