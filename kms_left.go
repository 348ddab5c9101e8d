package xacct

import (
	"context"
	"slices"
	"sync"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// readFormerKeys reads the policies of the keys that the transfers have left.
func (s *reader) readFormerKeys(ctx context.Context, w desired.Set) {
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

// dropFormerKeyStatements plans that our statements leave the keys that the transfers have left.
func (b *builder) dropFormerKeyStatements(w desired.Set) {
	for _, k := range w.Keys {
		if k.Former {
			b.dropKeyStatements(k, nil)
		}
	}
}

// keyDrops are the IDs of the changes of the policies of left keys that the role names: it names them until these are made.
func (b *builder) keyDrops(w desired.Role) []string {
	var out []string
	for _, k := range b.desired.Keys {
		if k.Former && slices.Contains(k.NamedBy, w.Arn) && b.canRead(k.Spec.Account()) && slices.ContainsFunc(b.changes, func(c plan.Change) bool { return c.ID == k.ID() }) {
			out = append(out, k.ID())
		}
	}
	return out
}
