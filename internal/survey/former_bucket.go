package survey

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
)

// readFormerBuckets reads the policies of the former buckets that were not read yet. A location does not say who owns its bucket. So every client is
// tried, each with its own account as the expected owner, because S3 then answers the owner only.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
func (s *Reader) readFormerBuckets(ctx context.Context, w desired.Set) {
	reading := map[string]snapshot.FormerBucket{}
	for _, t := range w.Tasks {
		for _, b := range s.FormerBucketsOf(t.Transfer) {
			if _, read := s.Buckets[b.Name]; !read {
				reading[b.Name] = b
			}
		}
	}
	if len(reading) == 0 {
		return
	}
	unproved := s.identifyOthers(ctx)
	var wg workers
	for _, name := range slices.Sorted(maps.Keys(reading)) {
		for account := range s.clients {
			if err := unproved[account]; err != nil {
				s.noteOwner(name, func(o *snapshot.FormerOwner) { keepFirst(o, err) })
				continue
			}
			for _, reg := range slices.Compact(slices.Sorted(slices.Values(reading[name].Regions))) {
				wg.Go(func() { s.readFormerBucket(ctx, bucket.Spec{Name: name, Account: account, Region: reg}) })
			}
		}
	}
	wg.Wait()
}

// identifyOthers proves, once, whose the clients are whose accounts no transfer names. It returns the errors by account.
func (s *Reader) identifyOthers(ctx context.Context) map[string]error {
	s.otherAccounts.Do(func() { s.unproved = s.identifyUnnamed(ctx) })
	return s.unproved
}

func (s *Reader) identifyUnnamed(ctx context.Context) map[string]error {
	var mu sync.Mutex
	var wg workers
	errs, proved := map[string]error{}, slices.Concat(s.identified, accountsOf(s.clients, s.Transfers))
	for account := range s.clients {
		if slices.Contains(proved, account) {
			continue
		}
		wg.Go(func() {
			if _, err := s.proofs.prove(ctx, s.clients, account); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs[account] = err
			}
		})
	}
	wg.Wait()
	return errs
}

// readFormerBucket reads the bucket's policy as that of the spec's account, and notes what this says about the owner.
func (s *Reader) readFormerBucket(ctx context.Context, spec bucket.Spec) {
	api, err := s.clients.S3(spec.Account, spec.Region)
	state := bucket.State{Exists: true, OwnerProved: true}
	if err == nil {
		state.Policy, err = guard.ReadBucketPolicy(ctx, api, spec)
	}
	s.noteOwner(spec.Name, func(o *snapshot.FormerOwner) {
		switch {
		case err == nil:
			o.Account, o.Region, s.Buckets[spec.Name] = spec.Account, spec.Region, state
		case awserr.Is(err, "NoSuchBucket"):
			o.Gone = true
		default:
			keepFirst(o, &plan.CallError{Account: spec.Account, Region: spec.Region, Operation: "s3:GetBucketPolicy", Subject: spec.Name, Err: err})
		}
	})
}

// noteOwner changes what is known of the owner of the former bucket, while nobody else reads or writes the snapshot.
func (s *Reader) noteOwner(name string, change func(*snapshot.FormerOwner)) {
	s.lock()
	defer s.mu.Unlock()
	o := s.Owners[name]
	change(&o)
	s.Owners[name] = o
}

// keepFirst keeps of several errors the one whose text sorts first, so that the order of the calls does not matter.
func keepFirst(o *snapshot.FormerOwner, err error) {
	if o.Err == nil || err.Error() < o.Err.Error() {
		o.Err = err
	}
}
