package snapshot

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/task"
)

// OurTasks finds the tasks that are tagged as the transfer's. main is the one in the wanted Region; of several there, the one with the wanted
// locations and mode, or else the one that no other says it replaced. If these are several that are equal in all that we set, it is one that is in use,
// or else the oldest; if they differ, it is an *AmbiguousError of package plan. old are all others, also those in other Regions. A task that could not be read
// is an error, because it may be the one.
func (s *Snapshot) OurTasks(w desired.Task) (main task.State, old []task.State, err error) {
	out := s.index().tasks.of(w.Transfer, func() (out ourTasks) {
		out.main, out.old, out.err = s.findTasks(w)
		return out
	})
	return out.main, slices.Clone(out.old), out.err
}

func (s *Snapshot) findTasks(w desired.Task) (main task.State, old []task.State, err error) {
	for _, arn := range s.index().accountTasks[w.Spec.Account] {
		unread := s.Tasks[arn].Unread
		return task.State{}, nil, cmp.Or(s.Unread(arn, unread, task.PartTask), s.Unread(arn, unread, task.PartTags))
	}
	var here []task.State
	for _, arn := range s.ownedTasks(w.Transfer) {
		t := s.Tasks[arn]
		a, _ := region.ParseARN(arn)
		switch {
		case a.Account != w.Spec.Account || !t.Exists || !w.Transfer.Owns(arn, t.Tags, ""):
		case a.Region == w.Spec.Region:
			here = append(here, t)
		default:
			old = append(old, t)
		}
	}
	if len(here) == 0 {
		return task.State{}, old, nil
	}
	if main, err = s.oneTask(w, here); err != nil {
		return task.State{}, nil, err
	}
	return main, append(old, slices.DeleteFunc(here, func(t task.State) bool { return t.ARN == main.ARN })...), nil
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
