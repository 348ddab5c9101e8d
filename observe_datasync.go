package xacct

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// candidates are the listed locations of a wanted bucket, whatever their prefix, because a prefix can be changed in place, and those given: beside
// such a one there may be one of ours from before.
func candidates(w desired.Set, listed map[transfer.Place][]location.Entry) map[string]transfer.Place {
	buckets := map[transfer.Place]map[string]bool{}
	out := map[string]transfer.Place{}
	for _, l := range w.Locations {
		pl := transfer.Place{Account: l.Spec.Account, Region: l.Spec.Region}
		if arn := l.Transfer.End(l.Side).LocationARN; arn != "" {
			if _, ok := listed[pl]; ok {
				out[arn] = pl
			}
		}
		if buckets[pl] == nil {
			buckets[pl] = map[string]bool{}
		}
		buckets[pl][l.Spec.Bucket] = true
	}
	for pl, entries := range listed {
		for _, e := range entries {
			if b, _, ok := location.ParseURI(e.URI); ok && buckets[pl][b] {
				out[e.ARN] = pl
			}
		}
	}
	return out
}

func wantsTask(w desired.Set, pl transfer.Place, e task.Entry) bool {
	return slices.ContainsFunc(w.Tasks, func(t desired.Task) bool {
		return pl == transfer.Place{Account: t.Spec.Account, Region: t.Spec.Region} && (e.Name == t.Spec.Name || e.Name == t.Transfer.Name)
	})
}

func (s *reader) readLocation(ctx context.Context, pl transfer.Place, arn string) {
	api, err := s.clients.DataSync(pl.Account, pl.Region)
	if err != nil {
		s.fail(arn, err)
		return
	}
	state, err := location.Observe(ctx, api, arn)
	if err != nil {
		s.fail(arn, &plan.CallError{Account: pl.Account, Region: pl.Region, Operation: "datasync:DescribeLocationS3", Subject: arn, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locations[arn] = state
}

func (s *reader) readTask(ctx context.Context, pl transfer.Place, arn string) {
	api, err := s.clients.DataSync(pl.Account, pl.Region)
	if err != nil {
		s.fail(arn, err)
		return
	}
	state, err := task.Observe(ctx, api, arn)
	if err != nil {
		s.fail(arn, &plan.CallError{Account: pl.Account, Region: pl.Region, Operation: "datasync:DescribeTask", Subject: arn, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks[arn] = state
}

// readTasks reads the tasks that the lookup finds and that were not read yet.
func (s *reader) readTasks(ctx context.Context, w desired.Set, l lookup) {
	fail := func(err error) { s.fail(l.place.Account+"/"+l.place.Region, err) }
	api, err := s.clients.DataSync(l.place.Account, l.place.Region)
	if err != nil {
		fail(err)
		return
	}
	in := &datasync.ListTasksInput{}
	if l.location != "" {
		in.Filters = []dstypes.TaskFilter{{Name: dstypes.TaskFilterNameLocationId, Operator: dstypes.OperatorEq, Values: []string{l.location}}}
	}
	pages := datasync.NewListTasksPaginator(api, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			fail(&plan.CallError{Account: l.place.Account, Region: l.place.Region, Operation: "datasync:ListTasks", Subject: cmp.Or(l.location, "*"), Err: err})
			return
		}
		for _, e := range page.Tasks {
			arn, name := aws.ToString(e.TaskArn), aws.ToString(e.Name)
			named := slices.ContainsFunc(w.Tasks, func(t desired.Task) bool {
				return l.place.Account == t.Spec.Account && (name == t.Spec.Name || name == t.Transfer.Name)
			})
			s.mu.Lock()
			_, read := s.tasks[arn]
			s.mu.Unlock()
			if arn != "" && !read && (l.location != "" || named) {
				s.readTask(ctx, l.place, arn)
			}
		}
	}
}

// readReferred looks for tasks and locations of ours that no name led to, and reads what tasks of ours name, or took the place of, until
// nothing new is found. entries are the locations that were listed.
func (s *reader) readReferred(ctx context.Context, w desired.Set, entries map[transfer.Place][]location.Entry) {
	lookups := s.lookups(w)
	for first := true; ; first = false {
		locations, tasks := s.referred(w)
		if first {
			maps.Copy(locations, s.inFormerBuckets(w, entries))
		}
		if !first && len(locations)+len(tasks) == 0 || ctx.Err() != nil {
			return
		}
		elsewhere := map[transfer.Place][]location.Entry{}
		var wg sync.WaitGroup
		for l := range lookups {
			wg.Go(func() { s.readTasks(ctx, w, l) })
			if l.location == "" {
				wg.Go(func() { listInto(ctx, s, l.place, "datasync:ListLocations", elsewhere, location.List) })
			}
		}
		for arn, pl := range locations {
			wg.Go(func() { s.readLocation(ctx, pl, arn) })
		}
		for arn, pl := range tasks {
			wg.Go(func() { s.readTask(ctx, pl, arn) })
		}
		wg.Wait()
		for arn, pl := range s.inFormerBuckets(w, elsewhere) {
			wg.Go(func() { s.readLocation(ctx, pl, arn) })
		}
		wg.Wait()
		lookups = nil
	}
}

// inFormerBuckets are the listed locations of buckets that the transfers have left, as far as they were not read.
func (s *snapshot) inFormerBuckets(w desired.Set, listed map[transfer.Place][]location.Entry) map[string]transfer.Place {
	out := map[string]transfer.Place{}
	for _, t := range w.Tasks {
		for _, l := range s.formerBucketsOf(t.Transfer) {
			for pl, entries := range listed {
				for _, e := range entries {
					_, read := s.locations[e.ARN]
					if b, _, ok := location.ParseURI(e.URI); ok && b == l.name && pl.Account == t.Spec.Account && !read && s.failures[e.ARN] == nil {
						out[e.ARN] = pl
					}
				}
			}
		}
	}
	return out
}
