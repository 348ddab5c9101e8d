package desired

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

type Bucket struct {
	SharedPolicy
	Spec   bucket.Spec // the statements of all transfers
	Former bool        // a bucket that a transfer has left: nothing of ours is to stand in its policy
}

// Diff is diffPolicy for a bucket.
func (w Bucket) Diff(current policy.Document, ids map[string]string) PolicyDiff {
	return diffPolicy(w.SharedPolicy, w.Spec.Statements, w.shaped, current, ids)
}

// shaped reports whether a statement that bears a Sid of ours also has the shape of one.
func (w Bucket) shaped(st policy.Statement) bool {
	arn := region.Bucket(region.Partition(w.Spec.Region), w.Spec.Name)
	return w.SharedPolicy.shaped(st, ourActions, func(r string) bool { return r == arn || strings.HasPrefix(r, arn+"/") })
}

func (w Bucket) ID() string {
	return transfer.ChangeID(w.Spec.Account, w.Spec.Region, plan.BucketPolicy, w.Spec.Name)
}

func (w Bucket) OwnershipID() string {
	return transfer.ChangeID(w.Spec.Account, w.Spec.Region, plan.BucketOwnership, w.Spec.Name)
}

// ourActions are all actions that a statement of ours can have.
var ourActions = func() []string {
	var out []string
	for _, st := range []policy.Statement{bucket.Read("b", ""), bucket.Write("b", ""), bucket.List("b")} {
		actions, _ := st.Actions()
		out = append(out, actions...)
	}
	return out
}()

func (w *Set) addBucket(r *transfer.Resources, side plan.Side) {
	t := r.Transfer
	e := t.End(side)
	i := slices.IndexFunc(w.Buckets, func(x Bucket) bool { return x.Spec.Name == e.Bucket && x.Spec.Account == e.Account })
	if i < 0 {
		w.Buckets = append(w.Buckets, Bucket{Spec: bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}})
		i = len(w.Buckets) - 1
	}
	b := &w.Buckets[i]
	b.Spec.Statements = append(b.Spec.Statements, t.BucketStatements(side)...)
	b.Spec.DisableACLs = b.Spec.DisableACLs || side == plan.DestinationSide && e.DisableACLs
	b.add(t, side, t.End(side).Remote, t.End(side).Sids)
}
