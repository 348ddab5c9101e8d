package survey

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/task"
)

// OtherLocations are the ARNs, sorted, of listed locations that are tagged as the wanted one and not known. The error is why it is not known whether
// there are any.
func OtherLocations(ctx context.Context, c client.Set, w desired.Location, listed []location.Entry, known func(arn string) bool) ([]string, error) {
	s := NewReader(c.Only(w.Spec.Account))
	for _, e := range listed {
		if known(e.ARN) {
			continue
		}
		if b, _, ok := location.ParseURI(e.URI); ok && b == w.Spec.Bucket {
			s.ReadLocation(ctx, transfer.Place{Account: w.Spec.Account, Region: w.Spec.Region}, e.ARN)
		}
	}
	var out []string
	var unread error
	for arn, l := range s.Locations {
		for _, err := range l.Unread {
			unread = fmt.Errorf("%s: %w", arn, err)
		}
		if l.Exists && w.Transfer.Marks(l.Tags, w.Side) {
			out = append(out, arn)
		}
	}
	return s.others(out, unread)
}

// OtherTasks is OtherLocations for tasks.
func OtherTasks(ctx context.Context, c client.Set, w desired.Task, listed []task.Entry, known func(arn string) bool) ([]string, error) {
	s, pl := NewReader(c.Only(w.Spec.Account)), transfer.Place{Account: w.Spec.Account, Region: w.Spec.Region}
	for _, e := range listed {
		if snapshot.WantsTask(desired.Set{Tasks: []desired.Task{w}}, pl, e) && !known(e.ARN) {
			s.ReadTask(ctx, pl, e.ARN)
		}
	}
	var out []string
	var unread error
	for arn, t := range s.Tasks {
		for _, err := range t.Unread {
			unread = fmt.Errorf("%s: %w", arn, err)
		}
		if t.Exists && w.Transfer.Marks(t.Tags, "") {
			out = append(out, arn)
		}
	}
	return s.others(out, unread)
}

// others are the ARNs, sorted. If there are none, the error is why there may be some.
func (s *Reader) others(arns []string, unread error) ([]string, error) {
	if len(arns) == 0 {
		return nil, cmp.Or(s.FirstError(), unread)
	}
	slices.Sort(arns)
	return arns, nil
}

// TaskInUse reports whether the task is in use by now.
func TaskInUse(ctx context.Context, c client.Set, pl transfer.Place, arn string) (bool, error) {
	s := NewReader(c.Only(pl.Account))
	s.ReadTask(ctx, pl, arn)
	t := s.Tasks[arn]
	return snapshot.InUse(t), cmp.Or(s.FirstError(), t.Unread[task.PartTask])
}

// LocationUsers are the tasks that use the location by now, by the lists of which the snapshot has older answers.
func LocationUsers(ctx context.Context, c client.Set, before *snapshot.Snapshot, arn string) ([]string, error) {
	in, _ := region.ParseARN(arn)
	s := NewReader(c.Only(in.Account))
	for l := range before.Users {
		if l.Location == arn {
			s.ListUsers(ctx, l)
		}
	}
	var out []string
	for _, u := range s.Users {
		if u.Err != nil {
			return nil, u.Err
		}
		out = append(out, u.Tasks...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
