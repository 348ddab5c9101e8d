package residue

import (
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// logPolicies are the resource policies of CloudWatch Logs with our statement that no task needs.
func logPolicies(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, l := range w.Logs {
		have, ok := s.Logs[l.ID()][task.LogPolicyName]
		if !ok || s.LogsNeeded(l) {
			continue
		}
		if _, ours := have.Statement(l.Statement().Sid()); ours {
			out = append(out, plan.Residue{Ours: true, Account: l.Account, Region: l.Region, Kind: plan.LogPolicy, Name: task.LogPolicyName,
				Detail: "no task needs it any more"})
		}
	}
	return out
}
