package xacct

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// survey is what was read for transfers, with what it was read.
type survey struct {
	snapshot *snapshot.Snapshot
	clients  client.Set        // those that were given, bounded and with reads tried again
	callers  map[string]string // by account: the ARN of who reads
}

// readAll proves whose the clients are, those of the transfers' accounts and of the further ones, and reads all that the transfers, which are
// valid, need. concurrency is how many calls go to one service of one account and Region at once; 0 is the default.
func readAll(ctx context.Context, c client.Set, transfers []*transfer.Transfer, concurrency int, further []string) (*survey, error) {
	accounts := accountsOf(c, transfers)
	for _, account := range further {
		if _, ok := c[account]; ok && !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
		}
	}
	if len(accounts) == 0 {
		return nil, fmt.Errorf("plan: Clients hold none of the transfers' accounts: give a client for at least one, such as Clients[%q]", transfers[0].TaskAccount)
	}
	if err := completeClients(c, transfers); err != nil {
		return nil, err
	}
	s := &survey{clients: c.Limit(concurrency)}
	var err error
	if s.callers, err = identify(ctx, s.clients, accounts); err != nil {
		return nil, err
	}
	s.snapshot, err = observe(ctx, s.clients, transfers)
	return s, err
}

// completeClients reports the clients that the transfers need and that are nil.
func completeClients(c client.Set, transfers []*transfer.Transfer) error {
	var errs []error
	seen := map[plan.ClientError]bool{}
	need := func(account, region, service string, missing bool) {
		e := plan.ClientError{Account: account, Region: region, Service: service}
		if missing && !seen[e] {
			seen[e] = true
			errs = append(errs, &e)
		}
	}
	for _, t := range transfers {
		if ac, ok := c[t.TaskAccount]; ok {
			need(t.TaskAccount, "", "STS", ac.STS == nil)
			need(t.TaskAccount, "", "IAM", ac.IAM == nil)
			if t.WantsLogPolicy() {
				_, err := c.Logs(t.TaskAccount, t.Destination.Region)
				need(t.TaskAccount, t.Destination.Region, "CloudWatch Logs", err != nil)
			}
			for _, e := range []transfer.Endpoint{t.Source, t.Destination} {
				need(t.TaskAccount, e.Region, "DataSync", ac.DataSync == nil || ac.DataSync(e.Region) == nil)
			}
		}
		for _, e := range []transfer.Endpoint{t.Source, t.Destination} {
			if ac, ok := c[e.Account]; ok {
				need(e.Account, "", "STS", ac.STS == nil)
				need(e.Account, e.Region, "S3", ac.S3 == nil || ac.S3(e.Region) == nil)
			}
		}
		for _, key := range t.Keys {
			if ac, ok := c[key.Account()]; ok {
				need(key.Account(), "", "STS", ac.STS == nil)
				_, err := c.KMS(key.ARN)
				need(key.Account(), key.Region(), "KMS", err != nil)
			}
		}
	}
	return errors.Join(errs...)
}
