package snapshot

import (
	"maps"
	"slices"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

const (
	accountA = "111122223333" // of the source, and of the tasks
	accountB = "444455556666" // of the destination
	accountC = "777788889999" // of neither

	sourceRole = "arn:aws:iam::111122223333:role/nightly-source"
	destRole   = "arn:aws:iam::111122223333:role/nightly-destination"
	formerRole = "arn:aws:iam::111122223333:role/before"

	sourceLocation = "arn:aws:datasync:eu-west-1:111122223333:location/loc-01"
	destLocation   = "arn:aws:datasync:us-east-2:111122223333:location/loc-02"
	formerLocation = "arn:aws:datasync:us-east-2:111122223333:location/loc-09"

	mainTask   = "arn:aws:datasync:us-east-2:111122223333:task/task-01"
	secondTask = "arn:aws:datasync:us-east-2:111122223333:task/task-02"
	movedTask  = "arn:aws:datasync:eu-central-1:111122223333:task/task-03"

	keyB = "arn:aws:kms:us-east-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	keyC = "arn:aws:kms:us-east-2:777788889999:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

// given is a transfer from bucket raw of account A, in which its task is, to bucket media of account B.
func given() transfer.Given {
	return transfer.Given{Name: "nightly",
		Source:      transfer.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "raw"},
		Destination: transfer.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media"}}
}

// world is a transfer and a snapshot, which the tests edit.
type world struct {
	t *transfer.Transfer
	*Snapshot
}

// empty is an account A and an account B that can be read and hold nothing of the transfer's.
func empty(edits ...func(*transfer.Given)) world {
	g := given()
	option.Apply(&g, edits)
	s := New(slices.Values([]string{accountA, accountB}))
	w := world{transfer.Resolve(g), s}
	s.Transfers = []*transfer.Transfer{w.t}
	s.Owners, s.LogUsers = map[string]FormerOwner{}, map[string]task.State{}
	return w
}

// complete is the same with everything as the transfer wants it.
func complete(edits ...func(*transfer.Given)) world {
	w := empty(edits...)
	set := w.set()
	for _, r := range set.Roles {
		w.Roles[r.Arn] = iamrole.State{Exists: true, ARN: r.Arn, ID: "AROA" + r.Spec.Name, Path: "/", Trust: r.Spec.Trust,
			Policies: maps.Clone(r.Spec.Policies), Tags: maps.Clone(r.Spec.Tags)}
	}
	for _, b := range set.Buckets {
		state := bucket.State{Exists: true, OwnerProved: true, Region: b.Spec.Region}
		if len(b.Spec.Statements) > 0 {
			state.Policy = policy.New(b.Spec.Statements)
		}
		w.Buckets[b.Spec.Name] = state
	}
	for _, k := range set.Keys {
		w.Keys[k.Spec.ARN] = kmskey.State{Exists: true, ARN: k.Spec.ARN, Policy: policy.New(k.Spec.Statements)}
	}
	for i, l := range set.Locations {
		arn := []string{sourceLocation, destLocation}[i]
		w.Locations[arn] = location.State{Exists: true, ARN: arn, URI: l.Spec.URI(), RoleARN: l.Spec.RoleARN, Tags: maps.Clone(l.Spec.Tags)}
	}
	w.Tasks[mainTask] = w.task(mainTask)
	return w
}

// set is what the transfer wants.
func (w world) set() desired.Set { return desired.Of(w.Transfers) }

// location is what the transfer wants of the location of the side.
func (w world) location(side plan.Side) desired.Location {
	return w.set().Locations[slices.Index(transfer.Sides, side)]
}

// task is a task of the transfer's as it wants it, with the given ARN.
func (w world) task(arn string) task.State {
	spec := w.set().Tasks[0].Spec
	mode := spec.Mode
	if mode == "" {
		mode = dstypes.TaskModeEnhanced
	}
	return task.State{Exists: true, ARN: arn, Name: spec.Name, Mode: mode, SourceLocationARN: sourceLocation, DestinationLocationARN: destLocation,
		LogGroupARN: spec.LogGroupARN, Tags: maps.Clone(spec.Tags)}
}

// tasks replaces the tasks.
func (w world) tasks(states ...task.State) {
	clear(w.Tasks)
	for _, s := range states {
		w.Tasks[s.ARN] = s
	}
}

// former adds a location of the transfer's that no end uses.
func (w world) former(arn, uri, role string, side plan.Side) {
	w.Locations[arn] = location.State{Exists: true, ARN: arn, URI: uri, RoleARN: role, Tags: w.t.TagsFor(side)}
}

// editLocation changes a location that is there.
func (w world) editLocation(arn string, edit func(*location.State)) {
	l := w.Locations[arn]
	l.Tags = maps.Clone(l.Tags)
	edit(&l)
	w.Locations[arn] = l
}

// editRole changes a role, or makes one.
func (w world) editRole(arn string, edit func(*iamrole.State)) {
	r := w.Roles[arn]
	r.Tags, r.Policies = maps.Clone(r.Tags), maps.Clone(r.Policies)
	edit(&r)
	w.Roles[arn] = r
}

// addTransfer adds a transfer of another name to all that were asked for.
func (w world) addTransfer(edit func(*transfer.Given)) {
	g := given()
	g.Name = "weekly"
	edit(&g)
	w.Transfers = append(w.Transfers, transfer.Resolve(g))
}
