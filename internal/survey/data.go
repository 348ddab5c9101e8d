package survey

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/snapshot"
)

// readDataBuckets reads the buckets of manifests and reports that are no ends, as far as there are clients of their accounts.
func (s *Reader) readDataBuckets(ctx context.Context) {
	regions := map[snapshot.OwnedBucket]string{} // where they are looked for
	for _, t := range s.Transfers {
		for _, b := range t.DataBuckets() {
			if s.Readable[b.Account] {
				regions[snapshot.OwnedBucket{Account: b.Account, Name: b.Name}] = t.Destination.Region
			}
		}
	}
	var wg workers
	for b, reg := range regions {
		wg.Go(func() {
			state, ok := s.readDataBucket(ctx, bucket.Spec{Name: b.Name, Account: b.Account, Region: reg})
			if !ok {
				return
			}
			s.lock()
			defer s.mu.Unlock()
			s.DataBuckets[b] = state
		})
	}
	wg.Wait()
}

// readDataBucket reads what matters of the bucket of a manifest or report: whether it is there, whose it is, and its policy. Its Region is not known
// before: if S3 names another one, the bucket is read there. It returns false if there is no client for that.
func (s *Reader) readDataBucket(ctx context.Context, spec bucket.Spec) (bucket.State, bool) {
	state, ok := s.readDataBucketIn(ctx, spec)
	if ok && state.Region != "" && state.Region != spec.Region {
		spec.Region = state.Region
		return s.readDataBucketIn(ctx, spec)
	}
	return state, ok
}

// readDataBucketIn is readDataBucket in the Region of the spec alone.
func (s *Reader) readDataBucketIn(ctx context.Context, spec bucket.Spec) (bucket.State, bool) {
	api, err := s.clients.S3(spec.Account, spec.Region)
	if err != nil {
		return bucket.State{}, false
	}
	var state bucket.State
	var out *s3.HeadBucketOutput
	var headErr, policyErr error
	var wg sync.WaitGroup
	wg.Go(func() {
		out, headErr = api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account})
	})
	wg.Go(func() { state.Policy, policyErr = guard.ReadBucketPolicy(ctx, api, spec) })
	wg.Wait()
	if headErr != nil && awserr.NotFound(headErr) {
		return bucket.State{}, true
	}
	if state.Region = awserr.BucketRegion(headErr); headErr == nil {
		state.Region = aws.ToString(out.BucketRegion)
	}
	state.OwnerProved = headErr == nil || policyErr == nil
	state.Exists = state.OwnerProved || state.Region != ""
	state.Unread = map[string]error{}
	if headErr != nil {
		state.Unread[bucket.PartBucket] = headErr
	}
	if policyErr != nil {
		state.Unread[bucket.PartPolicy] = policyErr
	}
	return state, true
}
