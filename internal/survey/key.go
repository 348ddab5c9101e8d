package survey

import (
	"context"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
)

// readKey reads a key with the client of the account in its ARN, because KMS shows a key's policy to no other.
func (s *Reader) readKey(ctx context.Context, w desired.Key) {
	spec := w.Spec
	api, err := s.clients.KMS(spec.ARN)
	call := plan.CallError{Account: spec.Account(), Region: spec.Region(), Operation: "kms:GetKeyPolicy", Subject: spec.ARN}
	readInto(s, s.Keys, spec.ARN, api, err, call, func(api kmskey.API) (kmskey.State, error) { return kmskey.Observe(ctx, api, spec) })
	s.lock()
	state, read := s.Keys[spec.ARN]
	s.mu.Unlock()
	if read {
		s.keyRead(ctx, w, state)
	}
}

// readFormerKeys reads the former keys that were not read yet. It proves first whose the client is if the account is none of the transfers'.
func (s *Reader) readFormerKeys(ctx context.Context, w desired.Set) {
	var transfers []*transfer.Transfer
	for _, t := range w.Tasks {
		transfers = append(transfers, t.Transfer)
	}
	proved, ids := accountsOf(s.clients, transfers), s.RoleIDs()
	reading := slices.DeleteFunc(s.WithFormerKeys(w).Keys, func(k desired.Key) bool {
		_, read := s.Keys[k.Spec.ARN]
		_, ok := s.clients[k.Spec.Account()]
		return !k.Former || read || !ok
	})
	var wg workers
	for _, k := range reading {
		wg.Go(func() {
			if account := k.Spec.Account(); !slices.Contains(proved, account) {
				if _, err := s.proofs.prove(ctx, s.clients, account); err != nil {
					s.fail(k.Spec.ARN, err)
					return
				}
			}
			s.readKey(ctx, k)
			s.confirmKey(ctx, k, ids)
		})
	}
	wg.Wait()
}
