package xacct

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/task"
)

// logWant is the resource policy of CloudWatch Logs that the BASIC tasks of an account need in a Region: one for all of them, because there can
// be only ten (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html).
type logWant struct {
	policyWant
	account, region, partition string
	groups                     []string // ARNs of the log groups; nil if nothing of ours is to stand there
	former                     bool     // no transfer needs it any more, but one did
}

func (w logWant) id() string {
	return transfer.ChangeID(w.account, w.region, plan.LogPolicy, task.LogPolicyName)
}

// logChange is the ID of the log policy that the transfer's task needs; "" if it needs none.
func logChange(t *transfer.Transfer) string {
	if !t.WantsLogPolicy() {
		return ""
	}
	return logWant{account: t.TaskAccount, region: t.Destination.Region}.id()
}

func (w *wants) addLogs(t *transfer.Transfer) {
	if logChange(t) == "" {
		return
	}
	i := slices.IndexFunc(w.logs, func(l logWant) bool { return l.id() == logChange(t) })
	if i < 0 {
		w.logs = append(w.logs, newLogWant(t.TaskAccount, t.Destination.Region, t.Partition))
		i = len(w.logs) - 1
	}
	w.logs[i].groups = append(w.logs[i].groups, t.Task.LogGroupARN)
	w.logs[i].transfers = append(w.logs[i].transfers, t)
}

func newLogWant(account, region, partition string) logWant {
	w := logWant{account: account, region: region, partition: partition}
	w.ours, w.grants = []string{w.statement().Sid()}, true
	return w
}

func (w logWant) statement() policy.Statement {
	return task.LogStatement(w.partition, w.account, w.region, region.DataSync(w.partition))
}

// open reports whether the policies let DataSync write into every group already, by whatever statement.
func (w logWant) open(policies map[string]policy.Document) bool {
	var all []policy.Fragment
	for _, d := range policies {
		all = append(all, d)
	}
	whole := policy.New(all...)
	for _, group := range w.groups {
		for _, action := range []string{"logs:PutLogEvents", "logs:CreateLogStream"} {
			d := authz.Decide(authz.Request{Service: region.DataSync(w.partition), Action: action, Resource: group + ":log-stream:stream", ResourceAccount: w.account,
				Context: map[string][]string{"aws:SourceAccount": {w.account}, "aws:SourceArn": {"arn:" + w.partition + ":datasync:" + w.region + ":" + w.account + ":task/task-0"}}, Complete: true},
				authz.Policies{Resource: whole})
			if d.Effect != authz.Allowed {
				return false
			}
		}
	}
	return true
}

// wanted is our statement, if a log group needs it.
func (w logWant) wanted() policy.Statements {
	if len(w.groups) == 0 {
		return nil
	}
	return policy.Statements{w.statement()}
}

// diff is diffPolicy for the policy of our name, which keeps the statements that others put into it. Nothing is to be done where DataSync may
// write already, by whatever policy.
func (w logWant) diff(policies map[string]policy.Document) policyDiff {
	if len(w.groups) > 0 && w.open(policies) {
		return policyDiff{op: plan.NoOp, next: policies[task.LogPolicyName]}
	}
	return diffPolicy(w.policyWant, w.wanted(), w.shaped, policies[task.LogPolicyName], nil)
}

// shaped reports whether a statement that bears our Sid also has the shape of ours. Anything else is somebody else's.
func (w logWant) shaped(st policy.Statement) bool {
	ours := w.statement()
	principals, notPrincipal := st.Principals()
	actions, notAction := st.Actions()
	resources, notResource := st.Resources()
	known, _ := ours.Actions()
	who, _ := ours.Principals()
	return st.Effect() == "Allow" && !notPrincipal && !notAction && !notResource && slices.Equal(principals, who) &&
		!slices.ContainsFunc(actions, func(a string) bool { return !slices.Contains(known, a) }) &&
		!slices.ContainsFunc(resources, func(r string) bool { return !isIn(r, w.account, w.region) }) &&
		!slices.ContainsFunc(st.Conditions(), func(c policy.Condition) bool {
			return !slices.ContainsFunc(ours.Conditions(), func(o policy.Condition) bool {
				return strings.EqualFold(o.Key(), c.Key()) && o.Operator() == c.Operator()
			})
		})
}

func (s *reader) readLogs(ctx context.Context, w logWant) {
	api, err := s.clients.Logs(w.account, w.region)
	var policies map[string]policy.Document
	if err == nil {
		policies, err = task.ListLogPolicies(ctx, api)
	}
	if err != nil {
		s.fail(w.id(), err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.logs == nil {
		s.logs = map[string]map[string]policy.Document{}
	}
	s.logs[w.id()] = policies
}

func (w logWant) change() plan.Change {
	return plan.Change{ID: w.id(), Account: w.account, Region: w.region, Kind: plan.LogPolicy, Name: task.LogPolicyName, Transfers: transferNames(w.transfers)}
}

// logPolicy plans the resource policy of a Region.
func (b *builder) logPolicy(w logWant) {
	c := w.change()
	if !b.canRead(w.account) {
		c.Op, c.After, c.Calls = plan.Create, policy.New(w.statement()).String(), []string{"logs:PutResourcePolicy"}
		b.add(c)
		return
	}
	if err := b.snap.failures[w.id()]; err != nil {
		b.find(w.transfers, unreadFinding(w.account, "resource policies of CloudWatch Logs in "+w.region, err, plan.Blocking, "grant the reader logs:DescribeResourcePolicies"))
		return
	}
	policies := b.snap.logs[w.id()]
	before, exists := policies[task.LogPolicyName]
	d := w.diff(policies)
	if b.logTaken(w, d) {
		return
	}
	if d.op == plan.Create && !exists && len(policies) >= task.MaxLogPolicies {
		b.find(w.transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeSize, Account: w.account, Subject: task.LogPolicyName,
			Detail: fmt.Sprintf("%d of %d resource policies of CloudWatch Logs are taken in %s", len(policies), task.MaxLogPolicies, w.region),
			Remedy: "put statements of several policies into one, or use an ENHANCED task, which needs none"})
	}
	if used, quota := logSize(d.next); d.op != plan.NoOp && used > quota {
		b.find(w.transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeSize, Account: w.account, Subject: task.LogPolicyName,
			Detail: fmt.Sprintf("resource policy %s of CloudWatch Logs would have %d of %d characters", task.LogPolicyName, used, quota),
			Remedy: "take out of it what is not needed"})
	}
	b.add(logPolicyChange(c, d, before))
}

// logSize is how much of its quota a log policy uses.
func logSize(d policy.Document) (used, quota int) { return len(d.Bytes()), task.MaxLogPolicySize }

// logPolicyChange is the change of a log policy by which it becomes what the difference says.
func logPolicyChange(c plan.Change, d policyDiff, before policy.Document) plan.Change {
	c.Op, c.Details, c.Before, c.After = d.op, d.lines, string(before.Bytes()), string(d.next.Bytes())
	switch d.op {
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
func (b *builder) logTaken(w logWant, d policyDiff) bool {
	for _, sid := range d.taken {
		b.find(w.transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeSidTaken, Account: w.account, Subject: task.LogPolicyName, Statement: sid,
			Detail: "resource policy " + task.LogPolicyName + " of CloudWatch Logs: statement " + sid + " bears our id but is not of our making", Remedy: "rename or remove that statement by hand"})
	}
	return len(d.taken) > 0
}

// dropLogPolicy takes the resource policy away once the tasks are gone, unless another task of ours in the Region has a log group: then it stays for
// that. A policy with statements of others keeps those.
func (b *builder) dropLogPolicy(w logWant, tasks map[string][]string) {
	c := w.change()
	for _, t := range w.transfers {
		c.Requires = append(c.Requires, tasks[t.Name]...)
	}
	c.Op, c.Calls = plan.Delete, []string{"logs:DeleteResourcePolicy"}
	if !b.canRead(w.account) {
		b.add(c)
		return
	}
	if err := b.snap.failures[w.id()]; err != nil {
		b.find(w.transfers, unreadFinding(w.account, "resource policies of CloudWatch Logs in "+w.region, err, plan.Blocking, "grant the reader logs:DescribeResourcePolicies"))
		return
	}
	if b.snap.logsNeeded(w) {
		return
	}
	w.groups = nil
	d := w.diff(b.snap.logs[w.id()])
	if !b.logTaken(w, d) && d.op != plan.NoOp {
		b.add(logPolicyChange(c, d, b.snap.logs[w.id()][task.LogPolicyName]))
	}
}

// logsNeeded reports whether a task in the Region, other than those of the transfers, bears the mark of xacct and has a log group, or may have one.
// The task of a transfer that is blocked is among them: it goes on running.
func (s *snapshot) logsNeeded(w logWant) bool {
	for arn, state := range s.tasks {
		marked := func(t *transfer.Transfer) bool { return t.Marks(state.Tags, "") }
		if isIn(arn, w.account, w.region) && logGroup(state) != "" && slices.ContainsFunc(s.transfers, marked) && !slices.ContainsFunc(w.transfers, marked) {
			return true
		}
	}
	for arn, state := range s.logUsers {
		if !isIn(arn, w.account, w.region) {
			continue
		}
		managed := func(t *transfer.Transfer) bool {
			return state.Tags[t.TagKey(transfer.TagManagedBy)] == transfer.ManagedBy && !t.Marks(state.Tags, "")
		}
		if len(state.Unread) > 0 || state.Exists && state.LogGroupARN != "" && slices.ContainsFunc(w.transfers, managed) {
			return true
		}
	}
	return false
}

// logsIn reports whether a log policy is wanted in the place.
func (w wants) logsIn(pl transfer.Place) bool {
	return slices.ContainsFunc(w.logs, func(l logWant) bool { return l.account == pl.Account && l.region == pl.Region })
}

// readLogUser reads a task that may need a log policy too.
func (s *reader) readLogUser(ctx context.Context, pl transfer.Place, arn string) {
	api, err := s.clients.DataSync(pl.Account, pl.Region)
	state := task.State{ARN: arn}
	if err == nil {
		state, err = task.Observe(ctx, api, arn)
	}
	if err != nil {
		state.Unread = map[string]error{task.PartTask: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.logUsers == nil {
		s.logUsers = map[string]task.State{}
	}
	s.logUsers[arn] = state
}

// logResidue is what is left of the resource policies.
func logResidue(s *snapshot, w wants) []plan.Residue {
	var out []plan.Residue
	for _, l := range w.logs {
		if have, ok := s.logs[l.id()][task.LogPolicyName]; ok && !s.logsNeeded(l) {
			if _, ours := have.Statement(l.statement().Sid()); ours {
				out = append(out, plan.Residue{Ours: true, Account: l.account, Region: l.region, Kind: plan.LogPolicy, Name: task.LogPolicyName, Detail: "no task needs it any more"})
			}
		}
	}
	return out
}
