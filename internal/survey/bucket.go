package survey

import (
	"context"
	"maps"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// readBucket reads of the bucket what matters for the survey's purpose.
func (s *Reader) readBucket(ctx context.Context, w desired.Bucket) {
	spec := w.Spec
	api, err := s.clients.S3(spec.Account, spec.Region)
	call := plan.CallError{Account: spec.Account, Region: spec.Region, Operation: "s3:GetBucketPolicy", Subject: spec.Name}
	readInto(s, s.Buckets, spec.Name, api, err, call, func(api bucket.API) (bucket.State, error) {
		if s.setUp && !s.drift {
			return observeToSetUp(ctx, api, w)
		}
		parts := []string{bucket.PartPolicy}
		if _, restores := s.restoring[spec.Name]; restores || spec.DisableACLs { // a set-up may have disabled ACLs, which stays then
			parts = append(parts, bucket.PartOwnership)
		}
		state, err := bucket.Observe(ctx, api, spec, parts...)
		if err != nil || len(state.Unread) == 0 {
			return state, err
		}
		return bucket.Observe(ctx, api, spec, append(parts, bucket.PartBucket)...) // which tells whether it is there, and where
	})
	s.lock()
	state, read := s.Buckets[spec.Name]
	s.mu.Unlock()
	if read {
		s.bucketRead(ctx, w, state)
	}
}

// observeToSetUp reads what the checks look at. The policy, the default encryption and the Region matter at every end; who may write a policy, who owns
// objects and who pays, only where the bucket is not the task account's; what becomes of objects that are written, only at a destination.
func observeToSetUp(ctx context.Context, api bucket.API, w desired.Bucket) (bucket.State, error) {
	parts := []string{bucket.PartBucket, bucket.PartPolicy, bucket.PartEncryption}
	if w.Grants {
		parts = append(parts, bucket.PartPublicAccessBlock, bucket.PartPolicyStatus, bucket.PartPayer)
	}
	if w.Grants || w.Spec.DisableACLs {
		parts = append(parts, bucket.PartOwnership)
	}
	written, changed := false, false
	for _, t := range w.Transfers {
		if e := t.End(plan.DestinationSide); e.Bucket == w.Spec.Name && e.Account == w.Spec.Account {
			written, changed = true, changed || t.Overwrites() || t.Removes()
		}
	}
	if written {
		parts = append(parts, bucket.PartObjectLock)
	}
	if changed {
		parts = append(parts, bucket.PartVersioning)
	}
	state, err := bucket.Observe(ctx, api, w.Spec, parts...)
	if err != nil || !w.Spec.DisableACLs || !state.Exists || state.Ownership == s3types.ObjectOwnershipBucketOwnerEnforced {
		return state, err
	}
	acl, err := bucket.Observe(ctx, api, w.Spec, bucket.PartGrants) // grants to others keep ACLs from being disabled
	if refused := acl.Unread[bucket.PartGrants]; refused != nil {
		unread := maps.Clone(state.Unread)
		if unread == nil {
			unread = map[string]error{}
		}
		unread[bucket.PartGrants] = refused
		state.Unread = unread
	}
	state.Grants = acl.Grants
	return state, err
}

// lookAtDestination begins, once, to read a page of what lies below the destination's prefix, for a warning that a set-up may overwrite it. It is for a
// transfer without a task: what lies below the prefix of another may be its own. Without a client there is no warning.
func (s *Reader) lookAtDestination(ctx context.Context, t *transfer.Transfer) {
	e := t.Destination
	if !s.setUp || s.drift || s.looked[t.Name] || !s.Readable[e.Account] || !t.Overwrites() {
		return
	}
	s.looked[t.Name] = true
	api, err := s.clients.S3(e.Account, e.Region)
	if err != nil {
		return
	}
	s.named.Go(func() {
		sample, err := bucket.Look(ctx, api, bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}, e.Prefix)
		s.lock()
		defer s.mu.Unlock()
		if err != nil {
			s.Unlisted[t.Name] = err
			return
		}
		s.Samples[t.Name] = sample
	})
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
