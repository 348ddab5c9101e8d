package planner

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// grantChanges returns the IDs of the planned changes of policies that name the role, or may name it: those of the ends that the role serves.
func (b *Builder) grantChanges(all desired.Set, w desired.Role, id string) []string {
	var out []string
	add := func(change string, p desired.SharedPolicy, d policy.Document, of func(*transfer.Transfer, plan.Side) bool) {
		may := desired.StatementNaming(d, nil, w.Arn, id) != ""
		for _, t := range p.Transfers {
			may = may || slices.Contains(desired.Names(w.Transfers), t.Name) && slices.ContainsFunc(b.Snap.SidesOf(w, t), func(side plan.Side) bool { return of(t, side) })
		}
		if may && p.Grants && b.planned(change) != nil {
			out = append(out, change)
		}
	}
	x := b.policies(all)
	for _, i := range x.buckets.concerning(w, id) {
		bw := all.Buckets[i]
		add(bw.ID(), bw.SharedPolicy, b.Snap.Buckets[bw.Spec.Name].Policy, func(t *transfer.Transfer, side plan.Side) bool { return b.Snap.Allows(t, side, bw.Spec.Name) })
	}
	for _, i := range x.keys.concerning(w, id) {
		k := all.Keys[i]
		add(k.ID(), k.SharedPolicy, b.Snap.Keys[k.Spec.ARN].Policy, func(t *transfer.Transfer, side plan.Side) bool {
			return slices.Contains(k.NamedBy, w.Arn) || slices.ContainsFunc(t.KeyNeeds, func(n transfer.KeyNeed) bool { return n.Role == side && slices.Contains(n.Keys, k.Spec.ARN) })
		})
	}
	return out
}

// holdRole holds back the deletion of a role that a policy still names, or may name because it cannot be read. After the role is deleted, S3 and KMS
// refuse every write of a policy that names it. https://repost.aws/knowledge-center/s3-invalid-principal-in-policy-error
func (b *Builder) holdRole(c *plan.Change, w desired.Role, all desired.Set, id string) {
	hold := func(t *transfer.Transfer, what, detail, remedy string) {
		c.Hold, c.Reason = plan.Blocked, what
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Warning, Code: plan.CodeDeadPrincipal, Account: w.Account, Subject: w.Arn, Detail: detail, Remedy: remedy})
	}
	for _, t := range w.Transfers {
		for _, side := range b.Snap.SidesOf(w, t) {
			for _, what := range b.unseen(t, side) { // whatever the grant's shape is today, it may have been by role before
				hold(t, what+" may still name it", fmt.Sprintf("the role stays until it is proved that the policy of %s no longer names it", what),
					"plan again with a client of that account that may read the policy, once its operator has removed our statements")
			}
		}
	}
	policyOf := func(name string) policy.Document { return b.Snap.Buckets[name].Policy }
	x := b.policies(all)
	for _, i := range x.buckets.concerning(w, id) {
		bw := all.Buckets[i]
		if sid := desired.StatementNaming(policyOf(bw.Spec.Name), bw.OursIn(policyOf(bw.Spec.Name), b.Ids), w.Arn, id); sid != "" && w.Serves(bw.SharedPolicy) {
			hold(w.Transfers[0], "bucket "+bw.Spec.Name+" names it in "+text.Statement(sid),
				fmt.Sprintf("the role stays, because %s in the policy of bucket %s, which is not ours, names it", text.Statement(sid), bw.Spec.Name),
				"let the bucket's owner remove that statement first: once the role is gone, S3 refuses every later policy that holds it")
		}
	}
	for _, i := range x.keys.concerning(w, id) {
		k := all.Keys[i]
		if account := k.Spec.Account(); w.Former && slices.Contains(k.NamedBy, w.Arn) && !b.CanRead(account) {
			what := fmt.Sprintf("key %s of account %s", transfer.KeyName(k.Spec.ARN), account)
			hold(w.Transfers[0], what+" may still name it", "the role stays until it is proved that the policy of "+what+" no longer names it",
				"plan again with a client of that account that may read the policy, once its operator has removed our statements")
		}
		if sid := desired.StatementNaming(b.Snap.Keys[k.Spec.ARN].Policy, k.Ours, w.Arn, id); sid != "" && w.Serves(k.SharedPolicy) {
			hold(w.Transfers[0], "key "+transfer.KeyName(k.Spec.ARN)+" names it in "+text.Statement(sid),
				fmt.Sprintf("the role stays, because %s in the policy of key %s, which is not ours, names it", text.Statement(sid), transfer.KeyName(k.Spec.ARN)),
				"let the key's owner remove that statement first")
		}
	}
}

// unseen returns the remote buckets and keys whose policies may name the role of the side and cannot be read, former ones too.
func (b *Builder) unseen(t *transfer.Transfer, side plan.Side) []string {
	var out []string
	for _, e := range []transfer.Endpoint{t.Source, t.Destination} {
		if e.Account != t.TaskAccount && !b.CanRead(e.Account) && b.Snap.Allows(t, side, e.Bucket) {
			out = append(out, fmt.Sprintf("bucket %s of account %s", e.Bucket, e.Account))
		}
	}
	for _, l := range b.Snap.FormerBucketsOf(t) {
		switch account, granted := b.Snap.OwnerOf(t, l); {
		case !granted || l.Side != side:
		case account == "":
			out = append(out, fmt.Sprintf("bucket %s, whose owner is not known,", l.Name))
		case !b.CanRead(account):
			out = append(out, fmt.Sprintf("bucket %s of account %s", l.Name, account))
		}
	}
	return append(out, b.unseenKeys(t, side)...)
}
