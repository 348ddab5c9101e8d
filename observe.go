package xacct

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// reader reads into a snapshot, many things at a time.
type reader struct {
	*snapshot.Snapshot
	clients client.Set
	mu      sync.Mutex // guards the snapshot
}

func newReader(c client.Set) *reader {
	return &reader{Snapshot: snapshot.New(maps.Keys(c)), clients: c}
}

func (s *reader) fail(what string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.Failures[what]; have == nil || err.Error() < have.Error() { // of several the same one every time, whichever came first
		s.Failures[what] = err
	}
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

// observe reads everything that the transfers need, each thing once. What has a name is read while locations and tasks are listed, then what
// the lists point to, then what that points to: the tasks of locations that no task's name led to, the locations of an earlier task, and
// the roles of given locations.
func observe(ctx context.Context, c client.Set, transfers []*transfer.Transfer) (*snapshot.Snapshot, error) {
	s := newReader(c)
	s.Transfers = transfers
	w := desired.Of(transfers)
	var named, lists sync.WaitGroup
	for arn, spec := range s.RolesToRead(w) {
		named.Go(func() { s.readRole(ctx, arn, spec) })
	}
	for _, b := range w.Buckets {
		if _, ok := c[b.Spec.Account]; ok {
			named.Go(func() { s.readBucket(ctx, b.Spec) })
		}
	}
	for _, t := range w.Tasks {
		if _, ok := c[t.Transfer.Destination.Account]; ok && t.Transfer.Overwrites() {
			named.Go(func() { s.look(ctx, t.Transfer) })
		}
		if t.Transfer.Removes() {
			named.Go(func() { s.lookSource(ctx, t.Transfer) })
		}
	}
	for _, l := range w.Logs {
		if _, ok := c[l.Account]; ok {
			named.Go(func() { s.readLogs(ctx, l) })
		}
	}
	for _, k := range w.Keys {
		if _, ok := c[k.Spec.Account()]; ok {
			named.Go(func() { s.readKey(ctx, k.Spec) })
		}
	}
	var (
		entries = map[transfer.Place][]location.Entry{}
		tasks   = map[transfer.Place][]task.Entry{}
	)
	for _, pl := range placesOf(c, w) {
		lists.Go(func() { listInto(ctx, s, pl, "datasync:ListLocations", entries, location.List) })
		lists.Go(func() { listInto(ctx, s, pl, "datasync:ListTasks", tasks, task.List) })
	}
	lists.Wait()
	for arn, pl := range snapshot.Candidates(w, entries) {
		lists.Go(func() { s.readLocation(ctx, pl, arn) })
	}
	for _, pl := range slices.SortedFunc(maps.Keys(tasks), transfer.ComparePlaces) {
		for _, e := range tasks[pl] {
			if snapshot.WantsTask(w, pl, e) {
				lists.Go(func() { s.readTask(ctx, pl, e.ARN) })
			} else if w.LogsIn(pl) && e.Mode == dstypes.TaskModeBasic {
				lists.Go(func() { s.readLogUser(ctx, pl, e.ARN) })
			}
		}
	}
	lists.Wait()
	for pl, entries := range tasks {
		s.TaskCount[pl] = len(entries)
	}
	named.Wait()
	logs := s.FormerLogs(w)
	named.Go(func() { s.readFormerLogs(ctx, logs, w, tasks) })
	named.Wait()
	s.readReferred(ctx, w, entries)
	for _, t := range w.Tasks {
		if state, err := s.OurTask(t); err == nil && t.Removes(state) && !t.Transfer.Removes() {
			named.Go(func() { s.lookSource(ctx, t.Transfer) })
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.readFormerRoles(ctx, w)
	s.readFormerBuckets(ctx, w)
	s.readFormerKeys(ctx, w)

	given, ids := s.GivenRoles(w), s.RoleIDs()
	for arn, spec := range given {
		named.Go(func() { s.readRole(ctx, arn, spec) })
	}
	for _, b := range w.Buckets {
		named.Go(func() { s.confirm(ctx, b, ids) })
	}
	for _, k := range w.Keys {
		named.Go(func() { s.confirmKey(ctx, k, ids) })
	}
	named.Wait()
	return s.Snapshot, ctx.Err()
}

func (s *reader) readRole(ctx context.Context, arn string, spec iamrole.Spec) {
	a, _ := region.ParseARN(arn)
	api, err := s.clients.IAM(a.Account)
	if err != nil {
		s.fail(arn, err)
		return
	}
	state, err := iamrole.Observe(ctx, api, spec)
	if err != nil {
		s.fail(arn, &plan.CallError{Account: a.Account, Operation: "iam:GetRole", Subject: spec.Name, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Roles[arn] = state
}

func (s *reader) readBucket(ctx context.Context, spec bucket.Spec) {
	api, err := s.clients.S3(spec.Account, spec.Region)
	if err != nil {
		s.fail(spec.Name, err)
		return
	}
	state, err := bucket.Observe(ctx, api, spec)
	if err != nil {
		s.fail(spec.Name, &plan.CallError{Account: spec.Account, Region: spec.Region, Operation: "s3:GetBucketPolicy", Subject: spec.Name, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Buckets[spec.Name] = state
}

// placesOf are the task accounts and Regions in which locations or tasks may be.
func placesOf(c client.Set, w desired.Set) []transfer.Place {
	set := map[transfer.Place]bool{}
	for _, l := range w.Locations {
		set[transfer.Place{Account: l.Spec.Account, Region: l.Spec.Region}] = true
	}
	for _, t := range w.Tasks {
		set[transfer.Place{Account: t.Spec.Account, Region: t.Spec.Region}] = true
	}
	for pl := range set {
		if _, ok := c[pl.Account]; !ok {
			delete(set, pl)
		}
	}
	return slices.SortedFunc(maps.Keys(set), transfer.ComparePlaces)
}

// listInto reads one list of one place into out.
func listInto[API, E any](ctx context.Context, s *reader, pl transfer.Place, op string, out map[transfer.Place][]E, read func(context.Context, API) ([]E, error)) {
	client, err := s.clients.DataSync(pl.Account, pl.Region)
	if err == nil {
		var entries []E
		if entries, err = read(ctx, client.(API)); err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			out[pl], s.Listed[pl] = entries, true
			return
		}
		err = &plan.CallError{Account: pl.Account, Region: pl.Region, Operation: op, Subject: "*", Err: err}
	}
	s.fail(pl.Account+"/"+pl.Region, err)
}
