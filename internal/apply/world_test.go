package apply

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

const (
	accountA = "111122223333" // of the source, and of the task
	accountB = "444455556666" // of the destination

	sourceRole = accountA + "/iam-role/nightly-source"
	destRole   = accountA + "/iam-role/nightly-destination"
	media      = accountB + "/us-east-2/bucket-policy/media"
	source     = accountA + "/eu-west-1/datasync-location/nightly/source"
	dest       = accountA + "/us-east-2/datasync-location/nightly/destination"
	nightly    = accountA + "/us-east-2/datasync-task/nightly"
)

var errRefused = errors.New("refused")

// world is a snapshot of accounts A and B, and the transfer nightly between them, of which nothing is made.
type world struct {
	t    *transfer.Transfer
	snap *snapshot.Snapshot
	mode plan.Mode
}

func newWorld(edits ...func(*transfer.Given)) *world {
	g := transfer.Given{Name: "nightly", Operators: []string{"arn:aws:iam::111122223333:role/ops"},
		Source:      transfer.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "raw"},
		Destination: transfer.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media"}}
	option.Apply(&g, edits)
	w := &world{transfer.Resolve(g), snapshot.New(slices.Values([]string{accountA, accountB})), plan.SetUp}
	w.snap.Transfers = []*transfer.Transfer{w.t}
	for _, b := range w.set().Buckets {
		w.snap.Buckets[b.Spec.Name] = bucket.State{Exists: true, OwnerProved: true, Region: b.Spec.Region, Ownership: "BucketOwnerEnforced"}
	}
	for _, r := range w.set().Roles {
		w.snap.Roles[r.Arn] = iamrole.State{}
	}
	return w
}

func (w *world) set() desired.Set { return desired.Of(w.snap.Transfers) }

// made makes the roles and the policy of the bucket.
func (w *world) made() *world {
	for _, r := range w.set().Roles {
		w.snap.Roles[r.Arn] = iamrole.State{Exists: true, ARN: r.Arn, ID: "AROA" + r.Spec.Name, Path: "/", Trust: r.Spec.Trust,
			Policies: maps.Clone(r.Spec.Policies), Tags: maps.Clone(r.Spec.Tags)}
	}
	for _, b := range w.set().Buckets {
		if len(b.Spec.Statements) > 0 {
			state := w.snap.Buckets[b.Spec.Name]
			state.Policy = policy.New(b.Spec.Statements)
			w.snap.Buckets[b.Spec.Name] = state
		}
	}
	return w
}

// plan plans.
func (w *world) plan() *planner.Plan {
	b := planner.NewBuilder(w.mode, w.snap, w.snap.Transfers, plan.Settings{}, nil)
	if err := b.PlanAll(context.Background(), nil); err != nil {
		panic(err) // the context does not end
	}
	return &planner.Plan{Schema: plan.Schema, Mode: w.mode, Transfers: w.snap.Transfers, Changes: b.Changes}
}

// run is an apply of the plan, which may be edited, in the world as it is by now.
func (w *world) run(t *testing.T, p *planner.Plan) *run {
	t.Helper()
	r := newRun(p, nil, Options{})
	if err := r.replan(t.Context(), w.snap, nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.enlist(); err != nil {
		t.Fatal(err)
	}
	return r
}

// change is the change of the plan; nil if there is none.
func change(p *planner.Plan, id string) *plan.Change {
	i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Changes[i]
}

// message is an error as text; "" is none.
func message(err error) string {
	if err == nil {
		return ""
	}
	return strings.TrimSpace(err.Error())
}
