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

// identify proves that the clients belong to the accounts that they stand for, and returns the ARNs of the callers by account. A client is used for
// nothing else before.
func identify(ctx context.Context, c client.Set, accounts []string) (map[string]string, error) {
	arns := make([]string, len(accounts))
	errs := make([]error, len(accounts))
	var wg sync.WaitGroup
	for i, account := range accounts {
		wg.Go(func() {
			api, err := c.STS(account)
			if err != nil {
				errs[i] = err
				return
			}
			out, err := api.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			switch {
			case err != nil:
				errs[i] = &plan.IdentityError{Account: account, Err: err}
			case out.Account == nil || *out.Account != account:
				errs[i] = &plan.IdentityError{Account: account, Got: aws.ToString(out.Account)}
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

// completeClients returns a [plan.ClientError] for each client that the transfers need and that is missing in an account of the set.
func completeClients(c client.Set, transfers []*transfer.Transfer) error {
	var errs []error
	seen := map[plan.ClientError]bool{}
	need := func(_ any, err error) {
		var e *plan.ClientError
		if errors.As(err, &e) && !seen[*e] {
			seen[*e] = true
			errs = append(errs, e)
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
