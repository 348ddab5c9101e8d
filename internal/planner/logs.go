package planner

import (
	"fmt"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// logStep is the planning of the resource policy of CloudWatch Logs in a Region.
func (b *Builder) logStep(w desired.LogPolicy) policyStep {
	return policyStep{transfers: w.Transfers, owners: func(string) []*transfer.Transfer { return w.Transfers }, subject: "resource policies of CloudWatch Logs in " + w.Region,
		title: "resource policy " + task.LogPolicyName + " of CloudWatch Logs", what: "account " + w.Account, put: "logs:PutResourcePolicy", remove: "logs:DeleteResourcePolicy",
		seen: b.CanRead(w.Account), unread: b.Snap.Failures[w.ID()], allow: "grant the reader logs:DescribeResourcePolicies", current: b.Snap.Logs[w.ID()][task.LogPolicyName],
		change: w.Change()}
}

// logPolicy plans our statement in the resource policy of a Region.
func (b *Builder) logPolicy(w desired.LogPolicy) {
	s := b.logStep(w)
	if !s.seen {
		b.unseenPolicy(s, policy.Statements{w.Statement()})
		return
	}
	if b.unreadable(s) {
		return
	}
	policies := b.Snap.Logs[w.ID()]
	_, exists := policies[task.LogPolicyName]
	d := w.Diff(policies)
	s.subject = task.LogPolicyName
	if b.taken(s, d, "rename or remove that statement by hand"); len(d.Taken) > 0 {
		return
	}
	if n := len(policies); d.Op == plan.Create && !exists && n >= task.MaxLogPolicies-1 {
		f := plan.Finding{Severity: plan.Warning, Code: plan.CodeSize, Account: w.Account, Subject: task.LogPolicyName,
			Detail: fmt.Sprintf("%d of %d resource policies of CloudWatch Logs are taken in %s, and this plan makes another", n, task.MaxLogPolicies, w.Region),
			Remedy: "put statements of several policies into one, or use an ENHANCED task, which needs none"}
		if n >= task.MaxLogPolicies {
			f.Severity = plan.Blocking
		}
		b.findOnce(w.Transfers, f)
	}
	if used, quota := desired.LogSize(d.Next); d.Op != plan.NoOp {
		b.size(w.Transfers, policySize{account: w.Account, subject: task.LogPolicyName, title: "resource policy " + task.LogPolicyName + " of CloudWatch Logs",
			used: used, quota: quota, hard: true, ways: []string{"take out of it what is not needed", "use an ENHANCED task, which needs none"}})
	}
	b.add(s.changed(d))
}

// dropLogPolicy takes our statement out of the resource policy once the tasks are gone, and deletes the policy if no statement is left. While
// another task of ours in the Region has a log group, the statement stays for that.
func (b *Builder) dropLogPolicy(w desired.LogPolicy, tasks map[string][]string) {
	s := b.logStep(w)
	if s.seen && s.unread == nil && b.Snap.LogsNeeded(w) {
		return
	}
	w.Groups = nil
	b.dropPolicy(s, tasks, func() desired.PolicyDiff { return w.Diff(b.Snap.Logs[w.ID()]) }, nil, w.Ours)
}

// dropFormerLogPolicies plans to take our statement out of the log policies that the transfers no longer need.
func (b *Builder) dropFormerLogPolicies(w desired.Set) {
	for _, l := range w.Logs {
		logs := func(t desired.Task) bool {
			mine := slices.ContainsFunc(l.Transfers, func(x *transfer.Transfer) bool { return x.Name == t.Transfer.Name })
			return mine && b.mode == plan.SetUp && t.Spec.Region == l.Region && b.keepsLogging(t)
		}
		if !l.Former || slices.ContainsFunc(w.Tasks, logs) {
			continue
		}
		after := map[string][]string{} // a task in a Region that the transfer leaves logs until the new one is there
		for _, t := range w.Tasks {
			if b.mode == plan.SetUp && t.Spec.Region != l.Region {
				after[t.Transfer.Name] = []string{t.ID()}
			}
		}
		b.dropLogPolicy(l, after)
	}
}

// keepsLogging reports whether the task of a transfer that names no log group keeps writing to the one that it has: what a transfer leaves out stays
// as it is.
func (b *Builder) keepsLogging(w desired.Task) bool {
	state, err := b.Snap.OurTask(w)
	if err != nil || snapshot.LogGroup(state) == "" {
		return err != nil
	}
	spec := w.Spec.Over(state)
	return spec.Mode == dstypes.TaskModeBasic && spec.LogGroupARN != "" && spec.Options.LogLevel != dstypes.LogLevelOff
}

// logDrops returns the IDs of the changes of log policies of the Region that the transfer no longer needs. Its task there is changed after them, because only
// the task says so.
func (b *Builder) logDrops(t *transfer.Transfer, region string) []string {
	var out []string
	for _, l := range b.Desired.Logs {
		mine := slices.ContainsFunc(l.Transfers, func(x *transfer.Transfer) bool { return x.Name == t.Name })
		if l.Former && mine && l.Region == region && b.planned(l.ID()) != nil {
			out = append(out, l.ID())
		}
	}
	return out
}

// keptLogGroup reports that the task keeps a log group that the transfer no longer names.
func (b *Builder) keptLogGroup(w desired.Task, s task.State) {
	group := snapshot.LogGroup(s)
	if w.Transfer.LogGroup() != "" || group == "" || w.Spec.Mode != dstypes.TaskModeBasic {
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
