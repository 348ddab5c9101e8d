package snapshot

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
)

// KeysNamedBy are the keys that the plan's text names, by transfer: whoever sees only their account cannot see the roles that tell of them.
// Nothing is done to them but to take out statements of these transfers.
func KeysNamedBy(changes []plan.Change) map[string][]string {
	out := map[string][]string{}
	for _, c := range changes {
		if spec := (kmskey.Spec{ARN: c.ARN}); c.Kind == plan.KeyPolicy && region.ValidKey(c.ARN) && spec.Account() == c.Account {
			for _, t := range c.Transfers {
				out[t] = append(out[t], c.ARN)
			}
		}
	}
	return out
}

// BucketsNamedBy are the buckets that the plan's text names, by transfer. Nothing is done to them but to take out statements of these transfers.
func BucketsNamedBy(changes []plan.Change) map[string][]FormerBucket {
	out := map[string][]FormerBucket{}
	for _, c := range changes {
		if c.Kind != plan.BucketPolicy {
			continue
		}
		for _, t := range c.Transfers {
			out[t] = append(out[t], FormerBucket{Name: c.Name, Regions: []string{c.Region}, ToldOwner: c.Account})
		}
	}
	return out
}

// NamedByPlan are the accounts of the keys and buckets that the plan's changes name, sorted: whose their clients are has to be proved too.
func NamedByPlan(changes []plan.Change) []string {
	var out []string
	for _, arns := range KeysNamedBy(changes) {
		for _, arn := range arns {
			out = append(out, kmskey.Spec{ARN: arn}.Account())
		}
	}
	for _, left := range BucketsNamedBy(changes) {
		for _, l := range left {
			out = append(out, l.ToldOwner)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// WhyUnread is why it is not known what stands in the bucket policy that a change is about: nil if it was read, or is of another kind.
func (s *Snapshot) WhyUnread(ch *plan.Change) error {
	if ch.Kind != plan.BucketPolicy || s.Owners[ch.Name].Gone {
		return nil
	}
	state, seen := s.Buckets[ch.Name]
	if err := s.Unread(ch.Name, state.Unread, bucket.PartPolicy); err != nil || seen {
		return err
	}
	return cmp.Or(s.Owners[ch.Name].Err, ErrNotRead)
}
