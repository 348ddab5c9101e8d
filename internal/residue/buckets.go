package residue

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// bucketPolicies are the transfers' statements in bucket policies, and the strangers beside them.
func bucketPolicies(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	ids := s.RoleIDs()
	for _, b := range w.Buckets {
		state, read := s.Buckets[b.Spec.Name]
		if !read || !b.Grants {
			continue
		}
		item := plan.Residue{Account: b.Spec.Account, Region: b.Spec.Region, Kind: plan.BucketPolicy, Name: b.Spec.Name}
		if err := state.Unread[bucket.PartPolicy]; err != nil {
			item = notKnown(item, err)
			if right := s.RegionElsewhere(b.Spec.Name, b.Spec.Region); right != "" {
				item.Detail = "not known: the bucket lives in " + right + ", not in " + b.Spec.Region
			} else if !state.OwnerProved { // which may be why
				item.Err = s.WrongOwner(b.Spec.Account, b.Spec.Name)
			}
			out = append(out, item)
			continue
		}
		ours := b.OursIn(state.Policy, ids)
		for st := range state.Policy.All() {
			if slices.Contains(ours, st.Sid()) {
				item.Ours, item.Detail = true, "statement "+st.Sid()
				out = append(out, item)
			}
		}
		out = append(out, strangers(s, b.SharedPolicy, state.Policy, item)...)
	}
	return out
}

// ownerlessBuckets are the former buckets whose owners are not known, so that nobody could look into their policies.
func ownerlessBuckets(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, t := range w.Tasks {
		unknown := s.Ownerless(t.Transfer)
		for _, name := range slices.Sorted(maps.Keys(unknown)) {
			out = append(out, plan.Residue{Kind: plan.BucketPolicy, Name: name, Unknown: true,
				Detail: "not known: whose bucket it is, which the transfer has left: " + text.OneLine(unknown[name]), Err: unknown[name]})
		}
	}
	return out
}
