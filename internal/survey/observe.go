package survey

import (
	"context"
	"maps"
	"slices"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/task"
)

// observe reads everything that the transfers need, each thing once, in rounds. A round reads what the rounds before it led to. For a set-up, log groups
// that the transfers only name are read too.
func (s *Reader) observe(ctx context.Context) (*snapshot.Snapshot, error) {
	w := desired.Of(s.Transfers)
	s.looked = map[string]bool{}
	s.expectWriters(w)
	s.readDesired(ctx, w)
	lists := s.readListed(ctx, w)
	s.named.Wait()
	s.readPrincipals(ctx, w)
	s.Seal()
	s.readFormerLogs(ctx, w, lists.tasks)
	s.readReferred(ctx, w, lists.locations)
	s.readOutlived(ctx)
	s.Seal()
	s.readFormerLogs(ctx, w, lists.tasks) // of Regions that the transfers were in
	s.Seal()
	s.readAdoptedUsers(ctx, w)
	s.Seal()
	s.readFormerLogGroups(ctx, w)
	if err := ctx.Err(); err != nil {
		s.named.Wait()
		return nil, err
	}
	s.Seal()
	s.readFormerRoles(ctx, w)
	s.Seal()
	s.readFormerBuckets(ctx, w)
	s.Seal()
	s.readFormerKeys(ctx, w)
	s.Seal()
	for _, t := range w.Tasks {
		if !s.HasTask(t) {
			s.lookAtDestination(ctx, t.Transfer)
		}
	}
	s.confirmPrincipals(ctx, w)
	s.named.Wait()
	s.Seal()
	return s.Snapshot, ctx.Err()
}

// readDesired begins to read what the transfers name: roles, buckets, log policies and keys. It returns at once; s.named is done when all is
// read.
func (s *Reader) readDesired(ctx context.Context, w desired.Set) {
	wg, operators := &s.named, s.operators(w)
	for arn, spec := range s.RolesToRead(w, s.drift) {
		wg.Go(func() { s.readRole(ctx, arn, spec, s.partsOf(operators, arn)...) })
	}
	for _, b := range w.Buckets {
		if s.Readable[b.Spec.Account] && (!s.drift || b.Grants || b.Spec.DisableACLs) {
			wg.Go(func() { s.readBucket(ctx, b) })
		}
	}
	if !s.drift {
		wg.Go(func() { s.proveOwners(ctx) })
		wg.Go(func() { s.readDataBuckets(ctx) })
	}
	for _, t := range w.Tasks {
		if s.setUp && !s.drift && s.Readable[t.Transfer.Source.Account] {
			wg.Go(func() { s.lookAtSource(ctx, t.Transfer) })
		}
	}
	groups := map[string]desired.Task{}
	for _, t := range w.Tasks {
		arn := t.Transfer.LogGroup()
		if _, other := groups[arn]; arn != "" && s.Readable[t.Spec.Account] && (s.setUp && !other || t.Transfer.MakesLogGroup()) {
			groups[arn] = t
		}
	}
	for _, t := range groups {
		wg.Go(func() { s.readLogGroup(ctx, t) })
	}
	for _, l := range w.Logs {
		if s.Readable[l.Account] {
			wg.Go(func() { s.readLogs(ctx, l) })
		}
	}
	for _, k := range w.Keys {
		if s.Readable[k.Spec.Account()] {
			wg.Go(func() { s.readKey(ctx, k) })
		}
	}
}

// lists are the locations and tasks that were listed.
type lists struct {
	locations map[transfer.Place][]location.Entry
	tasks     map[transfer.Place][]task.Entry
}

// readListed lists the locations of every task account and Region that has some, and the tasks where tasks are wanted, and reads those that may be the
// transfers' or need a log policy. At the same time it begins to look at the destinations of transfers whose tasks no list has.
func (s *Reader) readListed(ctx context.Context, w desired.Set) lists {
	out := lists{map[transfer.Place][]location.Entry{}, map[transfer.Place][]task.Entry{}}
	var wg workers
	places, ofTasks := placesOf(s.clients, w)
	for _, pl := range places {
		wg.Go(func() { listInto(ctx, s, pl, "datasync:ListLocations", out.locations, location.List) })
		if ofTasks[pl] {
			wg.Go(func() { listInto(ctx, s, pl, "datasync:ListTasks", out.tasks, task.List) })
		}
	}
	wg.Wait()
	s.lookWithoutTask(ctx, w, out.tasks)
	for arn, pl := range snapshot.Candidates(w, out.locations) {
		wg.Go(func() { s.ReadLocation(ctx, pl, arn) })
	}
	for _, pl := range slices.SortedFunc(maps.Keys(out.tasks), transfer.ComparePlaces) {
		s.TaskCount[pl] = len(out.tasks[pl])
		for _, e := range out.tasks[pl] {
			if snapshot.WantsTask(w, pl, e) {
				wg.Go(func() { s.ReadTask(ctx, pl, e.ARN) })
			} else if w.LogsIn(pl) && e.Mode == dstypes.TaskModeBasic {
				wg.Go(func() { s.readLogUser(ctx, pl, e.ARN) })
			}
		}
	}
	wg.Wait()
	return out
}

// confirmPrincipals begins to read the roles of locations that the user names, and to read again the policies with principals that S3 or KMS shows
// as unique IDs.
func (s *Reader) confirmPrincipals(ctx context.Context, w desired.Set) {
	wg := &s.named
	given, ids := s.GivenRoles(w), s.RoleIDs()
	for arn, spec := range given {
		wg.Go(func() { s.readRole(ctx, arn, spec) })
	}
	for _, b := range w.Buckets {
		wg.Go(func() { s.confirmBucket(ctx, b, ids) })
	}
	for _, k := range w.Keys {
		wg.Go(func() { s.confirmKey(ctx, k, ids) })
	}
}

// lookWithoutTask begins to look at the destinations of those transfers whose tasks are certainly not among those listed.
func (s *Reader) lookWithoutTask(ctx context.Context, w desired.Set, tasks map[transfer.Place][]task.Entry) {
	listed := map[transfer.Place]map[string]bool{} // names
	for pl, entries := range tasks {
		listed[pl] = map[string]bool{}
		for _, e := range entries {
			listed[pl][e.Name] = true
		}
	}
	for _, t := range w.Tasks {
		names := listed[transfer.Place{Account: t.Spec.Account, Region: t.Spec.Region}]
		if !names[t.Spec.Name] && !names[t.Transfer.Name] && t.Transfer.Adopt.Task == "" {
			s.lookAtDestination(ctx, t.Transfer)
		}
	}
}

// placesOf are the task accounts with clients and their Regions in which wanted locations or tasks are, sorted, and those in which tasks are.
func placesOf(c client.Set, w desired.Set) (places []transfer.Place, ofTasks map[transfer.Place]bool) {
	set, ofTasks := map[transfer.Place]bool{}, map[transfer.Place]bool{}
	for _, l := range w.Locations {
		set[transfer.Place{Account: l.Spec.Account, Region: l.Spec.Region}] = true
	}
	for _, t := range w.Tasks {
		pl := transfer.Place{Account: t.Spec.Account, Region: t.Spec.Region}
		set[pl], ofTasks[pl] = true, true
	}
	for pl := range set {
		if _, ok := c[pl.Account]; !ok {
			delete(set, pl)
		}
	}
	return slices.SortedFunc(maps.Keys(set), transfer.ComparePlaces), ofTasks
}
