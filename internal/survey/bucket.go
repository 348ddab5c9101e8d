package survey

import (
	"context"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

func (s *Reader) readBucket(ctx context.Context, spec bucket.Spec) {
	api, err := s.clients.S3(spec.Account, spec.Region)
	call := plan.CallError{Account: spec.Account, Region: spec.Region, Operation: "s3:GetBucketPolicy", Subject: spec.Name}
	readInto(s, s.Buckets, spec.Name, api, err, call, func(api bucket.API) (bucket.State, error) { return bucket.Observe(ctx, api, spec) })
}

// lookAtDestination reads a page of what lies below the destination's prefix, for a warning that the transfer may overwrite it. Without a client there
// is no warning.
func (s *Reader) lookAtDestination(ctx context.Context, t *transfer.Transfer) {
	e := t.Destination
	api, err := s.clients.S3(e.Account, e.Region)
	if err != nil {
		return
	}
	sample, err := bucket.Look(ctx, api, bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}, e.Prefix)
	s.lock()
	defer s.mu.Unlock()
	if err != nil {
		s.Unlisted[t.Name] = err
		return
	}
	s.Samples[t.Name] = sample
}

// lookAtSource reads a page of what lies below the source's prefix, because a run that finds nothing there ends as a success.
func (s *Reader) lookAtSource(ctx context.Context, t *transfer.Transfer) {
	e := t.Source
	api, err := s.clients.S3(e.Account, e.Region)
	var look snapshot.SourceLook
	if look.Err = err; err == nil {
		look.Sample, look.Err = bucket.Look(ctx, api, bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}, e.Prefix)
	}
	s.lock()
	defer s.mu.Unlock()
	s.Sources[t.Name] = look
}
