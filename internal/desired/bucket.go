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

// Bucket is what transfers want of a bucket: statements in its policy, and for a destination, its ownership.
type Bucket struct {
	SharedPolicy
	Spec   bucket.Spec // with the statements of all transfers
	Former bool        // the transfers used the bucket before and no longer do: no statement of ours is wanted in its policy
}

// Diff returns what is to become of the bucket's policy, which is now current. ids maps the unique IDs of existing roles to their ARNs.
func (w Bucket) Diff(current policy.Document, ids map[string]string) PolicyDiff {
	shared := w.SharedPolicy
	shared.Ours = w.OursIn(current, ids)
	return diffPolicy(shared, w.Spec.Statements, func(st policy.Statement) bool { return w.shaped(st, ids) }, current, ids)
}

// OursIn returns the Sids of ours as they count in the policy. The tutorial's Sid is everybody's: it is ours only where every statement that has it is exactly
// what we write for a role of ours.
func (w Bucket) OursIn(d policy.Document, ids map[string]string) []string {
	have := withSid(d, bucket.TutorialSid)
	if len(have) == 0 || !slices.ContainsFunc(have, func(st policy.Statement) bool { return !w.ourTutorial(st, ids) }) {
		return w.Ours
	}
	return slices.DeleteFunc(slices.Clone(w.Ours), func(sid string) bool { return sid == bucket.TutorialSid })
}

// ourTutorial reports whether the statement is the tutorial's for a role of ours, to the letter.
func (w Bucket) ourTutorial(st policy.Statement, ids map[string]string) bool {
	return slices.ContainsFunc(w.Tutorial, func(role string) bool { return st.EqualWith(bucket.TutorialStatement(w.arn(), role), ids) })
}

func (w Bucket) arn() string { return region.Bucket(region.Partition(w.Spec.Region), w.Spec.Name) }

// shaped reports whether a statement that has a Sid of ours also looks as if we made it.
func (w Bucket) shaped(st policy.Statement, ids map[string]string) bool {
	if st.Sid() == bucket.TutorialSid {
		return w.ourTutorial(st, ids)
	}
	arn := w.arn()
	return w.SharedPolicy.shaped(st, ourActions, func(r string) bool { return r == arn || strings.HasPrefix(r, arn+"/") })
}

// ID is that of the change of the bucket's policy.
func (w Bucket) ID() string {
	return transfer.ChangeID(w.Spec.Account, w.Spec.Region, plan.BucketPolicy, w.Spec.Name)
}

// OwnershipID is that of the change of the bucket's ownership setting, which disables its ACLs.
func (w Bucket) OwnershipID() string {
	return transfer.ChangeID(w.Spec.Account, w.Spec.Region, plan.BucketOwnership, w.Spec.Name)
}

// ourActions are all actions that a statement of ours in a bucket's policy can have.
var ourActions = func() []string {
	var out []string
	for _, st := range []policy.Statement{bucket.Read("b", ""), bucket.Write("b", ""), bucket.List("b")} {
		actions, _ := st.Actions()
		out = append(out, actions...)
	}
	return out
}()

// addBucket adds what the transfer wants of the bucket of one side, to that of other sides and transfers if they use the same bucket.
func (w *gathering) addBucket(r *transfer.Resources, side plan.Side) {
	t := r.Transfer
	e := t.End(side)
	i, found := w.find(plan.BucketPolicy, e.Account, e.Bucket, len(w.Buckets))
	if !found {
		w.Buckets = append(w.Buckets, Bucket{Spec: bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}})
	}
	b := &w.Buckets[i]
	b.Spec.Statements = append(b.Spec.Statements, t.BucketStatements(side)...)
	b.Spec.DisableACLs = b.Spec.DisableACLs || side == plan.DestinationSide && e.DisableACLs
	b.add(t, side, e.Remote, e.Sids)
	if side == plan.DestinationSide && e.Remote && t.Grant == transfer.GrantTutorial && e.DataSyncRole != "" {
		b.Tutorial = append(b.Tutorial, e.DataSyncRole)
	}
}
