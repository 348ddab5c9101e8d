package survey

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// ReadLocation reads the location, which is in that account and Region, into the snapshot.
func (s *Reader) ReadLocation(ctx context.Context, pl transfer.Place, arn string) {
	api, err := s.clients.DataSync(pl.Account, pl.Region)
	call := plan.CallError{Account: pl.Account, Region: pl.Region, Operation: "datasync:DescribeLocationS3", Subject: arn}
	readInto(s, s.Locations, arn, api, err, call, func(api client.DataSyncAPI) (location.State, error) { return location.Observe(ctx, api, arn) })
}

// ReadTask reads the task, which is in that account and Region, into the snapshot.
func (s *Reader) ReadTask(ctx context.Context, pl transfer.Place, arn string) {
	api, err := s.clients.DataSync(pl.Account, pl.Region)
	call := plan.CallError{Account: pl.Account, Region: pl.Region, Operation: "datasync:DescribeTask", Subject: arn}
	readInto(s, s.Tasks, arn, api, err, call, func(api client.DataSyncAPI) (task.State, error) { return task.Observe(ctx, api, arn) })
}

// readTasks reads the tasks that the lookup finds and that were not read yet.
func (s *Reader) readTasks(ctx context.Context, w desired.Set, l snapshot.Lookup) {
	fail := func(err error) { s.fail(l.Place.Account+"/"+l.Place.Region, err) }
	api, err := s.clients.DataSync(l.Place.Account, l.Place.Region)
	if err != nil {
		fail(err)
		return
	}
	pages := datasync.NewListTasksPaginator(api, listTasks(l))
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			fail(&plan.CallError{Account: l.Place.Account, Region: l.Place.Region, Operation: "datasync:ListTasks", Subject: cmp.Or(l.Location, "*"), Err: err})
			return
		}
		for _, e := range page.Tasks {
			arn, name := aws.ToString(e.TaskArn), aws.ToString(e.Name)
			named := slices.ContainsFunc(w.Tasks, func(t desired.Task) bool {
				return l.Place.Account == t.Spec.Account && (name == t.Spec.Name || name == t.Transfer.Name)
			})
			if arn != "" && (l.Location != "" || named) && s.claim(arn) {
				s.ReadTask(ctx, l.Place, arn)
			}
		}
	}
}

// claim reports whether the task was neither read nor claimed before: several lists that are read at once may have it.
func (s *Reader) claim(task string) bool {
	s.lock()
	defer s.mu.Unlock()
	if _, read := s.Tasks[task]; read || s.claimed[task] {
		return false
	}
	if s.claimed == nil {
		s.claimed = map[string]bool{}
	}
	s.claimed[task] = true
	return true
}

// listTasks is the input of the lookup's list.
func listTasks(l snapshot.Lookup) *datasync.ListTasksInput {
	in := &datasync.ListTasksInput{}
	if l.Location != "" {
		in.Filters = []dstypes.TaskFilter{{Name: dstypes.TaskFilterNameLocationId, Operator: dstypes.OperatorEq, Values: []string{l.Location}}}
	}
	return in
}

// ListUsers lists the tasks that use the lookup's location. What fails leaves unknown who uses it, and nothing else.
func (s *Reader) ListUsers(ctx context.Context, l snapshot.Lookup) {
	var users snapshot.Users
	api, err := s.clients.DataSync(l.Place.Account, l.Place.Region)
	if err == nil {
		for pages := datasync.NewListTasksPaginator(api, listTasks(l)); pages.HasMorePages() && err == nil; {
			var page *datasync.ListTasksOutput
			if page, err = pages.NextPage(ctx); err != nil {
				err = &plan.CallError{Account: l.Place.Account, Region: l.Place.Region, Operation: "datasync:ListTasks", Subject: l.Location, Err: err}
				break
			}
			for _, e := range page.Tasks {
				users.Tasks = append(users.Tasks, aws.ToString(e.TaskArn))
			}
		}
	}
	users.Err = err
	s.lock()
	defer s.mu.Unlock()
	s.Users[l] = users
}

// readReferred makes the snapshot's lookups, reads the listed locations of former buckets, and then reads what the tasks of ours name or say that they
// replaced, until nothing new is found.
func (s *Reader) readReferred(ctx context.Context, w desired.Set, listed map[transfer.Place][]location.Entry) {
	s.Seal()
	lookups, users := s.Lookups(w), s.UsersToList(w)
	for first := true; ; first = false {
		s.Seal()
		locations, tasks := s.Referred(w)
		if first {
			maps.Copy(locations, s.InFormerBuckets(w, listed))
		}
		if !first && len(locations)+len(tasks) == 0 || ctx.Err() != nil {
			return
		}
		elsewhere := map[transfer.Place][]location.Entry{}
		var wg workers
		for l := range lookups {
			wg.Go(func() { s.readTasks(ctx, w, l) })
			if l.Location == "" {
				wg.Go(func() { listInto(ctx, s, l.Place, "datasync:ListLocations", elsewhere, location.List) })
			}
		}
		for l := range users {
			wg.Go(func() { s.ListUsers(ctx, l) })
		}
		for arn, pl := range locations {
			wg.Go(func() { s.ReadLocation(ctx, pl, arn) })
		}
		for arn, pl := range tasks {
			wg.Go(func() { s.ReadTask(ctx, pl, arn) })
		}
		wg.Wait()
		s.Seal()
		for arn, pl := range s.InFormerBuckets(w, elsewhere) {
			wg.Go(func() { s.ReadLocation(ctx, pl, arn) })
		}
		wg.Wait()
		lookups, users = nil, nil
	}
}

// readOutlived reads the snapshot's [snapshot.Snapshot.Outlived] again.
func (s *Reader) readOutlived(ctx context.Context) {
	var wg workers
	for arn, pl := range s.Outlived() {
		wg.Go(func() { s.ReadTask(ctx, pl, arn) })
	}
	wg.Wait()
}

// readAdoptedUsers reads the tasks that use adopted locations which the plan would delete, if it may.
func (s *Reader) readAdoptedUsers(ctx context.Context, w desired.Set) {
	var wg workers
	for l := range s.AdoptedToLeave(w, s.setUp) {
		wg.Go(func() { s.readTasks(ctx, w, l) })
	}
	wg.Wait()
}

// listInto lists the locations or tasks of one account and Region into out. API is the part of the DataSync client that list uses.
func listInto[API, E any](ctx context.Context, s *Reader, pl transfer.Place, op string, out map[transfer.Place][]E,
	list func(context.Context, API) ([]E, error),
) {
	api, err := s.clients.DataSync(pl.Account, pl.Region)
	if err == nil {
		var entries []E
		if entries, err = list(ctx, api.(API)); err == nil {
			s.lock()
			defer s.mu.Unlock()
			out[pl], s.Listed[pl] = entries, true
			return
		}
		err = &plan.CallError{Account: pl.Account, Region: pl.Region, Operation: op, Subject: "*", Err: err}
	}
	s.fail(pl.Account+"/"+pl.Region, err)
}
