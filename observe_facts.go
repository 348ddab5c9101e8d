package xacct

import (
	"context"
	"slices"
	"time"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/policy"
)

// look reads a page of what lies below the destination's prefix, if the transfer may overwrite it. It is for a warning only.
func (s *reader) look(ctx context.Context, t *transfer.Transfer) {
	e := t.Destination
	api, err := s.clients.S3(e.Account, e.Region)
	if err != nil {
		return
	}
	sample, err := bucket.Look(ctx, api, bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}, e.Prefix)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.unlisted[t.Name] = err
		return
	}
	s.samples[t.Name] = sample
}

// givenRoles are the roles of given locations that were not read yet: only the location tells them.
func (s *snapshot) givenRoles(w desired.Set) map[string]iamrole.Spec {
	out := map[string]iamrole.Spec{}
	for _, l := range w.Locations {
		arn := s.locations[l.Transfer.End(l.Side).LocationARN].RoleARN
		name, ok := transfer.RoleNameOf(arn)
		if !ok || !l.Given {
			continue
		}
		if _, read := s.roles[arn]; !read && s.failures[arn] == nil {
			out[arn] = iamrole.Spec{Name: name}
		}
	}
	return out
}

// confirmFor is how long an unresolved unique id in a bucket's policy is looked at again before it counts as dead: S3 shows ids also for
// roles that exist, for a while after a change. Observed: https://github.com/go-to-k/cdkd/issues/1515
const confirmFor = 30 * time.Second

// confirm reads the bucket's policy again until no unique id is left unresolved, and notes those that stay. ids are those of the roles that
// were read.
func (s *reader) confirm(ctx context.Context, w desired.Bucket, ids map[string]string) {
	api, err := s.clients.S3(w.Spec.Account, w.Spec.Region)
	if !w.Grants || err != nil {
		return
	}
	s.mu.Lock()
	state := s.buckets[w.Spec.Name]
	s.mu.Unlock()
	state.Policy = s.resolve(ctx, state.Policy, ids, func() (policy.Document, error) { return guard.ReadBucketPolicy(ctx, api, w.Spec) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, read := s.buckets[w.Spec.Name]; read {
		s.buckets[w.Spec.Name] = state
	}
}

// confirmKey is confirm for the policy of a key.
func (s *reader) confirmKey(ctx context.Context, w desired.Key, ids map[string]string) {
	api, err := s.clients.KMS(w.Spec.ARN)
	if !w.Grants || err != nil {
		return
	}
	s.mu.Lock()
	state := s.keys[w.Spec.ARN]
	s.mu.Unlock()
	state.Policy = s.resolve(ctx, state.Policy, ids, func() (policy.Document, error) { return guard.ReadKeyPolicy(ctx, api, w.Spec.ARN) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, read := s.keys[w.Spec.ARN]; read {
		s.keys[w.Spec.ARN] = state
	}
}

// resolve reads the document again until no unique id is left unresolved, notes those that a read long after the first still shows, and
// returns what was read last.
func (s *reader) resolve(ctx context.Context, current policy.Document, ids map[string]string, read func() (policy.Document, error)) policy.Document {
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
		if time.Since(start)+d > confirmFor {
			break
		}
		if patience.Sleep(ctx, d) != nil {
			return current
		}
		again, err := read()
		if err != nil {
			continue
		}
		current, left, late = again, unresolved(again), time.Since(start) >= confirmFor/2
	}
	if !late { // a look right after the first one confirms nothing, and neither does one that failed
		return current
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range left {
		if slices.Contains(first, id) {
			s.dead = append(s.dead, id)
		}
	}
	slices.Sort(s.dead)
	return current
}
