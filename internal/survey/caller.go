package survey

import (
	"context"
	"sync"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
)

// ReadCallers reads the roles behind the sessions of the callers in the accounts, as far as the snapshot does not hold them yet. It is for plans that
// have something to make; all others need not know more of a caller than its account.
func (v *Survey) ReadCallers(ctx context.Context, accounts []string) {
	s := &Reader{Snapshot: v.Snapshot, clients: v.Clients}
	var wg sync.WaitGroup
	for _, account := range accounts {
		name, ok := snapshot.SessionRole(v.Callers[account])
		if arn, _ := s.CallerARN(account, v.Callers[account]); ok && arn == "" {
			wg.Go(func() { s.readCaller(ctx, account, name) })
		}
	}
	wg.Wait()
}

// readCaller reads the role of the name, of which STS does not tell the path. It is kept under the ARN that IAM tells.
func (s *Reader) readCaller(ctx context.Context, account, name string) {
	api, err := s.clients.IAM(account)
	var state iamrole.State
	if err == nil {
		state, err = iamrole.Observe(ctx, api, iamrole.Spec{Name: name})
	}
	if err == nil {
		err = state.Unread[iamrole.PartRole]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		s.CallersUnread[account] = &plan.CallError{Account: account, Operation: "iam:GetRole", Subject: name, Err: err}
	case state.Exists:
		s.Roles[state.ARN] = state
	}
}
