package survey

import (
	"context"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// readLogs reads all resource policies of CloudWatch Logs in the account and Region of the log policy.
func (s *Reader) readLogs(ctx context.Context, w desired.LogPolicy) {
	api, err := s.clients.Logs(w.Account, w.Region)
	var policies map[string]policy.Document
	if err == nil {
		policies, err = task.ListLogPolicies(ctx, api)
	}
	if err != nil {
		s.fail(w.ID(), err)
		return
	}
	s.lock()
	defer s.mu.Unlock()
	s.Logs[w.ID()] = policies
}

// readLogGroup reads the log group that the task's transfer names, with its tags if it is made for the transfer.
func (s *Reader) readLogGroup(ctx context.Context, w desired.Task) {
	s.readGroup(ctx, w.Spec.Account, w.Spec.Region, w.Transfer.LogGroup(), w.Transfer.MakesLogGroup())
}

// readGroup reads the log group with the ARN, with its tags if they are asked for.
func (s *Reader) readGroup(ctx context.Context, account, reg, arn string, tags bool) {
	api, err := s.clients.Logs(account, reg)
	call := plan.CallError{Account: account, Region: reg, Operation: "logs:DescribeLogGroups", Subject: task.LogGroupName(arn)}
	readInto(s, s.LogGroups, arn, api, err, call, func(api task.LogsAPI) (task.LogGroupState, error) {
		return task.ObserveLogGroup(ctx, api, task.LogGroupName(arn), tags)
	})
}

// readFormerLogGroups reads the log groups that tasks of the transfers had.
func (s *Reader) readFormerLogGroups(ctx context.Context, w desired.Set) {
	var wg workers
	for _, g := range s.FormerLogGroups(w) {
		wg.Go(func() { s.readGroup(ctx, g.Account, g.Region, g.ARN(), true) })
	}
	wg.Wait()
}

// readLogUser reads a task, not of the transfers, that may need the log policy too. If it cannot be read, that is noted with the task and is no
// failure.
func (s *Reader) readLogUser(ctx context.Context, pl transfer.Place, arn string) {
	api, err := s.clients.DataSync(pl.Account, pl.Region)
	state := task.State{ARN: arn}
	if err == nil {
		state, err = task.Observe(ctx, api, arn)
	}
	if err != nil {
		state.Unread = map[string]error{task.PartTask: err}
	}
	s.lock()
	defer s.mu.Unlock()
	s.LogUsers[arn] = state
}

// readFormerLogs reads the former log policies where none is wanted and that were not read yet, and the tasks of others there that may need them. Tasks in
// Regions that nothing is wanted in are listed first, into tasks. Where they cannot be listed, the policy counts as one that cannot be read.
func (s *Reader) readFormerLogs(ctx context.Context, w desired.Set, tasks map[transfer.Place][]task.Entry) {
	var left []desired.LogPolicy
	var lists []transfer.Place
	for _, l := range s.FormerLogs(w) {
		pl := transfer.Place{Account: l.Account, Region: l.Region}
		if _, read := s.Logs[l.ID()]; read || s.Failures[l.ID()] != nil || w.LogsIn(pl) {
			continue
		}
		left = append(left, l)
		if _, listed := tasks[pl]; !listed && s.Failures[pl.Account+"/"+pl.Region] == nil {
			lists = append(lists, pl)
		}
	}
	var wg workers
	for _, pl := range lists {
		wg.Go(func() { listInto(ctx, s, pl, "datasync:ListTasks", tasks, task.List) })
	}
	wg.Wait()
	s.Seal()
	var reads []func()
	for _, l := range left {
		pl := transfer.Place{Account: l.Account, Region: l.Region}
		entries, listed := tasks[pl]
		if err := s.Failures[pl.Account+"/"+pl.Region]; !listed && err != nil {
			reads = append(reads, func() { s.fail(l.ID(), err) })
			continue
		}
		reads = append(reads, func() { s.readLogs(ctx, l) })
		for _, e := range entries {
			if e.Mode == dstypes.TaskModeBasic && !snapshot.WantsTask(w, pl, e) && !s.OwnsTask(e.ARN) {
				reads = append(reads, func() { s.readLogUser(ctx, pl, e.ARN) })
			}
		}
	}
	for _, read := range reads {
		wg.Go(read)
	}
	wg.Wait()
}
