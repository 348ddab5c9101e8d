package planner

import (
	"fmt"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// logPolicy plans the resource policy of a Region.
func (b *Builder) logPolicy(w desired.LogPolicy) {
	c := w.Change()
	if !b.CanRead(w.Account) {
		c.Op, c.After, c.Calls = plan.Create, policy.New(w.Statement()).String(), []string{"logs:PutResourcePolicy"}
		b.add(c)
		return
	}
	if err := b.Snap.Failures[w.ID()]; err != nil {
		b.find(w.Transfers, unreadFinding(w.Account, "resource policies of CloudWatch Logs in "+w.Region, err, plan.Blocking, "grant the reader logs:DescribeResourcePolicies"))
		return
	}
	policies := b.Snap.Logs[w.ID()]
	before, exists := policies[task.LogPolicyName]
	d := w.Diff(policies)
	if b.logTaken(w, d) {
		return
	}
	if d.Op == plan.Create && !exists && len(policies) >= task.MaxLogPolicies {
		b.find(w.Transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeSize, Account: w.Account, Subject: task.LogPolicyName,
			Detail: fmt.Sprintf("%d of %d resource policies of CloudWatch Logs are taken in %s", len(policies), task.MaxLogPolicies, w.Region),
			Remedy: "put statements of several policies into one, or use an ENHANCED task, which needs none"})
	}
	if used, quota := desired.LogSize(d.Next); d.Op != plan.NoOp && used > quota {
		b.find(w.Transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeSize, Account: w.Account, Subject: task.LogPolicyName,
			Detail: fmt.Sprintf("resource policy %s of CloudWatch Logs would have %d of %d characters", task.LogPolicyName, used, quota),
			Remedy: "take out of it what is not needed"})
	}
	b.add(logPolicyChange(c, d, before))
}

// logPolicyChange is the change of a log policy by which it becomes what the difference says.
func logPolicyChange(c plan.Change, d desired.PolicyDiff, before policy.Document) plan.Change {
	c.Op, c.Details, c.Before, c.After = d.Op, d.Lines, string(before.Bytes()), string(d.Next.Bytes())
	switch d.Op {
	case plan.NoOp:
		c.Calls = nil
	case plan.Delete:
		c.Calls = []string{"logs:DeleteResourcePolicy"}
	default:
		c.Calls = []string{"logs:PutResourcePolicy"}
	}
	return c
}

// logTaken reports somebody else's statement that bears our Sid, and whether there is one.
func (b *Builder) logTaken(w desired.LogPolicy, d desired.PolicyDiff) bool {
	for _, sid := range d.Taken {
		b.find(w.Transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeSidTaken, Account: w.Account, Subject: task.LogPolicyName, Statement: sid,
			Detail: "resource policy " + task.LogPolicyName + " of CloudWatch Logs: statement " + sid + " bears our id but is not of our making", Remedy: "rename or remove that statement by hand"})
	}
	return len(d.Taken) > 0
}

// dropLogPolicy takes the resource policy away once the tasks are gone, unless another task of ours in the Region has a log group: then it stays for
// that. A policy with statements of others keeps those.
func (b *Builder) dropLogPolicy(w desired.LogPolicy, tasks map[string][]string) {
	c := w.Change()
	for _, t := range w.Transfers {
		c.Requires = append(c.Requires, tasks[t.Name]...)
	}
	c.Op, c.Calls = plan.Delete, []string{"logs:DeleteResourcePolicy"}
	if !b.CanRead(w.Account) {
		b.add(c)
		return
	}
	if err := b.Snap.Failures[w.ID()]; err != nil {
		b.find(w.Transfers, unreadFinding(w.Account, "resource policies of CloudWatch Logs in "+w.Region, err, plan.Blocking, "grant the reader logs:DescribeResourcePolicies"))
		return
	}
	if b.Snap.LogsNeeded(w) {
		return
	}
	w.Groups = nil
	d := w.Diff(b.Snap.Logs[w.ID()])
	if !b.logTaken(w, d) && d.Op != plan.NoOp {
		b.add(logPolicyChange(c, d, b.Snap.Logs[w.ID()][task.LogPolicyName]))
	}
}
