package residue

import (
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
)

// logGroups are the log groups that were made for the transfers and are still there.
func logGroups(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, g := range w.LogGroups {
		state := s.LogGroups[g.ARN()]
		item := plan.Residue{Account: g.Account, Region: g.Region, Kind: plan.LogGroup, Name: g.Spec.Name}
		_, ours := g.Ours(state)
		switch {
		case !state.Exists:
		case state.TagsUnread != nil:
			out = append(out, notKnown(item, state.TagsUnread))
		case ours:
			item.Ours, item.Detail = true, "with all of its lines"
			out = append(out, item)
		}
	}
	return out
}
