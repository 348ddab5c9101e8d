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

// LogPolicy is the resource policy of CloudWatch Logs that the BASIC tasks of an account need in a Region. All of them share one, because a Region
// can have only ten: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
type LogPolicy struct {
	SharedPolicy
	Account   string
	Region    string
	Groups    []string // ARNs of the log groups; nil if our statement is not wanted
	Former    bool     // no transfer needs the policy any more, but one did
	partition string
}

// ID is that of the policy's change.
func (w LogPolicy) ID() string {
	return transfer.ChangeID(w.Account, w.Region, plan.LogPolicy, task.LogPolicyName)
}

// Statement is ours in the policy: DataSync may write logs for the tasks of the account in the Region.
func (w LogPolicy) Statement() policy.Statement {
	return task.LogStatement(w.partition, w.Account, w.Region, region.DataSync(w.partition))
}

// granted reports whether the Region's resource policies allow DataSync to write into every log group already, by whatever statement.
func (w LogPolicy) granted(policies map[string]policy.Document) bool {
	var all []policy.Fragment
	for _, d := range policies {
		all = append(all, d)
	}
	whole := policy.New(all...)
	task0 := region.ARN{Partition: w.partition, Service: "datasync", Region: w.Region, Account: w.Account, Resource: "task/task-0"}
	for _, group := range w.Groups {
		for _, action := range []string{"logs:PutLogEvents", "logs:CreateLogStream"} {
			request := authz.Request{Service: region.DataSync(w.partition), Action: action, Resource: group + ":log-stream:stream", ResourceAccount: w.Account,
				Context: map[string][]string{"aws:SourceAccount": {w.Account}, "aws:SourceArn": {task0.String()}}, Complete: true}
			if authz.Decide(request, authz.Policies{Resource: whole}).Effect != authz.Allowed {
				return false
			}
		}
	}
	return true
}

// wanted is our statement if a log group needs it; nil if none does.
func (w LogPolicy) wanted() policy.Statements {
	if len(w.Groups) == 0 {
		return nil
	}
	return policy.Statements{w.Statement()}
}

// Diff returns what is to become of the policy that has our name, given all resource policies of the Region by name. Statements of others in it
// stay. If the policies together allow DataSync to write already, nothing is to be done.
func (w LogPolicy) Diff(policies map[string]policy.Document) PolicyDiff {
	if len(w.Groups) > 0 && w.granted(policies) {
		return PolicyDiff{Op: plan.NoOp, Next: policies[task.LogPolicyName]}
	}
	return diffPolicy(w.SharedPolicy, w.wanted(), w.shaped, policies[task.LogPolicyName], nil)
}

// shaped reports whether a statement that has our Sid also looks as if we made it. Any other is somebody else's.
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
			return !transfer.AboutTime(c) && !slices.ContainsFunc(ours.Conditions(), func(o policy.Condition) bool {
				return strings.EqualFold(o.Key(), c.Key()) && o.Operator() == c.Operator()
			})
		})
}

// Change is a change of the policy, still without operation, hold, details and texts.
func (w LogPolicy) Change() plan.Change {
	return plan.Change{ID: w.ID(), Account: w.Account, Region: w.Region, Kind: plan.LogPolicy, Name: task.LogPolicyName, Transfers: Names(w.Transfers)}
}

// NewLogPolicy is the log policy of the account and Region, with no log group that needs it.
func NewLogPolicy(account, region, partition string) LogPolicy {
	w := LogPolicy{Account: account, Region: region, partition: partition}
	w.Ours, w.Grants = []string{w.Statement().Sid()}, true
	return w
}

// LogChange is the ID of the change of the log policy that the transfer's task needs; "" if it needs none.
func LogChange(t *transfer.Transfer) string {
	if !t.WantsLogPolicy() {
		return ""
	}
	return LogPolicy{Account: t.TaskAccount, Region: t.Destination.Region}.ID()
}

// LogSize is the size of a log policy in bytes, and the quota of that.
func LogSize(d policy.Document) (used, quota int) { return len(d.Bytes()), task.MaxLogPolicySize }

// addLogs adds the log group of the transfer's task to the log policy of its account and Region.
func (w *gathering) addLogs(t *transfer.Transfer) {
	if LogChange(t) == "" {
		return
	}
	i, found := w.find(plan.LogPolicy, t.TaskAccount, t.Destination.Region, len(w.Logs))
	if !found {
		w.Logs = append(w.Logs, NewLogPolicy(t.TaskAccount, t.Destination.Region, t.Partition))
	}
	w.Logs[i].Groups = append(w.Logs[i].Groups, t.LogGroup())
	w.Logs[i].Transfers = append(w.Logs[i].Transfers, t)
}
