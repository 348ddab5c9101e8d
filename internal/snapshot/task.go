package snapshot

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// OurTasks finds the tasks that are tagged as the transfer's. main is the one in the wanted Region; of several there, the one with the wanted
// locations and mode, or else the one that no other says it replaced. If that does not single one out, it is an [plan.AmbiguousError]. old are all
// others, also those in other Regions. A task that could not be read is an error, because it may be the one.
func (s *Snapshot) OurTasks(w desired.Task) (main task.State, old []task.State, err error) {
	var here []task.State
	for _, arn := range slices.Sorted(maps.Keys(s.Tasks)) {
		t := s.Tasks[arn]
		a, _ := region.ParseARN(arn)
		if a.Account != w.Spec.Account {
			continue
		}
		for _, part := range []string{task.PartTask, task.PartTags} {
			if err := s.Unread(arn, t.Unread, part); err != nil {
				return task.State{}, nil, err
			}
		}
		switch {
		case !t.Exists || !w.Transfer.Marks(t.Tags, ""):
		case a.Region == w.Spec.Region:
			here = append(here, t)
		default:
			old = append(old, t)
		}
	}
	if len(here) == 0 {
		return task.State{}, old, nil
	}
	if main, err = s.singleOut(w, here); err != nil {
		return task.State{}, nil, err
	}
	return main, append(old, slices.DeleteFunc(here, func(t task.State) bool { return t.ARN == main.ARN })...), nil
}

// singleOut is the main one of the transfer's tasks in the wanted Region, of which there is at least one.
func (s *Snapshot) singleOut(w desired.Task, here []task.State) (task.State, error) {
	if len(here) == 1 {
		return here[0], nil
	}
	source, destination := s.locationOf(w.Transfer, plan.SourceSide), s.locationOf(w.Transfer, plan.DestinationSide)
	fit := slices.DeleteFunc(slices.Clone(here), func(t task.State) bool {
		op, _, _ := w.Diff(t, source, destination)
		return op == plan.Replace
	})
	last := slices.DeleteFunc(slices.Clone(here), func(t task.State) bool {
		return slices.ContainsFunc(here, func(u task.State) bool { return slices.Contains(replacedBy(w.Transfer, u), t.ARN) })
	})
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(last) == 1:
		return last[0], nil
	}
	e := &plan.AmbiguousError{Account: w.Spec.Account, Region: w.Spec.Region, Kind: plan.DataSyncTask, Name: w.Spec.Name}
	for _, t := range here {
		e.ARNs = append(e.ARNs, t.ARN)
	}
	return task.State{}, e
}

// OurTask is the main one of OurTasks.
func (s *Snapshot) OurTask(w desired.Task) (task.State, error) {
	main, _, err := s.OurTasks(w)
	return main, err
}

// Elsewhere is the transfer's task in another Region, if it has none in the wanted one: the one that is to be made takes its place. It is the zero
// State if the transfer has a main task, or none at all.
func Elsewhere(w desired.Task, main task.State, old []task.State) task.State {
	for _, t := range old {
		if !main.Exists && !desired.IsIn(t.ARN, w.Spec.Account, w.Spec.Region) {
			return t
		}
	}
	return task.State{}
}
