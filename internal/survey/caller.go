package survey

import (
	"context"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
)

// ReadCallers reads the roles behind the sessions of the callers in the accounts, as far as the snapshot does not hold them yet. It is for plans that
// have something to make or to write; all others need not know more of a caller than its account.
func (v *Survey) ReadCallers(ctx context.Context, accounts []string) {
	s := v.reader()
	reading := map[string]string{} // by account: the name of the role
	for _, account := range accounts {
		name, ok := snapshot.SessionRole(v.Callers[account])
		if arn, _ := s.CallerARN(account, v.Callers[account]); ok && arn == "" {
			reading[account] = name
		}
	}
	var wg workers
	for account, name := range reading {
		wg.Go(func() { s.readCaller(ctx, account, name) })
	}
	wg.Wait()
	s.Seal()
}

// reader is a reader into what was read already.
func (v *Survey) reader() *Reader {
	return &Reader{Snapshot: v.Snapshot, clients: v.Clients, proofs: v.proofs}
}

// expectWriters prepares for reading the roles of the callers who may have to write policies or Object Ownership of what the transfers want. Each is read
// as soon as a bucket or key of its account is read that is not as it is wanted: nobody needs to know who writes nothing, and the policies of a role take
// as many round trips as all the rest.
func (s *Reader) expectWriters(w desired.Set) {
	s.writers = map[string]bool{}
	if s.callers == nil {
		return
	}
	for _, b := range w.Buckets {
		s.writers[b.Spec.Account] = false
	}
	for _, k := range w.Keys {
		s.writers[k.Spec.Account()] = false
	}
	for _, t := range w.Tasks {
		delete(s.writers, t.Transfer.TaskAccount) // ReadCallers reads who is none of Operators there
	}
}

// bucketRead reads the caller of the bucket's account if the bucket is not as it is wanted.
func (s *Reader) bucketRead(ctx context.Context, w desired.Bucket, state bucket.State) {
	unlike := w.Spec.DisableACLs && state.Ownership != s3types.ObjectOwnershipBucketOwnerEnforced
	if w.Grants && s.callers != nil && (unlike || w.Diff(state.Policy, nil).Op != plan.NoOp) {
		s.readWriter(ctx, w.Spec.Account)
	}
}

// keyRead is bucketRead for a key.
func (s *Reader) keyRead(ctx context.Context, w desired.Key, state kmskey.State) {
	if w.Grants && s.callers != nil && w.Diff(state.Policy, nil).Op != plan.NoOp {
		s.readWriter(ctx, w.Spec.Account())
	}
}

// readWriter begins, once, to read the role of the account's caller.
func (s *Reader) readWriter(ctx context.Context, account string) {
	s.lock()
	begun, expected := s.writers[account]
	if expected {
		s.writers[account] = true
	}
	s.mu.Unlock()
	if !expected || begun {
		return
	}
	s.named.Go(func() {
		if name, ok := snapshot.SessionRole(s.callers()[account]); ok {
			s.readCaller(client.WithoutNotebook(ctx), account, name)
		}
	})
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
