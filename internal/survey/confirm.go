package survey

import (
	"context"
	"slices"
	"time"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/policy"
)

// confirmFor is how long a policy with an unresolved unique ID is read again before the ID counts as dead. S3 shows unique IDs also for roles that
// exist, for a while after a change. Observed: https://github.com/go-to-k/cdkd/issues/1515
const confirmFor = 30 * time.Second

// confirmBucket reads the bucket's policy again until no unique ID in it is unresolved, and notes those that stay so. ids maps the unique IDs of the
// roles that were read to their ARNs.
func (s *Reader) confirmBucket(ctx context.Context, w desired.Bucket, ids map[string]string) {
	api, err := s.clients.S3(w.Spec.Account, w.Spec.Region)
	if !w.Grants || err != nil {
		return
	}
	s.lock()
	state, read := s.Buckets[w.Spec.Name]
	s.mu.Unlock()
	if !read {
		return
	}
	state.Policy = s.confirm(ctx, state.Policy, ids, func() (policy.Document, error) { return guard.ReadBucketPolicy(ctx, api, w.Spec) })
	s.lock()
	defer s.mu.Unlock()
	s.Buckets[w.Spec.Name] = state
}

// confirmKey is confirmBucket for the policy of a key.
func (s *Reader) confirmKey(ctx context.Context, w desired.Key, ids map[string]string) {
	api, err := s.clients.KMS(w.Spec.ARN)
	if !w.Grants || err != nil {
		return
	}
	s.lock()
	state, read := s.Keys[w.Spec.ARN]
	s.mu.Unlock()
	if !read {
		return
	}
	state.Policy = s.confirm(ctx, state.Policy, ids, func() (policy.Document, error) { return guard.ReadKeyPolicy(ctx, api, w.Spec.ARN) })
	s.lock()
	defer s.mu.Unlock()
	s.Keys[w.Spec.ARN] = state
}

// confirm reads the document again until no unique ID in it is unresolved, and returns what was read last. It notes as dead those IDs that were there
// from the first and that a read long after still shows.
func (s *Reader) confirm(ctx context.Context, current policy.Document, ids map[string]string, read func() (policy.Document, error)) policy.Document {
	first := unresolved(current, ids)
	remaining, late := first, false
	start := time.Now()
	for attempt := 1; len(remaining) > 0; attempt++ {
		d := patience.Delay(attempt)
		if time.Since(start)+d > confirmFor {
			break
		}
		if patience.Sleep(ctx, d) != nil {
			return current
		}
		again, err := read()
		if awserr.ConfigFlaw(err) != awserr.NoFlaw {
			break
		}
		if err != nil {
			continue
		}
		current, remaining, late = again, unresolved(again, ids), time.Since(start) >= confirmFor/2
	}
	if !late { // a read right after the first one confirms nothing, and neither does one that failed
		return current
	}
	s.lock()
	defer s.mu.Unlock()
	for _, id := range remaining {
		if slices.Contains(first, id) {
			s.Dead = append(s.Dead, id)
		}
	}
	slices.Sort(s.Dead)
	return current
}

// unresolved are the unique IDs in the document that are no role's of those that were read.
func unresolved(d policy.Document, ids map[string]string) []string {
	var out []string
	for _, p := range policy.Dangling(d) {
		if ids[p.ID] == "" && !slices.Contains(out, p.ID) {
			out = append(out, p.ID)
		}
	}
	return out
}
