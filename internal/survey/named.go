package survey

import (
	"context"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// ReadNamed reads the former keys and buckets that only the plan's changes tell of, as far as there are clients for their accounts and the snapshot
// does not hold them yet.
func (v *Survey) ReadNamed(ctx context.Context, transfers []*transfer.Transfer, changes []plan.Change) {
	s := v.reader()
	s.Unseal()
	s.KeysNamed, s.BucketsNamed = snapshot.KeysNamedBy(changes), snapshot.BucketsNamedBy(changes)
	s.readNamedBuckets(ctx)
	s.Seal()
	s.readFormerKeys(ctx, desired.Of(transfers))
	s.Seal()
}

// readNamedBuckets reads the policies of the buckets that the plan names, each as the bucket of the account that the plan says.
func (s *Reader) readNamedBuckets(ctx context.Context) {
	reading := map[string]bucket.Spec{}
	for _, buckets := range s.BucketsNamed {
		for _, b := range buckets {
			_, read := s.Buckets[b.Name]
			_, tried := s.Owners[b.Name]
			if _, ok := s.clients[b.ToldOwner]; ok && !read && !tried && s.Failures[b.Name] == nil {
				reading[b.Name] = bucket.Spec{Name: b.Name, Account: b.ToldOwner, Region: b.Regions[0]}
			}
		}
	}
	var wg workers
	for _, spec := range reading {
		wg.Go(func() { s.readFormerBucket(ctx, spec) })
	}
	wg.Wait()
}
