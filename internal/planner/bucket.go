package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

func (b *Builder) bucket(w desired.Bucket) {
	spec := w.Spec
	state, seen := b.Snap.Buckets[spec.Name]
	if err := b.Snap.Failures[spec.Name]; err != nil {
		b.blame(w.Transfers, err)
		b.find(w.Transfers, unknownFinding(spec.Account, spec.Name, "bucket "+spec.Name, err, plan.Blocking, "see that the clients of account "+spec.Account+" can read bucket "+spec.Name))
		return
	}
	b.bucketPolicy(w)
	b.ownership(w, state, seen)
}

// bucketStep is the planning of a bucket's policy.
func (b *Builder) bucketStep(w desired.Bucket) policyStep {
	spec := w.Spec
	state, seen := b.Snap.Buckets[spec.Name]
	s := policyStep{transfers: w.Transfers, owners: w.Owners, subject: spec.Name, title: "bucket policy of " + spec.Name, what: "bucket " + spec.Name,
		put: "s3:PutBucketPolicy", remove: "s3:DeleteBucketPolicy",
		seen: seen, unread: cmp.Or(b.Snap.Failures[spec.Name], state.Unread[bucket.PartPolicy]), allow: "grant the reader s3:GetBucketPolicy on bucket " + spec.Name, current: state.Policy,
		change: plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.BucketPolicy, Name: spec.Name, Transfers: desired.Names(w.Transfers), Requires: w.Roles}}
	if !seen && s.unread == nil {
		s.unread = snapshot.ErrNotRead
	}
	return s
}

// bucketPolicy plans our statements in the policy of a bucket outside the task account.
func (b *Builder) bucketPolicy(w desired.Bucket) {
	s := b.bucketStep(w)
	switch {
	case !w.Grants:
		return
	case !s.seen:
		b.unseenPolicy(s, w.Spec.Statements)
		return
	case b.unreadable(s):
		return
	}
	d := w.Diff(s.current, b.Ids)
	b.taken(s, d, "rename that statement, or the transfer")
	b.deadBeside(s, d)
	n, q := d.Next.Size(policy.Bucket)
	if d.Op != plan.NoOp || n <= q { // what S3 has stored fits, though its own rendering of it may be longer
		before, _ := s.current.Size(policy.Bucket)
		b.size(w.Transfers, policySize{account: w.Spec.Account, subject: w.Spec.Name, hard: true, used: n, quota: q,
			title: fmt.Sprintf("the policy of bucket %s, with %d characters before,", w.Spec.Name, before),
			takes: func() map[string]part { return statementSizes(d.Next, policy.Bucket, w.Transfers) },
			ways: []string{inTheAccount(w.Spec.Account, "bucket"), oneTransfer, "use a bucket of its own for this transfer",
				"have statements removed that nobody needs"}})
	}
	b.add(s.changed(d))
}

// dropStatements takes our statements out of a bucket's policy, and deletes the policy if no statement is left.
func (b *Builder) dropStatements(w desired.Bucket, after map[string][]string) string {
	s, wanted := b.bucketStep(w), w.Spec.Statements
	w.Spec.Statements = nil
	id := b.dropPolicy(s, after, func() desired.PolicyDiff { return w.Diff(s.current, b.Ids) }, wanted, w.Ours)
	if id != "" && b.CanRead(w.Spec.Account) {
		next := w.Diff(s.current, b.Ids).Next
		b.lostGrants(w, leaving(s.current, next), next)
	} else if id != "" {
		b.lostGrants(w, wanted, policy.Document{})
	}
	return id
}

// leaving are the statements of the policy of which the next one has none with their Sid.
func leaving(current, next policy.Document) policy.Statements {
	var out policy.Statements
	for st := range current.All() {
		if _, stays := next.Statement(st.Sid()); !stays {
			out = append(out, st)
		}
	}
	return out
}

// dropFormerStatements plans to take our statements out of the policies of buckets that the transfers used before, after the given changes of each. It
// returns the IDs of its changes by transfer: the locations, which say which buckets those are, are deleted only after them. A bucket that several
// transfers have left is changed once.
func (b *Builder) dropFormerStatements(transfers []*transfer.Transfer, after map[string][]string) map[string][]string {
	var former []desired.Bucket
	for _, t := range transfers {
		for _, w := range b.Snap.FormerBuckets(t) {
			named := func(x desired.Bucket) bool { return x.Spec.Name == w.Spec.Name }
			if slices.ContainsFunc(b.Desired.Buckets, func(x desired.Bucket) bool { return named(x) && !x.Former }) {
				continue
			}
			i := slices.IndexFunc(former, named)
			if i < 0 {
				former = append(former, w)
				continue
			}
			have := &former[i]
			if !slices.Contains(have.Transfers, t) { // it may have left the bucket with both ends
				have.Transfers = append(slices.Clone(have.Transfers), t)
			}
			have.Ours, have.Tutorial = append(slices.Clone(have.Ours), w.Ours...), append(slices.Clone(have.Tutorial), w.Tutorial...)
		}
		b.ownerless(t)
	}
	out := map[string][]string{}
	for _, w := range former {
		if id := b.dropStatements(w, after); id != "" {
			for _, t := range w.Transfers {
				out[t.Name] = append(out[t.Name], id)
			}
		}
	}
	return out
}

// ownerless warns of buckets that the transfer used before and whose owners are not known.
func (b *Builder) ownerless(t *transfer.Transfer) {
	unknown := b.Snap.Ownerless(t)
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Warning, Code: plan.CodeUnread, Subject: name,
			Detail: fmt.Sprintf("statements of ours may stand in the policy of bucket %s, which the transfer has left; who owns it is not known: %s", name, text.OneLine(unknown[name])),
			Remedy: check.Remedy(unknown[name],
				"plan with a client of the owner's account that may read and write the bucket's policy: until then the location that tells of it stays, and the role")})
	}
}
