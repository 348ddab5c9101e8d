package residue

import (
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
)

// dataSync are the transfers' locations and tasks, with those that were replaced and not deleted.
func dataSync(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	found := func(kind plan.Kind, name, arn string) {
		a, _ := region.ParseARN(arn)
		out = append(out, plan.Residue{Ours: true, Account: a.Account, Region: a.Region, Kind: kind, Name: name, Detail: arn})
	}
	for _, l := range w.Locations {
		if l.Given {
			continue
		}
		switch state, _, err := s.OurLocation(l); {
		case err != nil:
			out = append(out, notKnown(plan.Residue{Account: l.Spec.Account, Region: l.Spec.Region, Kind: plan.DataSyncLocation, Name: l.Spec.URI()}, err))
		case state.Exists:
			found(plan.DataSyncLocation, l.Spec.URI(), state.ARN)
		}
	}
	for _, t := range w.Tasks {
		state, old, err := s.OurTasks(t)
		for _, o := range old {
			found(plan.DataSyncTask, o.Name, o.ARN)
		}
		for _, l := range s.OrphanLocations(t.Transfer) {
			found(plan.DataSyncLocation, l.URI, l.ARN)
		}
		switch {
		case err != nil:
			out = append(out, notKnown(plan.Residue{Account: t.Spec.Account, Region: t.Spec.Region, Kind: plan.DataSyncTask, Name: t.Spec.Name}, err))
		case state.Exists:
			found(plan.DataSyncTask, t.Spec.Name, state.ARN)
		}
	}
	return out
}
