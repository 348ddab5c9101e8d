// Package survey reads AWS for a set of transfers. Read proves first whose the clients are, then reads in rounds, many calls at a time, and returns a
// Survey: the snapshot of what was read, the limited clients that read it, and who the callers are. A call that fails is noted in the snapshot and
// ends nothing; only invalid clients, credentials that have expired and an ended context are errors. ReadNamed reads what only the plan to be applied tells of, and a Reader reads
// single locations and tasks again. Nothing here changes AWS.
package survey

import (
	"context"
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Survey is what was read for transfers, and with what.
type Survey struct {
	Snapshot *snapshot.Snapshot
	Clients  client.Set        // the given ones, limited: see [client.Set.Limit]
	Callers  map[string]string // by account: the ARN of the caller

	Transfers []*transfer.Transfer // the given ones, with what fits in place of [plan.Fitting]
	Unfit     []Unfit
}

// Read proves whose the clients are and reads all that the transfers, which must be valid, need. The accounts to prove are those of the transfers and
// the further ones, as far as there are clients. concurrency is how many calls go to one service of one account and Region at once; 0 is the
// default. Credentials of these accounts that expire meanwhile are a [plan.ConfigError].
func Read(ctx context.Context, c client.Set, transfers []*transfer.Transfer, concurrency int, further []string) (*Survey, error) {
	return readFor(ctx, c, transfers, concurrency, further, false)
}

// ReadToSetUp is Read for a set-up. It reads at the same time the roles of those callers who may have to write the policy or the Object Ownership of a
// bucket or the policy of a key, as far as they may read their own roles.
func ReadToSetUp(ctx context.Context, c client.Set, transfers []*transfer.Transfer, concurrency int, further []string) (*Survey, error) {
	return readFor(ctx, c, transfers, concurrency, further, true)
}

func readFor(ctx context.Context, c client.Set, transfers []*transfer.Transfer, concurrency int, further []string, setUp bool) (*Survey, error) {
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
		return nil, fmt.Errorf("plan: Clients hold none of the transfers' accounts: %w", &plan.ClientError{Account: transfers[0].TaskAccount})
	}
	if err := completeClients(c, transfers); err != nil {
		return nil, err
	}
	s := &Survey{Clients: c.Limit(concurrency)}
	var err error
	if s.Callers, err = identify(ctx, s.Clients, accounts); err != nil {
		return nil, err
	}
	writers := map[string]string{}
	if setUp {
		writers = s.Callers
	}
	noted, flaws := client.WithNotebook(ctx)
	s.Transfers, s.Unfit = fit(noted, NewReader(s.Clients), transfers, setUp)
	observed := s.Transfers
	if !setUp {
		observed = transfer.WithoutAdoption(s.Transfers)
	}
	if s.Snapshot, err = observe(noted, s.Clients, accounts, observed, writers, setUp); err == nil {
		err = flaws.Err(accounts)
	}
	return s, err
}
