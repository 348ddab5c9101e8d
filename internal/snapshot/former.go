package snapshot

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/plan"
)

// WithFormer returns the set with the former log groups of its transfers, and with their former buckets, keys and log policies, in which no statement of theirs is wanted. One
// that another transfer or the other end still uses is not added a second time, but notes whose statements are to leave. Roles keep the names
// of some former keys: see WithFormerKeys. Buckets note the principals whose grants by others leave with an adoption.
func (s *Snapshot) WithFormer(w desired.Set) desired.Set {
	return s.withOthers(s.withFormerLogGroups(s.withFormerLogs(s.WithFormerKeys(s.withFormerBuckets(s.withAdopted(w))))))
}

func (s *Snapshot) withFormerBuckets(w desired.Set) desired.Set {
	w.Buckets = slices.Clone(w.Buckets)
	for _, t := range w.Tasks {
		end := t.Transfer.End(plan.DestinationSide)
		if i := slices.IndexFunc(w.Buckets, func(b desired.Bucket) bool { return b.Spec.Name == end.Bucket }); i >= 0 && end.Remote {
			w.Buckets[i] = s.withTutorial(w.Buckets[i], t.Transfer)
		}
		for _, former := range s.FormerBuckets(t.Transfer) {
			i := slices.IndexFunc(w.Buckets, func(b desired.Bucket) bool { return b.Spec.Name == former.Spec.Name })
			if i < 0 {
				w.Buckets = append(w.Buckets, former)
				continue
			}
			b := &w.Buckets[i]
			if !slices.Contains(desired.Names(b.Transfers), t.Transfer.Name) {
				b.Transfers = append(slices.Clone(b.Transfers), former.Transfers...)
			}
			b.Ours, b.Tutorial = append(slices.Clone(b.Ours), former.Ours...), append(slices.Clone(b.Tutorial), former.Tutorial...)
			b.Grants = true
		}
	}
	return w
}
