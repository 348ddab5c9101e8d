package survey

import (
	"context"
	"errors"
	"sync"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/plan"
)

// wholeAccount is all roles of an account, read once, or why they could not be read.
type wholeAccount struct {
	once  sync.Once
	roles *iamrole.Account
	err   error
}

// observeRole reads the role with one call for the whole account, if that is asked for and allowed, and else by itself.
func (s *Reader) observeRole(ctx context.Context, account string, api iamrole.API, spec iamrole.Spec, parts []string) (iamrole.State, error) {
	if whole := s.whole(ctx, account, api); whole != nil {
		return whole.Observe(ctx, api, spec, parts...)
	}
	return iamrole.Observe(ctx, api, spec, parts...)
}

// whole is all roles of the account; nil if that is not asked for or could not be read, which is noted.
func (s *Reader) whole(ctx context.Context, account string, api iamrole.API) *iamrole.Account {
	if !s.bulkIAM {
		return nil
	}
	s.lock()
	if s.accounts == nil {
		s.accounts = map[string]*wholeAccount{}
	}
	w := s.accounts[account]
	if w == nil {
		w = &wholeAccount{}
		s.accounts[account] = w
	}
	s.mu.Unlock()
	w.once.Do(func() {
		all, ok := api.(iamrole.AccountAPI)
		if w.err = client.ErrNoAccountDetails; ok {
			w.roles, w.err = iamrole.ObserveAccount(ctx, all)
		}
		if w.err == nil {
			return
		}
		if !errors.Is(w.err, client.ErrNoAccountDetails) {
			w.err = &plan.CallError{Account: account, Operation: "iam:GetAccountAuthorizationDetails", Subject: "*", Err: w.err}
		}
		s.lock()
		defer s.mu.Unlock()
		s.AccountsUnread[account] = w.err
	})
	return w.roles
}
