package snapshot

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
)

// WithFormer adds the buckets that the transfers have left to what they want: nothing of theirs is to stand there. A bucket that another
// transfer of the plan still uses, or the other end, stands once.
func (s *Snapshot) WithFormer(w desired.Set) desired.Set {
	w.Buckets = slices.Clone(w.Buckets)
	for _, t := range w.Tasks {
		for _, l := range s.FormerBuckets(t.Transfer) {
			i := slices.IndexFunc(w.Buckets, func(b desired.Bucket) bool { return b.Spec.Name == l.Spec.Name })
			if i < 0 {
				w.Buckets = append(w.Buckets, l)
				continue
			}
			b := &w.Buckets[i]
			if !slices.Contains(desired.Names(b.Transfers), t.Transfer.Name) {
				b.Transfers = append(slices.Clone(b.Transfers), l.Transfers...)
			}
			b.Ours = append(slices.Clone(b.Ours), l.Ours...)
			b.Grants = true
		}
	}
	return s.withFormerLogs(s.WithFormerKeys(w))
}
