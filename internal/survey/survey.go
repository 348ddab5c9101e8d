// Package survey reads AWS for a set of transfers. Read reads in rounds, many calls at a time, and proves beside the first round whose the clients are:
// where one is somebody else's, nothing that was read counts. It returns a Survey: the snapshot of what was read, the limited clients that read it, and
// who the callers are. A call that fails is noted in the snapshot and ends nothing; only invalid clients, credentials that have expired and an ended
// context are errors. ReadNamed reads what only the plan to be applied tells of, and a Reader reads single locations and tasks again. Nothing here
// changes AWS.
package survey

import (
	"context"
	"fmt"
	"slices"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

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

	proofs *identities

	Transfers []*transfer.Transfer // the given ones, with what fits in place of [plan.Fitting]
	Unfit     []Unfit
}

// purpose says what a survey is for, and so what of a bucket or role is read.
type purpose struct {
	setUp     bool                               // a set-up is planned: what the checks look at is read too
	drift     bool                               // beside setUp: nothing is checked, so that only what is compared is read
	bulkIAM   bool                               // all roles of an account are read with one list
	tearDown  bool                               // a tear-down is planned: of managed policies the names are read, and no documents
	restoring map[string]s3types.ObjectOwnership // the buckets whose Object Ownership a tear-down puts back
}

// Read reads all that is the transfers', which must be valid, and proves whose the clients are. The accounts to prove are those of the transfers and
// the further ones, as far as there are clients. concurrency is how many calls go to one service of one account and Region at once; 0 is the
// default. Credentials of these accounts that expire meanwhile are a [plan.ConfigError].
func Read(ctx context.Context, c client.Set, transfers []*transfer.Transfer, concurrency int, further []string) (*Survey, error) {
	return readFor(ctx, c, transfers, concurrency, further, purpose{}, &identities{})
}

// ReadToSetUp is Read for a set-up. It also reads what the checks look at, and the roles of those callers who may have to write the policy or the
// Object Ownership of a bucket or the policy of a key, as far as they may read their own roles.
func ReadToSetUp(ctx context.Context, c client.Set, transfers []*transfer.Transfer, concurrency int, further []string) (*Survey, error) {
	return readFor(ctx, c, transfers, concurrency, further, purpose{setUp: true}, &identities{})
}

// ForPlan is Read for a plan in the direction of the mode: [ReadToSetUp], or for a tear-down Read without the documents of managed policies and with the
// Object Ownership that the settings put back. For the mode drift it reads what of ours may differ, and nothing that checks look at.
func ForPlan(ctx context.Context, mode plan.Mode, c client.Set, transfers []*transfer.Transfer, settings plan.Settings, concurrency int, further []string) (*Survey, error) {
	return readFor(ctx, c, transfers, concurrency, further, purposeOf(mode, settings), &identities{})
}

// ForPlanInBulk is ForPlan with one list of all roles of each account of which roles are read. Where that list is refused, the roles are read as by ForPlan,
// and the snapshot says so.
func ForPlanInBulk(ctx context.Context, mode plan.Mode, c client.Set, transfers []*transfer.Transfer, settings plan.Settings, concurrency int, further []string) (*Survey, error) {
	p := purposeOf(mode, settings)
	p.bulkIAM = true
	return readFor(ctx, c, transfers, concurrency, further, p, &identities{})
}

func purposeOf(mode plan.Mode, settings plan.Settings) purpose {
	if mode == plan.TearDown {
		return purpose{tearDown: true, restoring: settings.Ownership}
	}
	return purpose{setUp: true, drift: mode == plan.Drift}
}

func readFor(ctx context.Context, c client.Set, transfers []*transfer.Transfer, concurrency int, further []string, p purpose, proofs *identities) (*Survey, error) {
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
	if err := completeClients(c, transfers, further); err != nil {
		return nil, err
	}
	s := &Survey{Clients: c.Limit(concurrency), proofs: proofs}
	reading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	proved, wrong := make(chan struct{}), error(nil)
	go func() {
		defer close(proved)
		if s.Callers, wrong = proofs.all(ctx, s.Clients, accounts); wrong != nil {
			stop(wrong)
		}
	}()
	noted, flaws := client.WithNotebook(reading)
	err := s.read(noted, accounts, transfers, p, proved)
	<-proved
	switch {
	case wrong != nil:
		return nil, wrong
	case err == nil:
		err = flaws.Err(accounts)
	}
	return s, err
}

// read reads all that the transfers need. It ends before the identities are proved only if the context does.
func (s *Survey) read(ctx context.Context, accounts []string, transfers []*transfer.Transfer, p purpose, proved chan struct{}) (err error) {
	fitter := NewReader(s.Clients)
	s.Transfers, s.Unfit = fit(ctx, fitter, transfers, p.setUp)
	r := NewReader(s.Clients)
	r.Transfers, r.purpose, r.proofs, r.identified = s.Transfers, p, s.proofs, accounts
	if !p.setUp {
		r.Transfers = transfer.WithoutAdoption(s.Transfers)
	} else if !p.drift {
		r.callers = func() map[string]string {
			<-proved
			return s.Callers
		}
	}
	s.Snapshot, err = r.observe(ctx)
	return err
}
