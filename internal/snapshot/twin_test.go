package snapshot

import (
	"errors"
	"strings"
	"testing"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

const twinSource = "arn:aws:datasync:eu-west-1:111122223333:location/loc-10" // the twin of sourceLocation; formerLocation is that of destLocation

// What the notes of twins may name.
const (
	goneTask     = "arn:aws:datasync:us-east-2:111122223333:task/task-98"
	goneLocation = "arn:aws:datasync:us-east-2:111122223333:location/loc-97"
)

// twins is everything with both locations and the task made twice at the same time, and the second task with the second locations.
func twins() world {
	w := complete(func(g *transfer.Given) { g.Tags = map[string]string{"team": "media"} })
	for arn, of := range map[string]string{twinSource: sourceLocation, formerLocation: destLocation} {
		w.Locations[arn] = w.Locations[of]
		w.editLocation(arn, func(l *location.State) { l.ARN = arn })
	}
	second := w.task(secondTask)
	second.SourceLocationARN, second.DestinationLocationARN = twinSource, formerLocation
	w.tasks(w.task(mainTask), second)
	return w
}

// editTask changes a task that is there.
func (w world) editTask(arn string, edit func(*task.State)) {
	s := w.Tasks[arn]
	edit(&s)
	w.Tasks[arn] = s
}

// Of twins one is used: the task that is in use or the oldest, the locations that it names or the oldest. What differs in what we set is no twin.
func TestTwins(t *testing.T) {
	type chosen struct{ Source, Destination, Task string }
	first, second := chosen{sourceLocation, destLocation, mainTask}, chosen{twinSource, formerLocation, secondTask}
	location1 := func(edit func(*location.State)) func(world) {
		return func(w world) { w.editLocation(formerLocation, edit) }
	}
	task1 := func(edit func(*task.State)) func(world) { return func(w world) { w.editTask(secondTask, edit) } }
	ambiguousLocation := func(differ string) chosen { return chosen{sourceLocation, "they differ in " + differ, "ambiguous"} }
	ambiguousTask := func(differ string) chosen { return chosen{sourceLocation, destLocation, "they differ in " + differ} }
	for _, tt := range []struct {
		name string
		edit func(world)
		want chosen
	}{
		{"of one time, by ARN", func(world) {}, first},
		{"the older task", func(w world) {
			w.editTask(mainTask, func(s *task.State) { s.CreationTime = time.Unix(20, 0) })
			w.editTask(secondTask, func(s *task.State) { s.CreationTime = time.Unix(10, 0) })
		}, second},
		{"the task that has run", task1(func(s *task.State) { s.LastExecutionARN, s.CreationTime = "exec", time.Unix(20, 0) }), second},
		{"both have run", func(w world) {
			w.editTask(mainTask, func(s *task.State) { s.LastExecutionARN = "exec-1" })
			w.editTask(secondTask, func(s *task.State) { s.LastExecutionARN = "exec-2" })
		}, first},
		{"locations of both", func(w world) {
			w.editTask(mainTask, func(s *task.State) { s.DestinationLocationARN = formerLocation })
			w.editTask(secondTask, func(s *task.State) { s.DestinationLocationARN = destLocation })
		}, chosen{sourceLocation, formerLocation, mainTask}},
		{"one task, of the younger locations", func(w world) {
			w.tasks(w.Tasks[secondTask])
			w.editLocation(formerLocation, func(l *location.State) { l.CreationTime = time.Unix(20, 0) })
		}, second},
		{"no task, the older location", func(w world) {
			w.tasks()
			w.editLocation(destLocation, func(l *location.State) { l.CreationTime = time.Unix(20, 0) })
			w.editLocation(formerLocation, func(l *location.State) { l.CreationTime = time.Unix(10, 0) })
		}, chosen{sourceLocation, formerLocation, ""}},
		{"no task of ours, one of somebody else", func(w world) {
			w.tasks(w.Tasks[secondTask])
			w.editTask(secondTask, func(s *task.State) { s.Tags = nil })
		}, chosen{sourceLocation, destLocation, ""}},
		{"a tag of somebody else", location1(func(l *location.State) { l.Tags["theirs"] = "x" }), first},
		{"an option that is left alone", task1(func(s *task.State) { s.Options.BytesPerSecond = 5 }), first},
		{"a note of a task that is gone", func(w world) {
			w.editTask(secondTask, func(s *task.State) { s.Tags["xacct:replaces"] = "us-east-2/task-98" })
			w.Tasks[goneTask] = task.State{ARN: goneTask}
		}, first},
		{"different notes of what is gone", func(w world) {
			w.editTask(mainTask, func(s *task.State) { s.Tags["xacct:replaces"] = "us-east-2/loc-97" })
			w.editTask(secondTask, func(s *task.State) { s.Tags["xacct:replaces"] = "us-east-2/task-98" })
			w.Tasks[goneTask] = task.State{ARN: goneTask}
			w.Locations[goneLocation] = location.State{ARN: goneLocation}
		}, first},
		{"a note of one task", task1(func(s *task.State) { s.Tags["xacct:replaces"] = "us-east-2/task-98" }), second},
		{"a note of the younger location, which no task uses", func(w world) {
			w.tasks()
			w.editLocation(formerLocation, func(l *location.State) { l.Tags["xacct:replaces"] = "/before" })
		}, chosen{sourceLocation, formerLocation, ""}},
		{"a note of a role that is gone", func(w world) {
			w.editLocation(formerLocation, func(l *location.State) { l.Tags["xacct:replaces"] = "/before" })
			w.Roles["arn:aws:iam::111122223333:role/before"] = iamrole.State{}
		}, first},
		{"the default class by name", location1(func(l *location.State) { l.StorageClass = dstypes.S3StorageClassStandard }), first},

		{"another prefix", location1(func(l *location.State) { l.URI = "s3://media/x/" }), ambiguousLocation("URI")},
		{"another role", location1(func(l *location.State) { l.RoleARN = formerRole }), ambiguousLocation("role")},
		{"another class", location1(func(l *location.State) { l.StorageClass = dstypes.S3StorageClassGlacier }), ambiguousLocation("storage class")},
		{"another value of a tag", location1(func(l *location.State) { l.Tags["team"] = "x" }), ambiguousLocation("tag team")},
		{"without a tag", location1(func(l *location.State) { delete(l.Tags, "team") }), ambiguousLocation("tag team")},
		{"a note of another role", location1(func(l *location.State) { l.Tags["xacct:replaces"] = "/before" }), ambiguousLocation("tag xacct:replaces")},
		{"a note of a task, beside one that has run", func(w world) {
			w.editTask(mainTask, func(s *task.State) { s.LastExecutionARN = "exec" })
			w.editTask(secondTask, func(s *task.State) { s.Tags["xacct:replaces"] = "us-east-2/task-98" })
		}, ambiguousTask("tag xacct:replaces")},
		{"notes of different tasks", func(w world) {
			w.editTask(mainTask, func(s *task.State) { s.Tags["xacct:replaces"] = "us-east-2/task-97" })
			w.editTask(secondTask, func(s *task.State) { s.Tags["xacct:replaces"] = "us-east-2/task-98" })
		}, ambiguousTask("tag xacct:replaces")},
		{"a note of a task that could not be read", func(w world) {
			w.editTask(mainTask, func(s *task.State) { s.LastExecutionARN = "exec" })
			w.editTask(secondTask, func(s *task.State) { s.Tags["xacct:replaces"] = "us-east-2/task-98" })
			w.Tasks[goneTask] = task.State{ARN: goneTask, Unread: map[string]error{task.PartTask: ErrNotRead}}
		}, chosen{sourceLocation, destLocation, goneTask + ": not read"}},
		{"another name", task1(func(s *task.State) { s.Name = "copy" }), ambiguousTask("name")},
		{"another filter", task1(func(s *task.State) { s.Excludes = []string{"/x"} }), ambiguousTask("exclude filter")},
		{"another mode", task1(func(s *task.State) { s.Mode = dstypes.TaskModeBasic }), ambiguousTask("mode")},
		{"a schedule of one", task1(func(s *task.State) {
			s.Schedule = &task.ScheduleState{Schedule: task.Schedule{Expression: "rate(1 day)"}}
		}), ambiguousTask("schedule")},
		{"a manifest of one", task1(func(s *task.State) { s.Manifest = &task.Manifest{Bucket: "raw", Key: "k"} }), ambiguousTask("manifest")},
		{"an option that we set", func(w world) {
			w.t.Task.Options.VerifyMode = "NONE"
			w.editTask(secondTask, func(s *task.State) { s.Options.VerifyMode = "POINT_IN_TIME_CONSISTENT" })
		}, ambiguousTask("verify mode")},
		{"several things", task1(func(s *task.State) {
			s.Name, s.Excludes, s.Report = "copy", []string{"/x"}, &task.Report{Bucket: "raw"}
			s.Tags["team"], s.Includes, s.Mode = "x", []string{"/y"}, dstypes.TaskModeBasic
		}), ambiguousTask("exclude filter, include filter, mode, name, report and 1 more")},
		{"locations that differ", location1(func(l *location.State) { l.URI, l.RoleARN = "s3://media/x/", formerRole }), ambiguousLocation("URI, role")},
		{"another value of a task's tag", task1(func(s *task.State) { s.Tags["team"] = "x" }), ambiguousTask("tag team")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := twins()
			tt.edit(w)
			set := w.set()
			say := func(arn string, err error) string {
				if ambiguous := (*plan.AmbiguousError)(nil); errors.As(err, &ambiguous) {
					_, differ, _ := strings.Cut(err.Error(), "; ")
					return differ
				} else if err != nil {
					return err.Error()
				}
				return arn
			}
			source, _, sourceErr := w.OurLocation(set.Locations[0])
			destination, _, destinationErr := w.OurLocation(set.Locations[1])
			main, old, err := w.OurTasks(set.Tasks[0])
			got := chosen{say(source.ARN, sourceErr), say(destination.ARN, destinationErr), say(main.ARN, err)}
			if tt.want.Task == "ambiguous" {
				got.Task = "ambiguous" // which is of no use
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if n := len(w.TwinTasks(set.Tasks[0], main, old)); err == nil && n != len(old) {
				t.Errorf("%d twins of %d other tasks", n, len(old))
			}
		})
	}
}

// Who uses a twin is known only if every list was read, in the Regions of both ends and in those from before.
func TestUsersOfATwin(t *testing.T) {
	here, there, before := transfer.Place{Account: accountA, Region: "us-east-2"}, transfer.Place{Account: accountA, Region: "eu-west-1"},
		transfer.Place{Account: accountA, Region: "eu-central-1"}
	w := twins()
	want := map[Lookup]bool{}
	for _, arn := range []string{sourceLocation, twinSource, destLocation, formerLocation} {
		want[Lookup{here, arn}], want[Lookup{there, arn}] = true, true
	}
	if diff := cmp.Diff(want, w.UsersToList(w.set())); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
	if got := complete().UsersToList(complete().set()); len(got) > 0 {
		t.Errorf("without twins: %v", got)
	}
	for _, tt := range []struct {
		name  string
		users map[Lookup]Users
		edit  func(world)
		want  []string
		err   error
	}{
		{"not listed", nil, func(world) {}, nil, ErrNotRead},
		{"listed here only", map[Lookup]Users{{here, twinSource}: {}}, func(world) {}, nil, ErrNotRead},
		{"denied there", map[Lookup]Users{{here, twinSource}: {}, {there, twinSource}: {Err: errThrottled}}, func(world) {}, nil, errThrottled},
		{"listed", map[Lookup]Users{{here, twinSource}: {}, {there, twinSource}: {Tasks: []string{movedTask}}}, func(world) {}, []string{movedTask, secondTask}, nil},
		{"not listed where the transfer was", map[Lookup]Users{{here, twinSource}: {}, {there, twinSource}: {}}, func(w world) {
			for _, arn := range []string{sourceLocation, twinSource} {
				w.editLocation(arn, func(l *location.State) { l.Tags["xacct:region"] = "us-east-2 eu-central-1" })
			}
		}, nil, ErrNotRead},
		{"listed where the transfer was", map[Lookup]Users{{here, twinSource}: {}, {there, twinSource}: {}, {before, twinSource}: {}}, func(w world) {
			for _, arn := range []string{sourceLocation, twinSource} {
				w.editLocation(arn, func(l *location.State) { l.Tags["xacct:region"] = "us-east-2 eu-central-1" })
			}
		}, []string{secondTask}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := twins()
			tt.edit(w)
			w.Users = tt.users
			got, err := w.UsersOf(w.t, twinSource)
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}
