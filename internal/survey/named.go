package survey

import (
	"context"
	"sync"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// ReadNamed reads what the changes of a plan name and the snapshot does not hold yet.
func (v *Survey) ReadNamed(ctx context.Context, transfers []*transfer.Transfer, changes []plan.Change) {
	s := &Reader{Snapshot: v.Snapshot, clients: v.Clients}
	s.KeysNamed = snapshot.KeysNamedBy(changes)
	s.readNamedBuckets(ctx, changes)
	s.readFormerKeys(ctx, desired.Of(transfers))
}

// readNamedBuckets reads those of them that were not read yet, each as the bucket of the account that the plan names.
func (s *Reader) readNamedBuckets(ctx context.Context, changes []plan.Change) {
	s.BucketsNamed = snapshot.BucketsNamedBy(changes)
	reading := map[string]bucket.Spec{}
	for _, left := range s.BucketsNamed {
		for _, l := range left {
			_, seen := s.Buckets[l.Name]
			_, tried := s.Owners[l.Name]
			if _, ok := s.clients[l.ToldOwner]; ok && !seen && !tried && s.Failures[l.Name] == nil {
				reading[l.Name] = bucket.Spec{Name: l.Name, Account: l.ToldOwner, Region: l.Regions[0]}
			}
		}
	}
	if s.Owners == nil {
		s.Owners = map[string]snapshot.FormerOwner{}
	}
	var wg sync.WaitGroup
	for _, spec := range reading {
		wg.Go(func() { s.readFormerBucket(ctx, spec) })
	}
	wg.Wait()
}
