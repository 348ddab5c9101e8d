package survey

import (
	"context"
	"sync"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
)

// ReadCallers reads the roles behind the sessions of the callers in the accounts, as far as the snapshot does not hold them yet. It is for plans that
// have something to make or to write; all others need not know more of a caller than its account.
func (v *Survey) ReadCallers(ctx context.Context, accounts []string) {
	s := &Reader{Snapshot: v.Snapshot, clients: v.Clients}
	reading := map[string]string{} // by account: the name of the role
	for _, account := range accounts {
		name, ok := snapshot.SessionRole(v.Callers[account])
		if arn, _ := s.CallerARN(account, v.Callers[account]); ok && arn == "" {
			reading[account] = name
		}
	}
	var wg sync.WaitGroup
	for account, name := range reading {
		wg.Go(func() { s.readCaller(ctx, account, name) })
	}
	wg.Wait()
	s.Seal()
}

// readWriters begins to read the roles of the callers, named by account, who may have to write policies or Object Ownership of what the transfers want.
// It is read before that is known, because the policies of a role take as many round trips as all the rest. A role that is read anyway is left out.
func (s *Reader) readWriters(ctx context.Context, w desired.Set, callers map[string]string, wg *sync.WaitGroup) {
	writing := map[string]bool{} // by account
	for _, b := range w.Buckets {
		writing[b.Spec.Account] = writing[b.Spec.Account] || b.Grants || b.Spec.DisableACLs
	}
	for _, k := range w.Keys {
		writing[k.Spec.Account()] = writing[k.Spec.Account()] || k.Grants
	}
	for _, t := range w.Tasks {
		delete(writing, t.Transfer.TaskAccount) // ReadCallers reads who is none of Operators there
	}
	for account := range writing {
		name, ok := snapshot.SessionRole(callers[account])
		if ok && writing[account] && s.Readable[account] {
			wg.Go(func() { s.readCaller(client.WithoutNotebook(ctx), account, name) })
		}
	}
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
	s.lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		s.CallersUnread[account] = &plan.CallError{Account: account, Operation: "iam:GetRole", Subject: name, Err: err}
	case state.Exists:
		s.Roles[state.ARN] = state
	}
}
