package residue

import (
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
)

// keyPolicies are the transfers' statements in key policies, and the strangers beside them.
func keyPolicies(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, k := range w.Keys {
		state, read := s.Keys[k.Spec.ARN]
		if !read || !k.Grants {
			continue
		}
		item := plan.Residue{Account: k.Spec.Account(), Region: k.Spec.Region(), Kind: plan.KeyPolicy, Name: transfer.KeyName(k.Spec.ARN)}
		if err := state.Unread[kmskey.PartPolicy]; err != nil {
			out = append(out, notKnown(item, err))
			continue
		}
		for _, sid := range k.Ours {
			if _, there := state.Policy.Statement(sid); there {
				item.Ours, item.Detail = true, "statement "+sid
				out = append(out, item)
			}
		}
		out = append(out, strangers(s, k.SharedPolicy, state.Policy, item)...)
	}
	return out
}
