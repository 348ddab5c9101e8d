package xacct

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/task"
)

// logWant is the resource policy of CloudWatch Logs that the BASIC tasks of an account need in a Region: one for all of them, because there can
// be only ten (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html).
type logWant struct {
	account, region, partition string
	groups                     []string // ARNs of the log groups
	transfers                  []Transfer
}

func (w logWant) id() string { return changeID(w.account, w.region, LogPolicy, task.LogPolicyName) }

// logChange is the ID of the log policy that the transfer's task needs; "" if it needs none.
func (t Transfer) logChange() string {
	if t.Task.LogGroupARN == "" {
		return ""
	}
	return logWant{account: t.taskAccount(), region: t.Destination.Region}.id()
}

func (w *wants) addLogs(t Transfer) {
	if t.logChange() == "" {
		return
	}
	i := slices.IndexFunc(w.logs, func(l logWant) bool { return l.id() == t.logChange() })
	if i < 0 {
		w.logs = append(w.logs, logWant{account: t.taskAccount(), region: t.Destination.Region, partition: t.partition()})
		i = len(w.logs) - 1
	}
	w.logs[i].groups = append(w.logs[i].groups, t.Task.LogGroupARN)
	w.logs[i].transfers = append(w.logs[i].transfers, t)
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

// diff is what must be written: the zero Document if nothing must. A policy of our name keeps the statements that others put into it.
func (w logWant) diff(policies map[string]policy.Document) (policy.Document, error) {
	if w.open(policies) {
		return policy.Document{}, nil
	}
	if ours := policies[task.LogPolicyName]; !ours.IsZero() {
		return ours.Merge(w.statement())
	}
	return policy.New(w.statement()), nil
}

func (s *snapshot) readLogs(ctx context.Context, w logWant) {
	api, err := s.clients.logs(w.account, w.region)
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

func (w logWant) change() Change {
	return Change{ID: w.id(), Account: w.account, Region: w.region, Kind: LogPolicy, Name: task.LogPolicyName, Transfers: names(w.transfers)}
}

// logPolicy plans the resource policy of a Region.
func (b *builder) logPolicy(w logWant) {
	c := w.change()
	if !b.canRead(w.account) {
		c.Op, c.After, c.Calls = Create, policy.New(w.statement()).String(), []string{"logs:PutResourcePolicy"}
		b.add(c)
		return
	}
	if err := b.snap.errs[w.id()]; err != nil {
		b.find(w.transfers, unreadFinding(w.account, "resource policies of CloudWatch Logs in "+w.region, err, Blocking, "grant the reader logs:DescribeResourcePolicies"))
		return
	}
	policies := b.snap.logs[w.id()]
	before, exists := policies[task.LogPolicyName]
	next, err := w.diff(policies)
	switch {
	case err != nil:
		b.find(w.transfers, Finding{Severity: Blocking, Code: CodeSidTaken, Account: w.account, Subject: task.LogPolicyName, Statement: w.statement().Sid(),
			Detail: "resource policy " + task.LogPolicyName + " of CloudWatch Logs: " + err.Error(), Remedy: "take that statement out, or let it say what is wanted"})
		return
	case next.IsZero():
		c.Op, c.Before, c.After = NoOp, string(before.Bytes()), string(before.Bytes())
		b.add(c)
		return
	case !exists && len(policies) >= task.MaxLogPolicies:
		b.find(w.transfers, Finding{Severity: Blocking, Code: CodeSize, Account: w.account, Subject: task.LogPolicyName,
			Detail: fmt.Sprintf("%d of %d resource policies of CloudWatch Logs are taken in %s", len(policies), task.MaxLogPolicies, w.region),
			Remedy: "put statements of several policies into one, or use an ENHANCED task, which needs none"})
	case len(next.Bytes()) > task.MaxLogPolicySize:
		b.find(w.transfers, Finding{Severity: Blocking, Code: CodeSize, Account: w.account, Subject: task.LogPolicyName,
			Detail: fmt.Sprintf("resource policy %s of CloudWatch Logs would have %d of %d characters", task.LogPolicyName, len(next.Bytes()), task.MaxLogPolicySize),
			Remedy: "take out of it what is not needed"})
	}
	c.Op, c.After, c.Calls = Update, string(next.Bytes()), []string{"logs:PutResourcePolicy"}
	if c.Before = string(before.Bytes()); !exists {
		c.Op = Create
	}
	b.add(c)
}

// dropLogPolicy takes the resource policy away once the tasks are gone, unless another task of ours in the Region has a log group: then it stays for
// that. A policy with statements of others keeps those.
func (b *builder) dropLogPolicy(w logWant, tasks map[string][]string) {
	c := w.change()
	for _, t := range w.transfers {
		c.Requires = append(c.Requires, tasks[t.Name]...)
	}
	c.Op, c.Calls = Delete, []string{"logs:DeleteResourcePolicy"}
	if !b.canRead(w.account) {
		b.add(c)
		return
	}
	if err := b.snap.errs[w.id()]; err != nil {
		b.find(w.transfers, unreadFinding(w.account, "resource policies of CloudWatch Logs in "+w.region, err, Blocking, "grant the reader logs:DescribeResourcePolicies"))
		return
	}
	have, ok := b.snap.logs[w.id()][task.LogPolicyName]
	if !ok || b.snap.logsNeeded(w) {
		return
	}
	c.Before = string(have.Bytes())
	if rest := have.Without(w.statement().Sid()); rest.Len() > 0 {
		if rest.Equal(have) {
			return
		}
		c.Op, c.After, c.Calls = Update, string(rest.Bytes()), []string{"logs:PutResourcePolicy"}
	}
	b.add(c)
}

// logsNeeded reports whether a task in the Region, other than those of the transfers, bears the mark of xacct and has a log group, or may have one.
func (s *snapshot) logsNeeded(w logWant) bool {
	for arn, state := range s.logUsers {
		if !at(arn, w.account, w.region) {
			continue
		}
		managed := func(t Transfer) bool {
			return state.Tags[t.tagKey(tagManagedBy)] == managedBy && !t.marks(state.Tags, "")
		}
		if len(state.Unread) > 0 || state.Exists && state.LogGroupARN != "" && slices.ContainsFunc(w.transfers, managed) {
			return true
		}
	}
	return false
}

// logsIn reports whether a log policy is wanted in the place.
func (w wants) logsIn(pl place) bool {
	return slices.ContainsFunc(w.logs, func(l logWant) bool { return l.account == pl.account && l.region == pl.region })
}

// readLogUser reads a task that may need a log policy too.
func (s *snapshot) readLogUser(ctx context.Context, pl place, arn string) {
	api, err := s.clients.datasync(pl.account, pl.region)
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

// applyLogPolicy writes the resource policy, or deletes it, after one more look.
func (r *run) applyLogPolicy(ctx context.Context, ch *Change, w logWant, res *ChangeResult) (Status, error) {
	api, err := r.clients.logs(w.account, w.region)
	if err != nil {
		return Failed, err
	}
	policies, err := task.ListLogPolicies(ctx, api)
	if err != nil {
		return ended(ch, "logs:DescribeResourcePolicies", err)
	}
	next, err := w.diff(policies)
	if r.plan.Mode == TearDown {
		have, ok := policies[task.LogPolicyName]
		if next = have.Without(w.statement().Sid()); !ok || next.Equal(have) {
			return Unchanged, nil
		}
		if next.Len() == 0 {
			return ended(ch, "logs:DeleteResourcePolicy", r.repeat(ctx, ch, 0, func(ctx context.Context) error {
				_, err := api.DeleteResourcePolicy(ctx, &cloudwatchlogs.DeleteResourcePolicyInput{PolicyName: new(task.LogPolicyName)})
				if awserr.NotFound(err) {
					err = nil
				}
				return err
			}))
		}
		err = nil
	}
	if err != nil {
		return Failed, err
	}
	if next.IsZero() {
		return Unchanged, nil
	}
	return ended(ch, "logs:PutResourcePolicy", r.repeat(ctx, ch, 0, func(ctx context.Context) error {
		out, err := api.PutResourcePolicy(ctx, &cloudwatchlogs.PutResourcePolicyInput{PolicyName: new(task.LogPolicyName), PolicyDocument: new(string(next.Bytes()))})
		if err == nil {
			res.requestID(out.ResultMetadata)
		}
		return err
	}))
}

// logResidue is what is left of the resource policies.
func (s *snapshot) logResidue(w wants) []Residue {
	var out []Residue
	for _, l := range w.logs {
		if have, ok := s.logs[l.id()][task.LogPolicyName]; ok && !s.logsNeeded(l) {
			if _, ours := have.Statement(l.statement().Sid()); ours {
				out = append(out, Residue{Ours: true, Account: l.account, Region: l.region, Kind: LogPolicy, Name: task.LogPolicyName, Detail: "no task needs it any more"})
			}
		}
	}
	return out
}
