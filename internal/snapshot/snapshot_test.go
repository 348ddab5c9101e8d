package snapshot

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

const (
	taskAccount = "111122223333"
	other       = "444455556666"
)

// archive is a transfer with its task in us-east-2.
func archive() *transfer.Transfer {
	return transfer.Resolve(transfer.Given{
		Name:        "media-archive",
		Source:      transfer.Endpoint{Account: taskAccount, Region: "eu-west-1", Bucket: "media-raw"},
		Destination: transfer.Endpoint{Account: other, Region: "us-east-2", Bucket: "media-archive"},
	})
}

// read is a snapshot of the transfer with these tasks and locations.
func read(t *transfer.Transfer, tasks []task.State, locations ...location.State) *Snapshot {
	s := New(maps.Keys(map[string]bool{taskAccount: true, other: true}))
	s.Transfers = []*transfer.Transfer{t}
	for _, x := range tasks {
		s.Tasks[x.ARN] = x
	}
	for _, x := range locations {
		s.Locations[x.ARN] = x
	}
	return s
}

func locationAt(t *transfer.Transfer, side plan.Side, id, uri string) location.State {
	arn := fmt.Sprintf("arn:aws:datasync:%s:%s:location/loc-%s", t.End(side).Region, taskAccount, id)
	return location.State{Exists: true, ARN: arn, URI: uri, RoleARN: t.End(side).DataSyncRole, Tags: t.TagsFor(side)}
}

func taskIn(t *transfer.Transfer, region, id string, change func(*task.State)) task.State {
	s := task.State{Exists: true, ARN: fmt.Sprintf("arn:aws:datasync:%s:%s:task/task-%s", region, taskAccount, id), Name: t.Name, Tags: t.TagsFor("")}
	change(&s)
	return s
}

func TestOurTasks(t *testing.T) {
	tr := archive()
	source := locationAt(tr, plan.SourceSide, "a", "s3://media-raw/")
	destination := locationAt(tr, plan.DestinationSide, "b", "s3://media-archive/")
	former := locationAt(tr, plan.DestinationSide, "c", "s3://media-old/")
	fits := func(s *task.State) { s.SourceLocationARN, s.DestinationLocationARN = source.ARN, destination.ARN }
	before := func(s *task.State) { s.SourceLocationARN, s.DestinationLocationARN = source.ARN, former.ARN }
	replaces := func(id string) func(*task.State) {
		return func(s *task.State) { before(s); s.Tags[tr.TagKey(transfer.TagReplaces)] = "us-east-2/task-" + id }
	}
	for _, tt := range []struct {
		name  string
		tasks []task.State
		main  string
		old   []string
		err   bool
	}{
		{"none", nil, "", nil, false},
		{"one", []task.State{taskIn(tr, "us-east-2", "1", before)}, "task-1", nil, false},
		{"not tagged", []task.State{taskIn(tr, "us-east-2", "1", func(s *task.State) { s.Tags = nil })}, "", nil, false},
		{"in another Region", []task.State{taskIn(tr, "us-west-1", "1", fits)}, "", []string{"task-1"}, false},
		{"the one that fits", []task.State{taskIn(tr, "us-east-2", "1", before), taskIn(tr, "us-east-2", "2", fits)}, "task-2", []string{"task-1"}, false},
		{"the last one", []task.State{taskIn(tr, "us-east-2", "1", before), taskIn(tr, "us-east-2", "2", replaces("1"))}, "task-2", []string{"task-1"}, false},
		{"two alike", []task.State{taskIn(tr, "us-east-2", "1", fits), taskIn(tr, "us-east-2", "2", fits)}, "task-1", []string{"task-2"}, false},
		{"two unlike", []task.State{taskIn(tr, "us-east-2", "1", fits), taskIn(tr, "us-east-2", "2", func(s *task.State) { fits(s); s.Name = "x" })}, "", nil, true},
		{"unread", []task.State{taskIn(tr, "us-east-2", "1", func(s *task.State) { s.Unread = map[string]error{task.PartTags: ErrNotRead} })}, "", nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := read(tr, tt.tasks, source, destination, former)
			main, old, err := s.OurTasks(desired.Of(s.Transfers).Tasks[0])
			if (err != nil) != tt.err {
				t.Fatalf("error %v, want one: %v", err, tt.err)
			}
			if LastOf("/"+main.ARN) != tt.main {
				t.Errorf("main %s, want %s", main.ARN, tt.main)
			}
			var got []string
			for _, o := range old {
				got = append(got, LastOf(o.ARN))
			}
			if diff := cmp.Diff(tt.old, got); diff != "" {
				t.Errorf("old (-want +got):\n%s", diff)
			}
		})
	}
}

// What a note says is what is read from it.
func TestNotes(t *testing.T) {
	tr := archive()
	orphan := locationAt(tr, plan.DestinationSide, "c", "s3://media-old/")
	s := read(tr, nil, orphan)

	old := taskIn(tr, "us-west-1", "1", func(*task.State) {})
	note := s.Replaces(tr, []task.State{old})
	replaced := replacedBy(tr, task.State{Tags: map[string]string{tr.TagKey(transfer.TagReplaces): note}})
	if diff := cmp.Diff([]string{old.ARN, orphan.ARN}, replaced); diff != "" {
		t.Errorf("replaced by a task with %q (-want +got):\n%s", note, diff)
	}

	w := desired.Of(s.Transfers)
	arn := "arn:aws:iam::" + taskAccount + ":role/team/first"
	tags := map[string]string{tr.TagKey(transfer.TagReplaces): s.NoteRoles(w.Locations[0], nil, arn)}
	tags[tr.TagKey(transfer.TagReplaces)] = s.NoteRoles(w.Locations[0], tags, "arn:aws:iam::"+taskAccount+":role/second")
	if diff := cmp.Diff([]string{"arn:aws:iam::" + taskAccount + ":role/second", arn}, notedRoles(tr, tags)); diff != "" {
		t.Errorf("roles of a location with %v (-want +got):\n%s", tags, diff)
	}

	role := w.Roles[0]
	before := archive()
	st := before.End(plan.DestinationSide).Access.On("arn:aws:s3:::media-old", "arn:aws:s3:::media-old/*").
		WithSid(tr.End(plan.DestinationSide).Purpose).When(policy.StringEquals("aws:ResourceAccount", other))
	policies := map[string]policy.Document{tr.End(plan.DestinationSide).PolicyName: policy.New(st)}
	s.Roles[role.Arn] = iamrole.State{Exists: true, ARN: role.Arn, Policies: policies}
	notes := s.NoteBuckets(role)
	if diff := cmp.Diff(map[string]string{FormerTag(tr, "media-old"): other + " destination us-east-2"}, notes); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	want := []FormerBucket{{Name: "media-old", Side: plan.DestinationSide, ToldOwner: other, Regions: []string{"us-east-2"}}}
	if diff := cmp.Diff(want, notedBuckets(tr, notes)); diff != "" {
		t.Errorf("buckets (-want +got):\n%s", diff)
	}
}

func TestNotesFitIntoATag(t *testing.T) {
	tr := archive()
	var old []task.State
	for i := range 40 {
		old = append(old, taskIn(tr, "us-east-2", fmt.Sprintf("%017d", i), func(*task.State) {}))
	}
	note := read(tr, nil).Replaces(tr, old)
	if n := len(strings.Fields(note)); len(note) > transfer.MostTag || n == 0 || n == len(old) {
		t.Errorf("%d bytes with %d tasks, want as many as fit into %d bytes", len(note), n, transfer.MostTag)
	}
}
