package survey

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// survey is what was read for transfers, with what it was read.
type Survey struct {
	Snapshot *snapshot.Snapshot
	Clients  client.Set        // those that were given, bounded and with reads tried again
	Callers  map[string]string // by account: the ARN of who reads
}

// Read proves whose the clients are, those of the transfers' accounts and of the further ones, and reads all that the transfers, which are
// valid, need. concurrency is how many calls go to one service of one account and Region at once; 0 is the default.
func Read(ctx context.Context, c client.Set, transfers []*transfer.Transfer, concurrency int, further []string) (*Survey, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
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
	s := &Survey{Clients: c.Limit(concurrency)}
	var err error
	if s.Callers, err = identify(ctx, s.Clients, accounts); err != nil {
		return nil, err
	}
	s.Snapshot, err = observe(ctx, s.Clients, transfers)
	return s, err
}

// accountsOf are the accounts that the transfers touch and that we have clients for, sorted.
func accountsOf(c client.Set, transfers []*transfer.Transfer) []string {
	set := map[string]bool{}
	for _, t := range transfers {
		involved := []string{t.TaskAccount, t.Source.Account, t.Destination.Account}
		for _, key := range t.Keys {
			involved = append(involved, key.Account())
		}
		for _, a := range involved {
			if _, ok := c[a]; ok {
				set[a] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
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

// identify proves that every client belongs to the account that it stands for, and says who it is. It is the first call of everything.
func identify(ctx context.Context, c client.Set, accounts []string) (map[string]string, error) {
	arns := make([]string, len(accounts))
	errs := make([]error, len(accounts))
	var wg sync.WaitGroup
	for i, account := range accounts {
		wg.Go(func() {
			api := c[account].STS
			if api == nil {
				errs[i] = &plan.ClientError{Account: account, Service: "STS"}
				return
			}
			out, err := api.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			switch {
			case err != nil:
				errs[i] = &plan.IdentityError{Account: account, Err: err}
			case out.Account == nil || *out.Account != account:
				got := ""
				if out.Account != nil {
					got = *out.Account
				}
				errs[i] = &plan.IdentityError{Account: account, Got: got}
			case out.Arn != nil:
				arns[i] = *out.Arn
			}
		})
	}
	wg.Wait()
	callers := map[string]string{}
	for i, account := range accounts {
		callers[account] = arns[i]
	}
	return callers, errors.Join(errs...)
}
