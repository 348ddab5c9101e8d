package xacct

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// bucketsNamedBy are the buckets that the plan's text names, by transfer. Nothing is done to them but to take out statements of these transfers.
func bucketsNamedBy(changes []plan.Change) map[string][]formerBucket {
	out := map[string][]formerBucket{}
	for _, c := range changes {
		if c.Kind != plan.BucketPolicy {
			continue
		}
		for _, t := range c.Transfers {
			out[t] = append(out[t], formerBucket{name: c.Name, regions: []string{c.Region}, toldOwner: c.Account})
		}
	}
	return out
}

// named reads what the changes of a plan name and the snapshot does not hold yet.
func (v *survey) named(ctx context.Context, transfers []*transfer.Transfer, changes []plan.Change) {
	s := &reader{snapshot: v.snapshot, clients: v.clients}
	s.keysNamed = keysNamedBy(changes)
	s.readNamedBuckets(ctx, changes)
	s.readFormerKeys(ctx, desired.Of(transfers))
}

// readNamedBuckets reads those of them that were not read yet, each as the bucket of the account that the plan names.
func (s *reader) readNamedBuckets(ctx context.Context, changes []plan.Change) {
	s.bucketsNamed = bucketsNamedBy(changes)
	reading := map[string]bucket.Spec{}
	for _, left := range s.bucketsNamed {
		for _, l := range left {
			_, seen := s.buckets[l.name]
			_, tried := s.owners[l.name]
			if _, ok := s.clients[l.toldOwner]; ok && !seen && !tried && s.failures[l.name] == nil {
				reading[l.name] = bucket.Spec{Name: l.name, Account: l.toldOwner, Region: l.regions[0]}
			}
		}
	}
	if s.owners == nil {
		s.owners = map[string]formerOwner{}
	}
	var wg sync.WaitGroup
	for _, spec := range reading {
		wg.Go(func() { s.readFormerBucket(ctx, spec) })
	}
	wg.Wait()
}

// whyUnread is why it is not known what stands in the bucket policy that a change is about: nil if it was read, or is of another kind.
func (s *snapshot) whyUnread(ch *plan.Change) error {
	if ch.Kind != plan.BucketPolicy || s.owners[ch.Name].gone {
		return nil
	}
	state, seen := s.buckets[ch.Name]
	if err := s.unread(ch.Name, state.Unread, bucket.PartPolicy); err != nil || seen {
		return err
	}
	return cmp.Or(s.owners[ch.Name].err, errNotRead)
}

// anyStands reports whether one of the statements stands in the policy.
func anyStands(d policy.Document, sids []string) bool {
	return slices.ContainsFunc(sids, func(sid string) bool {
		_, ok := d.Statement(sid)
		return ok
	})
}

// namedByPlan are the accounts of the keys and buckets that the plan's changes name, sorted: whose their clients are has to be proved too.
func namedByPlan(changes []plan.Change) []string {
	var out []string
	for _, arns := range keysNamedBy(changes) {
		for _, arn := range arns {
			out = append(out, kmskey.Spec{ARN: arn}.Account())
		}
	}
	for _, left := range bucketsNamedBy(changes) {
		for _, l := range left {
			out = append(out, l.toldOwner)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
