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
//
// A report that the policy does not name the role any more is somebody's word: the role is deleted on it only if CodeReportedRemoval is overridden.
func (b *Builder) holdRole(c *plan.Change, w desired.Role, all desired.Set, id string) {
	hold := func(t *transfer.Transfer, what, detail, remedy string) {
		c.Hold, c.Reason = plan.Blocked, what
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Warning, Code: plan.CodeDeadPrincipal, Account: w.Account, Subject: w.Arn, Detail: detail, Remedy: remedy})
	}
	var believed []unseenPolicy
	var stays []grantThatStays
	for _, t := range w.Transfers {
		for _, side := range b.Snap.SidesOf(w, t) {
			for _, p := range b.unseen(t, side) {
				_, reported := b.reports.claims[p.change]
				switch {
				case w.Unnamed(b.Snap.Roles[w.Arn]) && !p.record: // the grant names the account, and the role in a condition
					if !reported {
						stays = append(stays, grantThatStays{t, p})
					}
				case reported:
					believed = append(believed, p)
				default:
					hold(t, p.what+" may still name it", fmt.Sprintf("the role stays until it is proved that the policy of %s no longer names it", p.what),
						"once its operator has removed our statements, plan again with a client of that account that may read the policy; or with the operator's "+
							"report in PlanOptions.Reported, and take its word with Override: reported-removal")
				}
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
			if _, reported := b.reports.claims[k.ID()]; reported {
				believed = append(believed, unseenPolicy{what: what, change: k.ID(), record: true})
				continue
			}
			hold(w.Transfers[0], what+" may still name it", "the role stays until it is proved that the policy of "+what+" no longer names it",
				"once its operator has removed our statements, plan again with a client of that account that may read the policy; or with the operator's "+
					"report in PlanOptions.Reported, and take its word with Override: reported-removal")
		}
		if sid := desired.StatementNaming(b.Snap.Keys[k.Spec.ARN].Policy, k.Ours, w.Arn, id); sid != "" && w.Serves(k.SharedPolicy) {
			hold(w.Transfers[0], "key "+transfer.KeyName(k.Spec.ARN)+" names it in "+text.Statement(sid),
				fmt.Sprintf("the role stays, because %s in the policy of key %s, which is not ours, names it", text.Statement(sid), transfer.KeyName(k.Spec.ARN)),
				"let the key's owner remove that statement first")
		}
	}
	if c.Hold != "" {
		return
	}
	for _, what := range b.outliving(all, w, id) {
		stays = append(stays, grantThatStays{w.Transfers[0], what})
	}
	b.onReports(w, believed)
	b.grantsStay(w, stays)
}

// onReports blocks the deletion of a role that rests on somebody's word that policies do not name it any more.
func (b *Builder) onReports(w desired.Role, believed []unseenPolicy) {
	for _, p := range believed {
		b.find(w.Transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeReportedRemoval, Account: w.Account, Subject: w.Arn,
			Detail: fmt.Sprintf("role %s would be deleted on the word of another operator: by %s the policy of %s no longer names it, which nobody here has seen",
				w.Spec.Name, b.reports.claims[p.change], p.what),
			Remedy: "plan again with a client of that account that may read the policy; or take the word for it with Override: reported-removal. If it is wrong, S3 and KMS " +
				"refuse every later policy of that owner until the statements that name the role are removed"})
	}
}

// grantThatStays is a grant by account in a policy that nobody here can read.
type grantThatStays struct {
	transfer *transfer.Transfer
	policy   unseenPolicy
}

// grantsStay says which grants outlive the role: they name it in a condition alone, so that nothing is refused once it is gone.
func (b *Builder) grantsStay(w desired.Role, grants []grantThatStays) {
	for _, g := range grants {
		b.find([]*transfer.Transfer{g.transfer}, plan.Finding{Severity: plan.Warning, Code: plan.CodeGrantStays, Account: w.Account, Subject: w.Arn,
			Detail: fmt.Sprintf("role %s is deleted before its grant in the policy of %s is taken away: a new role of that name would inherit the grant", w.Spec.Name, g.policy.what),
			Remedy: "let the operator of that account apply their part, which takes our statements out, and make no other role of that name until then"})
	}
}

// outlives reports whether the change is of a policy that is handed over and was read, and that grants something to the role by its account alone: the role
// need not wait for it.
func (b *Builder) outlives(all desired.Set, w desired.Role, id, change string) bool {
	return slices.ContainsFunc(b.outliving(all, w, id), func(p unseenPolicy) bool { return p.change == change })
}

// outliving are the policies of ends and keys that are handed over and were read, and that grant something to the role by its account alone.
func (b *Builder) outliving(all desired.Set, w desired.Role, id string) []unseenPolicy {
	var out []unseenPolicy
	add := func(account, what, change string, p desired.SharedPolicy, d policy.Document) {
		stands := slices.ContainsFunc(p.Ours, func(sid string) bool { _, ok := d.Statement(sid); return ok })
		if stands && b.CanRead(account) && b.handedOver(account) && w.Serves(p) && desired.StatementNaming(d, nil, w.Arn, id) == "" {
			out = append(out, unseenPolicy{what: what + " of account " + account, change: change})
		}
	}
	if len(b.settings.HandOver) == 0 || slices.ContainsFunc(w.Transfers, (*transfer.Transfer).NamesRole) {
		return nil
	}
	x := b.policies(all)
	for _, i := range x.buckets.concerning(w, id) {
		if bw := all.Buckets[i]; !bw.Former {
			add(bw.Spec.Account, "bucket "+bw.Spec.Name, bw.ID(), bw.SharedPolicy, b.Snap.Buckets[bw.Spec.Name].Policy)
		}
	}
	for _, i := range x.keys.concerning(w, id) {
		if k := all.Keys[i]; len(k.NamedBy) == 0 {
			add(k.Spec.Account(), "key "+transfer.KeyName(k.Spec.ARN), k.ID(), k.SharedPolicy, b.Snap.Keys[k.Spec.ARN].Policy)
		}
	}
	return out
}

// unseenPolicy is a policy that nobody here can read.
type unseenPolicy struct {
	what   string // whose it is, in words
	change string // the ID of the change of the policy
	record bool   // nothing but the role, its tags and its locations tells that statements of ours may stand there
}

// unseen returns the remote buckets and keys whose policies may name the role of the side and cannot be read, former ones too.
func (b *Builder) unseen(t *transfer.Transfer, side plan.Side) []unseenPolicy {
	var out []unseenPolicy
	for _, e := range []transfer.Endpoint{t.Source, t.Destination} {
		if e.Account != t.TaskAccount && !b.CanRead(e.Account) && b.Snap.Allows(t, side, e.Bucket) {
			out = append(out, unseenPolicy{what: fmt.Sprintf("bucket %s of account %s", e.Bucket, e.Account), change: transfer.ChangeID(e.Account, e.Region, plan.BucketPolicy, e.Bucket)})
		}
	}
	former := map[string]string{} // IDs of the changes by bucket
	for _, w := range b.Snap.FormerBuckets(t) {
		former[w.Spec.Name] = w.ID()
	}
	for _, l := range b.Snap.FormerBucketsOf(t) {
		switch account, granted := b.Snap.OwnerOf(t, l); {
		case !granted || l.Side != side:
		case account == "":
			out = append(out, unseenPolicy{what: fmt.Sprintf("bucket %s, whose owner is not known,", l.Name), record: true})
		case !b.CanRead(account):
			out = append(out, unseenPolicy{what: fmt.Sprintf("bucket %s of account %s", l.Name, account), change: former[l.Name], record: true})
		}
	}
	return append(out, b.unseenKeys(t, side)...)
}
