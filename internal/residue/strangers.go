package residue

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// strangers are two kinds of statements in a shared policy that are not known to be these transfers': those whose Sid has our prefix, and those
// whose principal is a role or user that is gone, because such a principal makes every later write of the policy fail. item says whose
// policy it is.
func strangers(s *snapshot.Snapshot, w desired.SharedPolicy, d policy.Document, item plan.Residue) []plan.Residue {
	var others, dead []string
	for st := range d.All() {
		if strings.HasPrefix(st.Sid(), transfer.SidPrefix) && !slices.Contains(w.Ours, st.Sid()) {
			others = append(others, strconv.Quote(st.Sid()))
		}
		principals, _ := st.Principals()
		for _, p := range principals {
			if slices.Contains(s.Dead, p.Value()) {
				dead = append(dead, p.Value())
			}
		}
	}
	item.Ours, item.Unknown = false, true
	var out []plan.Residue
	if len(others) > 0 {
		item.Detail = "not known: statements of other transfers, or of an earlier version of these: " + strings.Join(others, ", ")
		out = append(out, item)
	}
	if len(dead) > 0 {
		item.Detail = "not known: statements that name a role or user that is gone: " + strings.Join(dead, ", ")
		out = append(out, item)
	}
	return out
}
