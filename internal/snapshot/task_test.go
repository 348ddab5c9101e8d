package snapshot

import (
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// Of several tasks of ours the one is taken that fits, else the one that took the place of the others; the others are left over.
func TestWhichTaskIsOurs(t *testing.T) {
	edited := func(w world, arn string, edit func(*task.State)) task.State {
		s := w.task(arn)
		edit(&s)
		return s
	}
	misfit := func(s *task.State) { s.SourceLocationARN = formerLocation }
	for _, tt := range []struct {
		name string
		edit func(world)
		want found
	}{
		{"ours", func(world) {}, found{ARN: mainTask}},
		{"none", func(w world) { w.tasks() }, found{}},
		{"gone", func(w world) { w.tasks(task.State{ARN: mainTask}) }, found{}},
		{"of another transfer", func(w world) {
			w.tasks(edited(w, mainTask, func(s *task.State) { s.Tags["xacct:transfer"] = "weekly" }))
		}, found{}},
		{"untagged", func(w world) { w.tasks(edited(w, mainTask, func(s *task.State) { s.Tags = nil })) }, found{}},
		{"in another account", func(w world) { w.tasks(w.task("arn:aws:datasync:us-east-2:444455556666:task/task-01")) }, found{}},
		{"in another Region", func(w world) { w.tasks(w.task(movedTask)) }, found{Others: []string{movedTask}}},
		{"here and in another Region", func(w world) { w.tasks(w.task(mainTask), w.task(movedTask)) },
			found{ARN: mainTask, Others: []string{movedTask}}},
		{"two, of which one fits", func(w world) { w.tasks(edited(w, mainTask, misfit), w.task(secondTask), w.task(movedTask)) },
			found{ARN: secondTask, Others: []string{movedTask, mainTask}}},
		{"two that fit, of which one took the place of the other", func(w world) {
			w.tasks(w.task(mainTask), edited(w, secondTask, func(s *task.State) { s.Tags["xacct:replaces"] = "us-east-2/task-01" }))
		}, found{ARN: secondTask, Others: []string{mainTask}}},
		{"two that do not fit, of which one took the place of the other", func(w world) {
			w.tasks(edited(w, mainTask, func(s *task.State) { misfit(s); s.Tags["xacct:replaces"] = "us-east-2/loc-07 us-east-2/task-02" }),
				edited(w, secondTask, misfit))
		}, found{ARN: mainTask, Others: []string{secondTask}}},
		{"the one that fits before the one that took its place", func(w world) {
			w.tasks(w.task(mainTask), edited(w, secondTask, func(s *task.State) { misfit(s); s.Tags["xacct:replaces"] = "us-east-2/task-01" }))
		}, found{ARN: mainTask, Others: []string{secondTask}}},
		{"two that fit and differ", func(w world) {
			w.tasks(w.task(mainTask), edited(w, secondTask, func(s *task.State) { s.Excludes = []string{"/x"} }))
		}, found{Ambiguous: []string{mainTask, secondTask}}},
		{"two that do not fit and differ", func(w world) {
			w.tasks(edited(w, mainTask, misfit), edited(w, secondTask, func(s *task.State) { misfit(s); s.Excludes = []string{"/x"} }))
		},
			found{Ambiguous: []string{mainTask, secondTask}}},
		{"unread", func(w world) {
			w.tasks(w.task(mainTask), task.State{ARN: secondTask, Unread: map[string]error{task.PartTask: errThrottled}})
		},
			found{Err: secondTask + ": throttled"}},
		{"its tags unread", func(w world) {
			w.tasks(edited(w, mainTask, func(s *task.State) { s.Tags, s.Unread = nil, map[string]error{task.PartTags: errThrottled} }))
		}, found{Err: mainTask + ": throttled"}},
		{"unread, in another account", func(w world) {
			w.tasks(w.task(mainTask), task.State{ARN: "arn:aws:datasync:us-east-2:444455556666:task/task-01",
				Unread: map[string]error{task.PartTask: errThrottled}})
		}, found{ARN: mainTask}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			main, old, err := w.OurTasks(w.set().Tasks[0])
			got := found{ARN: main.ARN}
			for _, o := range old {
				got.Others = append(got.Others, o.ARN)
			}
			got.fail(err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("task (-want +got):\n%s", diff)
			}
		})
	}
}

// A task that takes the place of others tells of them and of the locations that are left, and what it tells is found again.
func TestReplaces(t *testing.T) {
	w := complete()
	w.former(formerLocation, "s3://before/", destRole, plan.DestinationSide)
	text := w.Replaces(w.t, []task.State{{ARN: movedTask}})
	if diff := cmp.Diff("eu-central-1/task-03 us-east-2/loc-09", text); diff != "" {
		t.Errorf("tag (-want +got):\n%s", diff)
	}
	s := w.task(mainTask)
	s.Tags["xacct:replaces"] = text + " us-east-2/agent-01 nonsense"
	s.DestinationLocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-08"
	w.tasks(s)
	delete(w.Locations, formerLocation)
	locations, tasks := w.Referred(w.set())
	if diff := cmp.Diff(map[string]transfer.Place{formerLocation: {Account: accountA, Region: "us-east-2"},
		s.DestinationLocationARN: {Account: accountA, Region: "us-east-2"}}, locations); diff != "" {
		t.Errorf("locations (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]transfer.Place{movedTask: {Account: accountA, Region: "eu-central-1"}}, tasks); diff != "" {
		t.Errorf("tasks (-want +got):\n%s", diff)
	}
	w.Failures[formerLocation], w.Failures[movedTask] = errThrottled, errThrottled
	w.Locations[s.DestinationLocationARN] = location.State{}
	if locations, tasks = w.Referred(w.set()); len(locations)+len(tasks) > 0 {
		t.Errorf("once read, or tried, %v and %v are left", locations, tasks)
	}
}

// A task makes room for one in another Region only if there is none where it is wanted.
func TestElsewhere(t *testing.T) {
	w := complete()
	want, moved := w.set().Tasks[0], w.task(movedTask)
	for _, tt := range []struct {
		name string
		main task.State
		old  []task.State
		want string
	}{
		{"moved", task.State{}, []task.State{moved}, movedTask},
		{"there is one", w.task(mainTask), []task.State{moved}, ""},
		{"none", task.State{}, nil, ""},
		{"left over here", task.State{}, []task.State{w.task(secondTask)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Elsewhere(want, tt.main, tt.old).ARN); diff != "" {
				t.Errorf("task (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWantsTask(t *testing.T) {
	set := empty(func(g *transfer.Given) { g.Task.Name = "Nightly copy" }).set()
	for _, tt := range []struct {
		name, account, region, task string
		want                        bool
	}{
		{"by its name", accountA, "us-east-2", "Nightly copy", true},
		{"by the transfer's", accountA, "us-east-2", "nightly", true},
		{"another name", accountA, "us-east-2", "weekly", false},
		{"another Region", accountA, "eu-west-1", "nightly", false},
		{"another account", accountB, "us-east-2", "nightly", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := WantsTask(set, transfer.Place{Account: tt.account, Region: tt.region}, task.Entry{Name: tt.task}); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// Tasks of ours that no name led to are looked for by their locations, and in the Regions in which they were.
func TestLookups(t *testing.T) {
	here := transfer.Place{Account: accountA, Region: "us-east-2"}
	frankfurt := transfer.Place{Account: accountA, Region: "eu-central-1"}
	for _, tt := range []struct {
		name string
		edit func(world)
		want map[Lookup]bool
	}{
		{"all is there", func(world) {}, map[Lookup]bool{}},
		{"no task", func(w world) { w.tasks() }, map[Lookup]bool{{here, destLocation}: true, {here, sourceLocation}: true}},
		{"a task of another destination", func(w world) {
			s := w.task(mainTask)
			s.DestinationLocationARN = formerLocation
			w.tasks(s)
		}, map[Lookup]bool{{here, destLocation}: true}},
		{"a Region from before", func(w world) {
			w.editLocation(sourceLocation, func(l *location.State) { l.Tags["xacct:region"] = "us-east-2 eu-central-1" })
		}, map[Lookup]bool{{frankfurt, ""}: true, {frankfurt, sourceLocation}: true}},
		{"a Region from before, of which the task tells", func(w world) {
			w.editLocation(sourceLocation, func(l *location.State) { l.Tags["xacct:region"] = "us-east-2 eu-central-1" })
			s := w.task(mainTask)
			s.Tags["xacct:replaces"] = "eu-central-1/task-03"
			w.tasks(s)
		}, map[Lookup]bool{}},
		{"an account that cannot be read", func(w world) { w.tasks(); clear(w.Locations); clear(w.Readable) }, map[Lookup]bool{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			if diff := cmp.Diff(tt.want, w.Lookups(w.set())); diff != "" {
				t.Errorf("lookups (-want +got):\n%s", diff)
			}
		})
	}
}

// A log group counts only for a BASIC task, because ENHANCED tasks need no log policy.
func TestLogGroup(t *testing.T) {
	for _, tt := range []struct {
		name  string
		state task.State
		want  string
	}{
		{"BASIC", task.State{Exists: true, Mode: dstypes.TaskModeBasic, LogGroupARN: "group"}, "group"},
		{"ENHANCED", task.State{Exists: true, Mode: dstypes.TaskModeEnhanced, LogGroupARN: "group"}, ""},
		{"gone", task.State{Mode: dstypes.TaskModeBasic, LogGroupARN: "group"}, ""},
		{"without", task.State{Exists: true, Mode: dstypes.TaskModeBasic}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, LogGroup(tt.state)); diff != "" {
				t.Errorf("log group (-want +got):\n%s", diff)
			}
		})
	}
}
