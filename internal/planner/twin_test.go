package planner

import (
	"errors"
	"maps"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// madeTwice makes the destination's location and the task a second time, and reads who uses the locations.
func madeTwice(w *world) {
	main, first := datasyncARN(accountA, "us-east-2", "task/task-nightly"), locationARN("us-east-2", "destination")
	l := w.Locations[first]
	l.ARN, l.Tags = formerLocation, maps.Clone(l.Tags)
	w.Locations[l.ARN] = l
	s := w.Tasks[main]
	s.ARN, s.DestinationLocationARN, s.Tags = formerTask, formerLocation, maps.Clone(s.Tags)
	s.CreationTime = s.CreationTime.AddDate(1, 0, 0)
	w.Tasks[s.ARN] = s
	for arn, by := range map[string]string{first: main, formerLocation: formerTask} {
		w.Users[snapshot.Lookup{Place: transfer.Place{Account: accountA, Region: "us-east-2"}, Location: arn}] = snapshot.Users{Tasks: []string{by}}
		w.Users[snapshot.Lookup{Place: transfer.Place{Account: accountA, Region: "eu-west-1"}, Location: arn}] = snapshot.Users{}
	}
}

// What was made twice is deleted where nothing uses it, before the one that is used is changed.
func TestTwinsAreDeleted(t *testing.T) {
	there := snapshot.Lookup{Place: transfer.Place{Account: accountA, Region: "eu-west-1"}, Location: formerLocation}
	both := []string{"delete location loc-09 after task task-09", "delete task task-09"}
	keptTask := "nightly: warning ambiguous " + formerTask
	keptLocation := "nightly: warning ambiguous " + formerLocation
	for _, tt := range []struct {
		name     string
		edit     func(*world)
		changes  []string
		findings []string
	}{
		{"unused", func(*world) {}, both, nil},
		{"the task has run", func(w *world) {
			edit(w.Tasks, formerTask, func(s *task.State) { s.LastExecutionARN = "x" })
			edit(w.Tasks, datasyncARN(accountA, "us-east-2", "task/task-nightly"), func(s *task.State) { s.LastExecutionARN = "y" })
		}, nil, []string{keptTask, keptLocation}},
		{"somebody else's task there", func(w *world) { w.Users[there] = snapshot.Users{Tasks: []string{"arn:theirs"}} },
			[]string{"delete task task-09"}, []string{keptLocation}},
		{"another transfer names the younger location", func(w *world) {
			g := given("weekly", "media")
			g.Source.LocationARN, g.Destination.LocationARN = locationARN("eu-west-1", "source"), formerLocation
			w.Transfers = append(w.Transfers, transfer.Resolve(g))
		}, []string{"delete task task-09", "create task weekly (blocked)"}, []string{
			"nightly: warning overlap s3://media/", keptLocation,
			"weekly: blocking denied arn:aws:iam::111122223333:role/nightly-source", "weekly: blocking denied " + roleARN,
			"weekly: warning overlap s3://media/",
			"weekly: warning limited arn:aws:iam::111122223333:role/nightly-source", "weekly: warning limited " + roleARN,
		}},
		{"unknown there", func(w *world) { w.Users[there] = snapshot.Users{Err: errThrottled} },
			[]string{"delete task task-09"}, []string{"nightly: warning unread " + formerLocation}},
		{"not listed", func(w *world) { clear(w.Users) },
			[]string{"delete task task-09"}, []string{"nightly: warning unread " + formerLocation}},
		{"an update of both", func(w *world) {
			w.Transfers[0].Task.Excludes = []string{"/x"}
			for _, arn := range []string{formerLocation, locationARN("us-east-2", "destination")} {
				edit(w.Locations, arn, func(l *location.State) { l.StorageClass = dstypes.S3StorageClassStandardIa })
			}
		}, []string{
			"update location destination after role destination, policy media, location loc-09",
			"delete location loc-09 after task task-09",
			"update task nightly after location source, location destination, task task-09",
			"delete task task-09",
		}, nil},
		{"a tear-down of all", func(w *world) {
			w.mode = plan.TearDown
			w.Users[there] = snapshot.Users{Tasks: []string{"arn:theirs"}}
			edit(w.Tasks, formerTask, func(s *task.State) { s.LastExecutionARN = "x" })
		}, []string{
			"delete role source after location source, location destination, location loc-nightly-destination",
			"delete role destination after location source, location destination, location loc-nightly-destination, policy media",
			"delete location source after task nightly, task task-nightly",
			"delete location destination after task nightly, task task-nightly",
			"delete location loc-nightly-destination after task nightly, task task-nightly",
			"delete task nightly",
			"delete task task-nightly after task nightly",
			"delete policy media after location loc-nightly-destination, location source, location destination",
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(given("nightly", "media")).made()
			madeTwice(w)
			tt.edit(w)
			_, p := w.plan()
			if diff := cmp.Diff(tt.changes, changes(p)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.findings, findings(p)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// A twin that has to stay blocks a change of the one that is used, because nobody could tell them apart afterwards.
func TestTwinsThatStayBlockAChange(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*world)
		kind plan.Kind
	}{
		{"the location", func(w *world) {
			clear(w.Users)
			edit(w.Locations, formerLocation, func(l *location.State) { l.URI = "s3://media/old/" })
			edit(w.Locations, locationARN("us-east-2", "destination"), func(l *location.State) { l.URI = "s3://media/old/" })
		}, plan.DataSyncLocation},
		{"the task", func(w *world) {
			for arn := range w.Tasks {
				edit(w.Tasks, arn, func(s *task.State) { s.LastExecutionARN, s.Name = "x", "before" })
			}
		}, plan.DataSyncTask},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(given("nightly", "media")).made()
			madeTwice(w)
			tt.edit(w)
			b, p := w.plan()
			blocking := BlockingByTransfer(p.Findings)["nightly"]
			var ambiguous *plan.AmbiguousError
			if !errors.As(b.BlockedError("nightly", blocking), &ambiguous) || ambiguous.Kind != tt.kind || len(ambiguous.ARNs) != 2 {
				t.Errorf("blocked by %v of %v", ambiguous, p.Findings)
			}
			for _, c := range p.Changes {
				if c.Op != plan.NoOp && c.Hold != plan.Blocked {
					t.Errorf("%s %s goes on", c.Op, c.ID)
				}
			}
		})
	}
}
