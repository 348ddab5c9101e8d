package planner

import (
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// dropFormerLogPolicies plans that our statement leaves the log policies that the transfers have left.
func (b *Builder) dropFormerLogPolicies(w desired.Set) {
	for _, l := range w.Logs {
		logs := func(t desired.Task) bool {
			mine := slices.ContainsFunc(l.Transfers, func(x *transfer.Transfer) bool { return x.Name == t.Transfer.Name })
			return mine && b.mode == plan.SetUp && b.keepsLogging(t)
		}
		if l.Former && !slices.ContainsFunc(w.Tasks, logs) {
			b.dropLogPolicy(l, nil)
		}
	}
}

// keepsLogging reports whether the task of a transfer that names no log group keeps the one that it has and writes there: a transfer that leaves
// something alone does not end it.
func (b *Builder) keepsLogging(w desired.Task) bool {
	state, err := b.Snap.OurTask(w)
	if err != nil || snapshot.LogGroup(state) == "" {
		return err != nil
	}
	spec := w.Spec.Over(state)
	return spec.Mode == dstypes.TaskModeBasic && spec.LogGroupARN != "" && spec.Options.LogLevel != dstypes.LogLevelOff
}

// logDrops are the IDs of the changes of log policies that the transfer has left: its task tells of them until they are made.
func (b *Builder) logDrops(t *transfer.Transfer) []string {
	var out []string
	for _, l := range b.Desired.Logs {
		mine := slices.ContainsFunc(l.Transfers, func(x *transfer.Transfer) bool { return x.Name == t.Name })
		if l.Former && mine && slices.ContainsFunc(b.Changes, func(c plan.Change) bool { return c.ID == l.ID() }) {
			out = append(out, l.ID())
		}
	}
	return out
}

// keptLogGroup says that the task keeps a log group that the transfer names no longer.
func (b *Builder) keptLogGroup(w desired.Task, s task.State) {
	group := snapshot.LogGroup(s)
	if w.Transfer.Task.LogGroupARN != "" || group == "" || w.Spec.Mode != dstypes.TaskModeBasic {
		return
	}
	detail := "the task keeps log group " + group[strings.LastIndexByte(group, ':')+1:]
	if b.keepsLogging(w) {
		detail += ", and goes on logging there"
	}
	b.find([]*transfer.Transfer{w.Transfer}, plan.Finding{Severity: plan.Warning, Code: plan.CodeTaskOption, Account: w.Spec.Account, Subject: "LogGroupARN",
		Detail: detail + ": AWS documents no way to take one off a task",
		Remedy: "set LogLevel to OFF to end the logging, or destroy the transfer and set it up again"})
}
