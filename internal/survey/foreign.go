package survey

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/transfer"
)

// proveOwners asks whose the buckets are whose accounts, as the transfers name them, have no client: the id of such an account may be mistyped. Every
// account with clients is asked once for each bucket whether the bucket is its own, with itself as the expected owner, because S3 then answers the
// owner only. What is refused proves nothing.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
func (s *Reader) proveOwners(ctx context.Context) {
	unowned := map[string]string{} // Regions by bucket
	for _, t := range s.Transfers {
		for _, e := range []transfer.Endpoint{t.Source, t.Destination} {
			if !s.Readable[e.Account] {
				unowned[e.Bucket] = e.Region
			}
		}
		for _, b := range t.DataBuckets() {
			if _, end := unowned[b.Name]; !end && !s.Readable[b.Account] {
				unowned[b.Name] = t.Destination.Region
			}
		}
	}
	if len(unowned) == 0 {
		return
	}
	unproved := s.identifyOthers(ctx)
	var wg workers
	for name, reg := range unowned {
		for account := range s.clients {
			if unproved[account] == nil {
				wg.Go(func() { s.proveOwner(ctx, bucket.Spec{Name: name, Account: account, Region: reg}) })
			}
		}
	}
	wg.Wait()
}

// proveOwner notes the account of the spec as the owner of the bucket if S3 says so.
func (s *Reader) proveOwner(ctx context.Context, spec bucket.Spec) {
	api, err := s.clients.S3(spec.Account, spec.Region)
	if err != nil {
		return
	}
	if _, err := api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account}); err != nil {
		return
	}
	s.lock()
	defer s.mu.Unlock()
	s.ProvedOwners[spec.Name] = spec.Account
}
