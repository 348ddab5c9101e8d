package planner

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

const (
	accountA = "111122223333" // of the sources, and of the tasks
	accountB = "444455556666" // of the destinations
	accountC = "777788889999" // of neither

	opsARN  = "arn:aws:iam::111122223333:role/ops"
	roleARN = "arn:aws:iam::111122223333:role/nightly-destination"

	formerLocation = "arn:aws:datasync:us-east-2:111122223333:location/loc-09"
	formerTask     = "arn:aws:datasync:us-east-2:111122223333:task/task-09"
)

// given is a transfer from bucket raw of account A, in which its task is, to a bucket of account B. Account A's ops sets it up.
func given(name, destination string) transfer.Given {
	return transfer.Given{Name: name, Operators: []string{opsARN},
		Source:      transfer.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "raw"},
		Destination: transfer.Endpoint{Account: accountB, Region: "us-east-2", Bucket: destination}}
}

// world is what a plan is made from.
type world struct {
	*snapshot.Snapshot
	mode     plan.Mode
	settings plan.Settings
}

// newWorld is accounts A and B, with clients of both, that hold the buckets and nothing of the transfers'.
func newWorld(transfers ...transfer.Given) *world {
	w := &world{Snapshot: snapshot.New(slices.Values([]string{accountA, accountB})), mode: plan.SetUp}
	for _, g := range transfers {
		w.Transfers = append(w.Transfers, transfer.Resolve(g))
	}
	w.Owners = map[string]snapshot.FormerOwner{}
	admin := policy.New(policy.Allow("*").On("*"))
	w.Roles[opsARN] = iamrole.State{Exists: true, ARN: opsARN, ID: "AROAOPS", Path: "/", Policies: map[string]policy.Document{"admin": admin}}
	set := w.set()
	for _, b := range set.Buckets {
		w.Buckets[b.Spec.Name] = bucket.State{Exists: true, OwnerProved: true, Region: b.Spec.Region,
			Ownership: s3types.ObjectOwnershipBucketOwnerEnforced}
	}
	for _, r := range set.Roles {
		w.Roles[r.Arn] = iamrole.State{}
	}
	for _, l := range set.Locations {
		w.Listed[transfer.Place{Account: l.Spec.Account, Region: l.Spec.Region}] = true
	}
	return w
}

// made makes everything as the transfers want it.
func (w *world) made() *world {
	set := w.set()
	for _, r := range set.Roles {
		w.Roles[r.Arn] = iamrole.State{Exists: true, ARN: r.Arn, ID: "AROA" + r.Spec.Name, Path: "/", Trust: r.Spec.Trust,
			Policies: maps.Clone(r.Spec.Policies), Tags: maps.Clone(r.Spec.Tags)}
	}
	for _, b := range set.Buckets {
		if len(b.Spec.Statements) > 0 {
			state := w.Buckets[b.Spec.Name]
			state.Policy = policy.New(b.Spec.Statements)
			w.Buckets[b.Spec.Name] = state
		}
	}
	for _, l := range set.Locations {
		arn := datasyncARN(l.Spec.Account, l.Spec.Region, "location/loc-"+l.Transfer.Name+"-"+string(l.Side))
		w.Locations[arn] = location.State{Exists: true, ARN: arn, URI: l.Spec.URI(), RoleARN: l.Spec.RoleARN, Tags: maps.Clone(l.Spec.Tags)}
	}
	for _, t := range set.Tasks {
		name := t.Transfer.Name
		state := task.State{Exists: true, ARN: datasyncARN(t.Spec.Account, t.Spec.Region, "task/task-"+name), Name: t.Spec.Name,
			Mode: dstypes.TaskModeEnhanced, Tags: maps.Clone(t.Spec.Tags)}
		state.SourceLocationARN = datasyncARN(t.Spec.Account, t.Transfer.Source.Region, "location/loc-"+name+"-source")
		state.DestinationLocationARN = datasyncARN(t.Spec.Account, t.Transfer.Destination.Region, "location/loc-"+name+"-destination")
		w.Tasks[state.ARN] = state
	}
	return w
}

func datasyncARN(account, reg, resource string) string {
	return region.ARN{Partition: "aws", Service: "datasync", Region: reg, Account: account, Resource: resource}.String()
}

// set is what the transfers want.
func (w *world) set() desired.Set { return desired.Of(w.Transfers) }

// without takes the clients of an account away, and what they read.
func (w *world) without(account string) {
	delete(w.Readable, account)
	for _, b := range w.set().Buckets {
		if b.Spec.Account == account {
			delete(w.Buckets, b.Spec.Name)
		}
	}
}

// edit changes a state.
func edit[V any](m map[string]V, key string, f func(*V)) {
	v := m[key]
	f(&v)
	m[key] = v
}

// plan plans.
func (w *world) plan() (*Builder, *Plan) {
	b := NewBuilder(w.mode, w.Snapshot, w.Transfers, w.settings, map[string]string{accountA: opsARN, accountB: "arn:aws:iam::444455556666:role/ops"})
	if err := b.PlanAll(context.Background(), nil); err != nil {
		panic(err) // the context does not end
	}
	return b, b.result()
}

// names shortens the IDs of changes of the transfer nightly.
var names = strings.NewReplacer(accountA+"/", "", accountB+"/", "", accountC+"/", "", "eu-west-1/", "", "us-east-2/", "", "eu-central-1/", "",
	"iam-role/nightly-", "role ", "datasync-location/nightly/", "location ", "datasync-task/nightly/", "task ", "datasync-task/", "task ",
	"bucket-policy/", "policy ", "bucket-ownership/", "ownership ")

// changes are the changes that do something, in their order, a line each: the operation, the resource, why it is held, and what it is made after.
func changes(p *Plan) []string {
	var out []string
	for _, c := range p.Changes {
		if c.Op == plan.NoOp {
			continue
		}
		line := string(c.Op) + " " + c.ID
		if c.Hold != "" {
			line += " (" + string(c.Hold) + ")"
		}
		if len(c.Requires) > 0 {
			line += " after " + strings.Join(c.Requires, ", ")
		}
		out = append(out, names.Replace(line))
	}
	return out
}

// findings are those that are not only informative, a line each.
func findings(p *Plan) []string {
	var out []string
	for _, f := range p.Findings {
		if f.Severity == plan.Info {
			continue
		}
		line := f.Transfer + ": " + string(f.Severity) + " " + f.Code
		if f.Subject != "" {
			line += " " + f.Subject
		}
		if f.Overridden {
			line += " (overridden)"
		}
		out = append(out, line)
	}
	return out
}

var errThrottled = errors.New("throttled")

// locationARN is the location that the transfer nightly has for the side.
func locationARN(reg, side string) string {
	return "arn:aws:datasync:" + reg + ":111122223333:location/loc-nightly-" + side
}
