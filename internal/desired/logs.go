package desired

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/task"
)

// LogPolicy is the resource policy of CloudWatch Logs that the BASIC tasks of an account need in a Region: one for all of them, because there can
// be only ten (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html).
type LogPolicy struct {
	SharedPolicy
	Account, Region, partition string
	Groups                     []string // ARNs of the log groups; nil if nothing of ours is to stand there
	Former                     bool     // no transfer needs it any more, but one did
}

func (w LogPolicy) ID() string {
	return transfer.ChangeID(w.Account, w.Region, plan.LogPolicy, task.LogPolicyName)
}

func (w LogPolicy) Statement() policy.Statement {
	return task.LogStatement(w.partition, w.Account, w.Region, region.DataSync(w.partition))
}

// open reports whether the policies let DataSync write into every group already, by whatever statement.
func (w LogPolicy) open(policies map[string]policy.Document) bool {
	var all []policy.Fragment
	for _, d := range policies {
		all = append(all, d)
	}
	whole := policy.New(all...)
	for _, group := range w.Groups {
		for _, action := range []string{"logs:PutLogEvents", "logs:CreateLogStream"} {
			d := authz.Decide(authz.Request{Service: region.DataSync(w.partition), Action: action, Resource: group + ":log-stream:stream", ResourceAccount: w.Account,
				Context: map[string][]string{"aws:SourceAccount": {w.Account}, "aws:SourceArn": {"arn:" + w.partition + ":datasync:" + w.Region + ":" + w.Account + ":task/task-0"}}, Complete: true},
				authz.Policies{Resource: whole})
			if d.Effect != authz.Allowed {
				return false
			}
		}
	}
	return true
}

// wanted is our statement, if a log group needs it.
func (w LogPolicy) wanted() policy.Statements {
	if len(w.Groups) == 0 {
		return nil
	}
	return policy.Statements{w.Statement()}
}

// Diff is diffPolicy for the policy of our name, which keeps the statements that others put into it. Nothing is to be done where DataSync may
// write already, by whatever policy.
func (w LogPolicy) Diff(policies map[string]policy.Document) PolicyDiff {
	if len(w.Groups) > 0 && w.open(policies) {
		return PolicyDiff{Op: plan.NoOp, Next: policies[task.LogPolicyName]}
	}
	return diffPolicy(w.SharedPolicy, w.wanted(), w.shaped, policies[task.LogPolicyName], nil)
}

// shaped reports whether a statement that bears our Sid also has the shape of ours. Anything else is somebody else's.
func (w LogPolicy) shaped(st policy.Statement) bool {
	ours := w.Statement()
	principals, notPrincipal := st.Principals()
	actions, notAction := st.Actions()
	resources, notResource := st.Resources()
	known, _ := ours.Actions()
	who, _ := ours.Principals()
	return st.Effect() == "Allow" && !notPrincipal && !notAction && !notResource && slices.Equal(principals, who) &&
		!slices.ContainsFunc(actions, func(a string) bool { return !slices.Contains(known, a) }) &&
		!slices.ContainsFunc(resources, func(r string) bool { return !IsIn(r, w.Account, w.Region) }) &&
		!slices.ContainsFunc(st.Conditions(), func(c policy.Condition) bool {
			return !slices.ContainsFunc(ours.Conditions(), func(o policy.Condition) bool {
				return strings.EqualFold(o.Key(), c.Key()) && o.Operator() == c.Operator()
			})
		})
}

func (w LogPolicy) Change() plan.Change {
	return plan.Change{ID: w.ID(), Account: w.Account, Region: w.Region, Kind: plan.LogPolicy, Name: task.LogPolicyName, Transfers: Names(w.Transfers)}
}

func NewLogPolicy(account, region, partition string) LogPolicy {
	w := LogPolicy{Account: account, Region: region, partition: partition}
	w.Ours, w.Grants = []string{w.Statement().Sid()}, true
	return w
}

// LogChange is the ID of the log policy that the transfer's task needs; "" if it needs none.
func LogChange(t *transfer.Transfer) string {
	if !t.WantsLogPolicy() {
		return ""
	}
	return LogPolicy{Account: t.TaskAccount, Region: t.Destination.Region}.ID()
}

// LogSize is how much of its quota a log policy uses.
func LogSize(d policy.Document) (used, quota int) { return len(d.Bytes()), task.MaxLogPolicySize }

func (w *Set) addLogs(t *transfer.Transfer) {
	if LogChange(t) == "" {
		return
	}
	i := slices.IndexFunc(w.Logs, func(l LogPolicy) bool { return l.ID() == LogChange(t) })
	if i < 0 {
		w.Logs = append(w.Logs, NewLogPolicy(t.TaskAccount, t.Destination.Region, t.Partition))
		i = len(w.Logs) - 1
	}
	w.Logs[i].Groups = append(w.Logs[i].Groups, t.Task.LogGroupARN)
	w.Logs[i].Transfers = append(w.Logs[i].Transfers, t)
}
