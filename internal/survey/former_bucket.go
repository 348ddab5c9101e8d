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

// readFormerBuckets reads the policies of the buckets that the transfers have left. A location does not say who owns its bucket, so that every client is
// tried, each with its own account as the expected owner: S3 answers the owner only.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
func (s *Reader) readFormerBuckets(ctx context.Context, w desired.Set) {
	left := map[string]snapshot.FormerBucket{}
	for _, t := range w.Tasks {
		for _, l := range s.FormerBucketsOf(t.Transfer) {
			if _, seen := s.Buckets[l.Name]; !seen {
				left[l.Name] = l
			}
		}
	}
	if len(left) == 0 {
		return
	}
	s.Owners = map[string]snapshot.FormerOwner{}
	strangers := s.identifyRest(ctx)
	var wg sync.WaitGroup
	for _, name := range slices.Sorted(maps.Keys(left)) {
		for account := range s.clients {
			if err := strangers[account]; err != nil {
				s.disown(name, err)
				continue
			}
			for _, reg := range slices.Compact(slices.Sorted(slices.Values(left[name].Regions))) {
				wg.Go(func() { s.readFormerBucket(ctx, bucket.Spec{Name: name, Account: account, Region: reg}) })
			}
		}
	}
	wg.Wait()
}

// identifyRest proves whose the clients are that no transfer names. The errors are by account.
func (s *Reader) identifyRest(ctx context.Context) map[string]error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	errs, proved := map[string]error{}, accountsOf(s.clients, s.Transfers)
	for account := range s.clients {
		if slices.Contains(proved, account) {
			continue
		}
		wg.Go(func() {
			if _, err := identify(ctx, s.clients, []string{account}); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs[account] = err
			}
		})
	}
	wg.Wait()
	return errs
}

// disown notes that a client could not read the policy of a left bucket.
func (s *Reader) disown(name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.Owners[name]
	if o.Err == nil || err.Error() < o.Err.Error() {
		o.Err = err
	}
	s.Owners[name] = o
}

func (s *Reader) readFormerBucket(ctx context.Context, spec bucket.Spec) {
	api, err := s.clients.S3(spec.Account, spec.Region)
	state := bucket.State{Exists: true, OwnerProved: true}
	if err == nil {
		state.Policy, err = guard.ReadBucketPolicy(ctx, api, spec)
	}
	if err != nil && !awserr.Is(err, "NoSuchBucket") {
		s.disown(spec.Name, &plan.CallError{Account: spec.Account, Region: spec.Region, Operation: "s3:GetBucketPolicy", Subject: spec.Name, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.Owners[spec.Name]
	if err != nil {
		o.Gone = true
	} else {
		o.Account, o.Region, s.Buckets[spec.Name] = spec.Account, spec.Region, state
	}
	s.Owners[spec.Name] = o
}
