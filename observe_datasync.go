package xacct

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/task"
)

// candidates are the listed locations of a wanted bucket, whatever their prefix, because a prefix can be changed in place, and those given.
func candidates(w wants, listed map[place][]location.Entry) map[string]place {
	buckets := map[place]map[string]bool{}
	out := map[string]place{}
	for _, l := range w.locations {
		pl := place{l.spec.Account, l.spec.Region}
		if arn := l.transfer.end(l.side).LocationARN; arn != "" {
			if _, ok := listed[pl]; ok {
				out[arn] = pl
			}
			continue
		}
		if buckets[pl] == nil {
			buckets[pl] = map[string]bool{}
		}
		buckets[pl][l.spec.Bucket] = true
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

func wantsTask(w wants, pl place, e task.Entry) bool {
	return slices.ContainsFunc(w.tasks, func(t taskWant) bool {
		return pl == place{t.spec.Account, t.spec.Region} && (e.Name == t.spec.Name || e.Name == t.transfer.Name)
	})
}

func (s *snapshot) readLocation(ctx context.Context, pl place, arn string) {
	api, err := s.clients.datasync(pl.account, pl.region)
	if err != nil {
		s.fail(arn, err)
		return
	}
	state, err := location.Observe(ctx, api, arn)
	if err != nil {
		s.fail(arn, &CallError{Account: pl.account, Region: pl.region, Operation: "datasync:DescribeLocationS3", Subject: arn, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locations[arn] = state
}

func (s *snapshot) readTask(ctx context.Context, pl place, arn string) {
	api, err := s.clients.datasync(pl.account, pl.region)
	if err != nil {
		s.fail(arn, err)
		return
	}
	state, err := task.Observe(ctx, api, arn)
	if err != nil {
		s.fail(arn, &CallError{Account: pl.account, Region: pl.region, Operation: "datasync:DescribeTask", Subject: arn, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks[arn] = state
}

// orphans are destination locations of ours that no task read so far uses: their task may have been renamed.
func (s *snapshot) orphans(w wants) map[string]place {
	used := map[string]bool{}
	for _, t := range s.tasks {
		used[t.DestinationLocationARN] = true
	}
	out := map[string]place{}
	for arn, l := range s.locations {
		if used[arn] || !l.Exists {
			continue
		}
		for _, want := range w.locations {
			if want.side == DestinationSide && want.transfer.marks(l.Tags, DestinationSide) {
				out[arn] = place{want.spec.Account, want.spec.Region}
			}
		}
	}
	return out
}

// tasksOf reads the tasks that use the location.
func (s *snapshot) tasksOf(ctx context.Context, pl place, locationARN string) {
	api, err := s.clients.datasync(pl.account, pl.region)
	if err != nil {
		s.fail(locationARN, err)
		return
	}
	pages := datasync.NewListTasksPaginator(api, &datasync.ListTasksInput{Filters: []dstypes.TaskFilter{{
		Name: dstypes.TaskFilterNameLocationId, Operator: dstypes.OperatorEq, Values: []string{locationARN}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			s.fail(locationARN, &CallError{Account: pl.account, Region: pl.region, Operation: "datasync:ListTasks", Subject: locationARN, Err: err})
			return
		}
		for _, e := range page.Tasks {
			if e.TaskArn != nil {
				s.readTask(ctx, pl, *e.TaskArn)
			}
		}
	}
}
