package survey

import (
	"context"
	"slices"
	"time"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

func (s *Reader) readBucket(ctx context.Context, spec bucket.Spec) {
	api, err := s.clients.S3(spec.Account, spec.Region)
	if err != nil {
		s.fail(spec.Name, err)
		return
	}
	state, err := bucket.Observe(ctx, api, spec)
	if err != nil {
		s.fail(spec.Name, &plan.CallError{Account: spec.Account, Region: spec.Region, Operation: "s3:GetBucketPolicy", Subject: spec.Name, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Buckets[spec.Name] = state
}

// look reads a page of what lies below the destination's prefix, if the transfer may overwrite it. It is for a warning only.
func (s *Reader) look(ctx context.Context, t *transfer.Transfer) {
	e := t.Destination
	api, err := s.clients.S3(e.Account, e.Region)
	if err != nil {
		return
	}
	sample, err := bucket.Look(ctx, api, bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}, e.Prefix)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.Unlisted[t.Name] = err
		return
	}
	s.Samples[t.Name] = sample
}

// lookSource reads a page of what lies below the source's prefix, if the task deletes what is not there.
func (s *Reader) lookSource(ctx context.Context, t *transfer.Transfer) {
	e := t.Source
	if _, ok := s.clients[e.Account]; !ok {
		return
	}
	api, err := s.clients.S3(e.Account, e.Region)
	var look snapshot.SourceLook
	if look.Err = err; err == nil {
		look.Sample, look.Err = bucket.Look(ctx, api, bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}, e.Prefix)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Sources == nil {
		s.Sources = map[string]snapshot.SourceLook{}
	}
	s.Sources[t.Name] = look
}

// confirm reads the bucket's policy again until no unique id is left unresolved, and notes those that stay. ids are those of the roles that
// were read.
func (s *Reader) confirm(ctx context.Context, w desired.Bucket, ids map[string]string) {
	api, err := s.clients.S3(w.Spec.Account, w.Spec.Region)
	if !w.Grants || err != nil {
		return
	}
	s.mu.Lock()
	state := s.Buckets[w.Spec.Name]
	s.mu.Unlock()
	state.Policy = s.resolve(ctx, state.Policy, ids, func() (policy.Document, error) { return guard.ReadBucketPolicy(ctx, api, w.Spec) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, read := s.Buckets[w.Spec.Name]; read {
		s.Buckets[w.Spec.Name] = state
	}
}

// resolve reads the document again until no unique id is left unresolved, notes those that a read long after the first still shows, and
// returns what was read last.
func (s *Reader) resolve(ctx context.Context, current policy.Document, ids map[string]string, read func() (policy.Document, error)) policy.Document {
	unresolved := func(d policy.Document) []string {
		var out []string
		for _, p := range policy.Dangling(d) {
			if ids[p.ID] == "" && !slices.Contains(out, p.ID) {
				out = append(out, p.ID)
			}
		}
		return out
	}
	first := unresolved(current)
	left, late := first, false
	start := time.Now()
	for attempt := 1; len(left) > 0; attempt++ {
		d := patience.Delay(attempt)
		if time.Since(start)+d > snapshot.ConfirmFor {
			break
		}
		if patience.Sleep(ctx, d) != nil {
			return current
		}
		again, err := read()
		if err != nil {
			continue
		}
		current, left, late = again, unresolved(again), time.Since(start) >= snapshot.ConfirmFor/2
	}
	if !late { // a look right after the first one confirms nothing, and neither does one that failed
		return current
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range left {
		if slices.Contains(first, id) {
			s.Dead = append(s.Dead, id)
		}
	}
	slices.Sort(s.Dead)
	return current
}
