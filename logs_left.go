package xacct

import (
	"context"
	"slices"
	"strings"
	"sync"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// logGroup is the log group of the BASIC task, "" if it has none that a log policy of ours could be for.
func logGroup(s task.State) string {
	if !s.Exists || s.Mode != dstypes.TaskModeBasic {
		return ""
	}
	return s.LogGroupARN
}

// formerLogs are the log policies that the transfers have left.
func (s *snapshot) formerLogs(w wants) []logWant {
	var out []logWant
	for _, tw := range w.tasks {
		t := tw.transfer
		has := func(arn string) bool {
			state := s.tasks[arn]
			return isIn(arn, tw.spec.Account, tw.spec.Region) && t.Marks(state.Tags, "") && logGroup(state) != ""
		}
		if logChange(t) != "" || !anyKey(s.tasks, has) {
			continue
		}
		l := newLogWant(tw.spec.Account, tw.spec.Region, t.Partition)
		i := slices.IndexFunc(out, func(o logWant) bool { return o.id() == l.id() })
		if i < 0 {
			out = append(out, l)
			i = len(out) - 1
		}
		out[i].former, out[i].transfers = true, append(out[i].transfers, t)
	}
	return out
}

func anyKey[V any](m map[string]V, is func(string) bool) bool {
	for k := range m {
		if is(k) {
			return true
		}
	}
	return false
}

// withFormerLogs adds the log policies that the transfers have left to what they want: nothing of theirs is to stand there. One that another
// transfer of the plan still needs stands once.
func (s *snapshot) withFormerLogs(w wants) wants {
	w.logs = slices.Clone(w.logs)
	for _, l := range s.formerLogs(w) {
		if i := slices.IndexFunc(w.logs, func(o logWant) bool { return o.id() == l.id() }); i >= 0 {
			w.logs[i].transfers = append(slices.Clone(w.logs[i].transfers), l.transfers...)
			continue
		}
		w.logs = append(w.logs, l)
	}
	return w
}

// readFormerLogs reads the log policies that the transfers have left, and the tasks of others that may need them.
func (s *reader) readFormerLogs(ctx context.Context, left []logWant, w wants, tasks map[transfer.Place][]task.Entry) {
	var wg sync.WaitGroup
	for _, l := range left {
		pl := transfer.Place{Account: l.account, Region: l.region}
		if w.logsIn(pl) {
			continue // read already
		}
		wg.Go(func() { s.readLogs(ctx, l) })
		for _, e := range tasks[pl] {
			if e.Mode == dstypes.TaskModeBasic && !wantsTask(w, pl, e) {
				wg.Go(func() { s.readLogUser(ctx, pl, e.ARN) })
			}
		}
	}
	wg.Wait()
}

// dropFormerLogPolicies plans that our statement leaves the log policies that the transfers have left.
func (b *builder) dropFormerLogPolicies(w wants) {
	for _, l := range w.logs {
		logs := func(t taskWant) bool {
			mine := slices.ContainsFunc(l.transfers, func(x *transfer.Transfer) bool { return x.Name == t.transfer.Name })
			return mine && b.mode == plan.SetUp && b.keepsLogging(t)
		}
		if l.former && !slices.ContainsFunc(w.tasks, logs) {
			b.dropLogPolicy(l, nil)
		}
	}
}

// keepsLogging reports whether the task of a transfer that names no log group keeps the one that it has and writes there: a transfer that leaves
// something alone does not end it.
func (b *builder) keepsLogging(w taskWant) bool {
	state, err := b.snap.ourTask(w)
	if err != nil || logGroup(state) == "" {
		return err != nil
	}
	spec := w.spec.Over(state)
	return spec.Mode == dstypes.TaskModeBasic && spec.LogGroupARN != "" && spec.Options.LogLevel != dstypes.LogLevelOff
}

// logDrops are the IDs of the changes of log policies that the transfer has left: its task tells of them until they are made.
func (b *builder) logDrops(t *transfer.Transfer) []string {
	var out []string
	for _, l := range b.desired.logs {
		mine := slices.ContainsFunc(l.transfers, func(x *transfer.Transfer) bool { return x.Name == t.Name })
		if l.former && mine && slices.ContainsFunc(b.changes, func(c plan.Change) bool { return c.ID == l.id() }) {
			out = append(out, l.id())
		}
	}
	return out
}

// keptLogGroup says that the task keeps a log group that the transfer names no longer.
func (b *builder) keptLogGroup(w taskWant, s task.State) {
	group := logGroup(s)
	if w.transfer.Task.LogGroupARN != "" || group == "" || w.spec.Mode != dstypes.TaskModeBasic {
		return
	}
	detail := "the task keeps log group " + group[strings.LastIndexByte(group, ':')+1:]
	if b.keepsLogging(w) {
		detail += ", and goes on logging there"
	}
	b.find([]*transfer.Transfer{w.transfer}, plan.Finding{Severity: plan.Warning, Code: plan.CodeTaskOption, Account: w.spec.Account, Subject: "LogGroupARN",
		Detail: detail + ": AWS documents no way to take one off a task",
		Remedy: "set LogLevel to OFF to end the logging, or destroy the transfer and set it up again"})
}
