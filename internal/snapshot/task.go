package snapshot

import (
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// OurTasks finds the task that bears the mark of the transfer. Of several it is the one that fits what is wanted, else the one that none of
// the others took the place of, and the others are left over, as is every task in another Region. If that does not single one out it is an
// [AmbiguousError].
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
	switch len(here) {
	case 0:
		return task.State{}, old, nil
	case 1:
		return here[0], old, nil
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
		main = fit[0]
	case len(last) == 1:
		main = last[0]
	default:
		e := &plan.AmbiguousError{Account: w.Spec.Account, Region: w.Spec.Region, Kind: plan.DataSyncTask, Name: w.Spec.Name}
		for _, t := range here {
			e.ARNs = append(e.ARNs, t.ARN)
		}
		return task.State{}, nil, e
	}
	return main, append(old, slices.DeleteFunc(here, func(t task.State) bool { return t.ARN == main.ARN })...), nil
}

// OurTask is the task of ourTasks alone.
func (s *Snapshot) OurTask(w desired.Task) (task.State, error) {
	main, _, err := s.OurTasks(w)
	return main, err
}

// Referred are what tasks of ours name, or took the place of, and what was not read: locations and tasks that are no longer wanted.
func (s *Snapshot) Referred(w desired.Set) (locations, tasks map[string]transfer.Place) {
	locations, tasks = map[string]transfer.Place{}, map[string]transfer.Place{}
	for _, t := range w.Tasks {
		for arn, state := range s.Tasks {
			a, _ := region.ParseARN(arn)
			if a.Account != t.Spec.Account || !state.Exists || !t.Transfer.Marks(state.Tags, "") {
				continue
			}
			for _, l := range append(replacedBy(t.Transfer, state), state.SourceLocationARN, state.DestinationLocationARN) {
				a, ok := region.ParseARN(l)
				_, readTask := s.Tasks[l]
				_, readLocation := s.Locations[l]
				switch {
				case !ok || a.Account != t.Spec.Account || readTask || readLocation || s.Failures[l] != nil:
				case strings.HasPrefix(a.Resource, "task/"):
					tasks[l] = transfer.Place{Account: a.Account, Region: a.Region}
				default:
					locations[l] = transfer.Place{Account: a.Account, Region: a.Region}
				}
			}
		}
	}
	return locations, tasks
}

// Replaces is the tag that a task gets which takes the place of others: these, and the locations that are left behind, as far as a tag can
// hold them. "" is none.
func (s *Snapshot) Replaces(t *transfer.Transfer, old []task.State) string {
	var arns []string
	for _, o := range old {
		arns = append(arns, o.ARN)
	}
	for _, l := range s.OrphanLocations(t) {
		arns = append(arns, l.ARN)
	}
	text := ""
	for _, arn := range arns {
		a, _ := region.ParseARN(arn)
		if next := strings.TrimSpace(text + " " + a.Region + "/" + LastOf(arn)); len(next) <= transfer.MostTag {
			text = next
		}
	}
	return text
}

// replacedBy are the ARNs of the tasks and locations that the task took the place of.
func replacedBy(t *transfer.Transfer, s task.State) []string {
	var out []string
	for _, word := range strings.Fields(s.Tags[t.TagKey(transfer.TagReplaces)]) {
		reg, id, _ := strings.Cut(word, "/")
		kind, _, _ := strings.Cut(id, "-")
		switch kind {
		case "loc":
			kind = "location"
		case "task":
		default:
			continue
		}
		out = append(out, region.ARN{Partition: t.Partition, Service: "datasync", Region: reg, Account: t.TaskAccount, Resource: kind + "/" + id}.String())
	}
	return out
}

func WantsTask(w desired.Set, pl transfer.Place, e task.Entry) bool {
	return slices.ContainsFunc(w.Tasks, func(t desired.Task) bool {
		return pl == transfer.Place{Account: t.Spec.Account, Region: t.Spec.Region} && (e.Name == t.Spec.Name || e.Name == t.Transfer.Name)
	})
}

// Elsewhere is a task of ours that is to make room for one in another Region; the zero State if the transfer has one where it is wanted.
func Elsewhere(w desired.Task, main task.State, old []task.State) task.State {
	for _, t := range old {
		if !main.Exists && !desired.IsIn(t.ARN, w.Spec.Account, w.Spec.Region) {
			return t
		}
	}
	return task.State{}
}
