package survey

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// identities proves whose clients are whose, each client once. It belongs to one survey: what it has proved holds for no other.
type identities struct {
	mu sync.Mutex
	of map[string]*identity // by account
}

type identity struct {
	once sync.Once
	arn  string // of the caller
	err  error
}

// prove proves that the client belongs to the account that it stands for, and returns the ARN of the caller.
func (i *identities) prove(ctx context.Context, c client.Set, account string) (arn string, err error) {
	i.mu.Lock()
	if i.of == nil {
		i.of = map[string]*identity{}
	}
	if i.of[account] == nil {
		i.of[account] = &identity{}
	}
	id := i.of[account]
	i.mu.Unlock()
	id.once.Do(func() { id.arn, id.err = identify(ctx, c, account) })
	return id.arn, id.err
}

// all proves whose the clients of the accounts are, and returns the ARNs of the callers by account.
func (i *identities) all(ctx context.Context, c client.Set, accounts []string) (map[string]string, error) {
	arns := make([]string, len(accounts))
	errs := make([]error, len(accounts))
	var wg workers
	for n, account := range accounts {
		wg.Go(func() { arns[n], errs[n] = i.prove(ctx, c, account) })
	}
	wg.Wait()
	callers := map[string]string{}
	for n, account := range accounts {
		callers[account] = arns[n]
	}
	return callers, errors.Join(errs...)
}

// identify asks STS whose the client of the account is.
func identify(ctx context.Context, c client.Set, account string) (arn string, err error) {
	api, err := c.STS(account)
	if err != nil {
		return "", err
	}
	out, err := api.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	switch {
	case err != nil:
		return "", &plan.IdentityError{Account: account, Err: err}
	case out.Account == nil || *out.Account != account:
		return "", &plan.IdentityError{Account: account, Got: aws.ToString(out.Account)}
	}
	return aws.ToString(out.Arn), nil
}

// accountsOf are the accounts, sorted, that the transfers touch and that there are clients for.
func accountsOf(c client.Set, transfers []*transfer.Transfer) []string {
	set := map[string]bool{}
	for _, t := range transfers {
		for _, a := range t.Accounts() {
			if _, ok := c[a]; ok {
				set[a] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// completeClients returns a [plan.ClientError] for each client that the transfers need and that is missing in an account of the set. A
// further account of the set needs one that proves whose it is.
func completeClients(c client.Set, transfers []*transfer.Transfer, further []string) error {
	var errs []error
	seen := map[plan.ClientError]bool{}
	need := func(_ any, err error) {
		var e *plan.ClientError
		if errors.As(err, &e) && !seen[*e] {
			seen[*e] = true
			errs = append(errs, e)
		}
	}
	for _, account := range further {
		if _, ok := c[account]; ok {
			need(c.STS(account))
		}
	}
	for _, t := range transfers {
		ends := []transfer.Endpoint{t.Source, t.Destination}
		if _, ok := c[t.TaskAccount]; ok {
			need(c.STS(t.TaskAccount))
			need(c.IAM(t.TaskAccount))
			if t.WantsLogPolicy() {
				need(c.Logs(t.TaskAccount, t.Destination.Region))
			}
			for _, e := range ends {
				need(c.DataSync(t.TaskAccount, e.Region))
			}
		}
		for _, e := range ends {
			if _, ok := c[e.Account]; ok {
				need(c.STS(e.Account))
				need(c.S3(e.Account, e.Region))
			}
		}
		for _, key := range t.Keys {
			if _, ok := c[key.Account()]; ok {
				need(c.STS(key.Account()))
				need(c.KMS(key.ARN))
			}
		}
	}
	return errors.Join(errs...)
}
