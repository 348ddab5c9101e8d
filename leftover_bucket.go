package xacct

import (
	"context"
	"slices"
	"sync"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/location"
)

// leftBuckets are the remote buckets that the transfer has left, as its left locations tell: our statements may still stand in their
// policies. A location does not say who owns its bucket, so that it is assumed to be the owner of the bucket that took its place; every
// call carries the expected owner, so that a wrong guess is refused.
func (s *snapshot) leftBuckets(t Transfer) []bucketWant {
	var out []bucketWant
	for _, l := range s.leftLocations(t) {
		name, _, ok := location.ParseURI(l.URI)
		side := Side(l.Tags[t.tagKey(tagSide)])
		if !ok || !slices.Contains(sides, side) || !t.remote(side) || name == t.Source.Bucket || name == t.Destination.Bucket {
			continue
		}
		a, _ := region.ParseARN(l.ARN)
		out = append(out, bucketWant{spec: bucket.Spec{Name: name, Account: t.end(side).Account, Region: a.Region}, left: true,
			policyWant: policyWant{transfers: []Transfer{t}, ours: t.sids(side), grants: true}})
	}
	return out
}

// withLeft adds the buckets that the transfers have left to what they want: nothing of theirs is to stand there. A bucket that another
// transfer of the plan still uses stands once.
func (s *snapshot) withLeft(w wants) wants {
	w.buckets = slices.Clone(w.buckets)
	for _, t := range w.tasks {
		for _, l := range s.leftBuckets(t.transfer) {
			i := slices.IndexFunc(w.buckets, func(b bucketWant) bool { return b.spec.Name == l.spec.Name })
			if i < 0 {
				w.buckets = append(w.buckets, l)
				continue
			}
			b := &w.buckets[i]
			b.transfers = append(slices.Clone(b.transfers), l.transfers...)
			b.ours = append(slices.Clone(b.ours), l.ours...)
			b.grants = true
		}
	}
	return s.withLeftLogs(s.withLeftKeys(w))
}

// readLeft reads the policies of the buckets that the transfers have left.
func (s *snapshot) readLeft(ctx context.Context, w wants) {
	var wg sync.WaitGroup
	for _, b := range s.withLeft(w).buckets {
		_, seen := s.buckets[b.spec.Name]
		if _, ok := s.clients[b.spec.Account]; ok && b.left && !seen {
			wg.Go(func() { s.readBucket(ctx, b.spec) })
		}
	}
	wg.Wait()
}

// leaveBuckets plans that our statements leave the buckets that the transfer has left, once nothing of ours uses them. It returns the IDs
// of these changes: the locations, which tell of these buckets, go only after them.
func (b *builder) leaveBuckets(t Transfer, after []string) []string {
	var out []string
	for _, w := range b.snap.leftBuckets(t) {
		state, seen := b.snap.buckets[w.spec.Name]
		gone := seen && !state.Exists && state.Unread[bucket.PartBucket] == nil
		if gone || slices.ContainsFunc(b.all.buckets, func(x bucketWant) bool { return x.spec.Name == w.spec.Name && !x.left }) {
			continue
		}
		if id := b.dropStatements(w, map[string][]string{t.Name: after}); id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
