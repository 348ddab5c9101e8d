package residue

import (
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// logResidue is what is left of the resource policies.
func logResidue(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, l := range w.Logs {
		if have, ok := s.Logs[l.ID()][task.LogPolicyName]; ok && !s.LogsNeeded(l) {
			if _, ours := have.Statement(l.Statement().Sid()); ours {
				out = append(out, plan.Residue{Ours: true, Account: l.Account, Region: l.Region, Kind: plan.LogPolicy, Name: task.LogPolicyName, Detail: "no task needs it any more"})
			}
		}
	}
	return out
}
