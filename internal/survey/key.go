package survey

import (
	"context"
	"slices"
	"sync"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// readKey reads a key with the client of the account in its ARN: KMS shows a key's policy to no other.
func (s *Reader) readKey(ctx context.Context, spec kmskey.Spec) {
	api, err := s.clients.KMS(spec.ARN)
	if err != nil {
		s.fail(spec.ARN, err)
		return
	}
	state, err := kmskey.Observe(ctx, api, spec)
	if err != nil {
		s.fail(spec.ARN, &plan.CallError{Account: spec.Account(), Region: spec.Region(), Operation: "kms:GetKeyPolicy", Subject: spec.ARN, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Keys[spec.ARN] = state
}

// confirmKey is confirm for the policy of a key.
func (s *Reader) confirmKey(ctx context.Context, w desired.Key, ids map[string]string) {
	api, err := s.clients.KMS(w.Spec.ARN)
	if !w.Grants || err != nil {
		return
	}
	s.mu.Lock()
	state := s.Keys[w.Spec.ARN]
	s.mu.Unlock()
	state.Policy = s.resolve(ctx, state.Policy, ids, func() (policy.Document, error) { return guard.ReadKeyPolicy(ctx, api, w.Spec.ARN) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, read := s.Keys[w.Spec.ARN]; read {
		s.Keys[w.Spec.ARN] = state
	}
}

// readFormerKeys reads the policies of the keys that the transfers have left.
func (s *Reader) readFormerKeys(ctx context.Context, w desired.Set) {
	var transfers []*transfer.Transfer
	for _, t := range w.Tasks {
		transfers = append(transfers, t.Transfer)
	}
	proven, ids := accountsOf(s.clients, transfers), s.RoleIDs()
	var wg sync.WaitGroup
	for _, k := range s.WithFormerKeys(w).Keys {
		account := k.Spec.Account()
		_, read := s.Keys[k.Spec.ARN]
		if _, ok := s.clients[account]; !k.Former || read || !ok {
			continue
		}
		wg.Go(func() {
			if !slices.Contains(proven, account) {
				if _, err := identify(ctx, s.clients, []string{account}); err != nil {
					s.fail(k.Spec.ARN, err)
					return
				}
			}
			s.readKey(ctx, k.Spec)
			s.confirmKey(ctx, k, ids)
		})
	}
	wg.Wait()
}
