package xacct

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
)

// NewDestroyPlan plans the way back: the task, its locations, our statements in bucket policies, and the roles last, because a bucket
// policy that names a deleted role can no longer be written by its owner. It deletes what is provably ours and nothing else: transferred
// objects, given roles and locations stay as they are, and so does object ownership unless PlanOptions.Ownership asks otherwise.
// Like [NewPlan] it only reads.
func NewDestroyPlan(ctx context.Context, c Clients, transfers []Transfer, optFns ...func(*PlanOptions)) (*Plan, error) {
	c, o, err := prepare(ctx, c, transfers, optFns)
	if err != nil {
		return nil, err
	}
	snap, err := observe(ctx, c, transfers)
	if err != nil {
		return nil, err
	}
	b := newBuilder(TearDown, snap, transfers, o)
	b.planAll()
	return b.plan(), nil
}

// tearDown plans the changes back. Each needs that which uses it to be gone.
func (b *builder) tearDown(w wants) {
	tasks := map[string][]string{}     // transfer → IDs of its tasks' changes
	locations := map[string][]string{} // transfer → IDs of its locations' changes
	b.leaveLogs(w)
	for _, t := range w.tasks {
		name := t.transfer.Name
		if id := b.dropTask(t); id != "" {
			tasks[name] = append(tasks[name], id)
		}
		oldTasks, oldLocations := b.leftovers(t, tasks[name]...)
		tasks[name], locations[name] = append(tasks[name], oldTasks...), oldLocations
	}
	for _, l := range w.logs {
		if !l.left {
			b.dropLogPolicy(l, tasks)
		}
	}
	for _, l := range w.locations {
		if l.given {
			continue
		}
		if id := b.dropLocation(l, tasks[l.transfer.Name]); id != "" {
			locations[l.transfer.Name] = append(locations[l.transfer.Name], id)
		}
	}
	statements := map[string][]string{} // transfer → IDs of the changes of its buckets' and keys' policies
	for _, bw := range w.buckets {
		if !bw.grants || bw.left {
			continue // those that were left go with their locations
		}
		if id := b.dropStatements(bw, locations); id != "" {
			for _, t := range bw.transfers {
				statements[t.Name] = append(statements[t.Name], id)
			}
		}
	}
	for _, bw := range w.buckets {
		b.restoreOwnership(bw, locations)
	}
	for _, k := range w.keys {
		if !k.grants {
			continue
		}
		if id := b.dropKeyStatements(k, locations); id != "" {
			for _, t := range k.transfers {
				statements[t.Name] = append(statements[t.Name], id)
			}
		}
	}
	for _, r := range w.roles {
		b.dropRole(w, r, locations, statements)
	}
}

func (b *builder) dropTask(w taskWant) string {
	t, spec := w.transfer, w.spec
	one := []Transfer{t}
	c := Change{ID: w.id(), Account: spec.Account, Region: spec.Region, Kind: DataSyncTask, Name: spec.Name, Transfers: []string{t.Name}, Op: Delete,
		Calls: []string{"datasync:DeleteTask"}, Requires: b.logDrops(t)}
	if !b.canRead(spec.Account) {
		b.add(c)
		return c.ID
	}
	if err := b.snap.errs[spec.Account+"/"+spec.Region]; err != nil {
		b.find(one, unreadFinding(spec.Account, "tasks in "+spec.Region, err, Blocking, "grant the reader datasync:ListTasks"))
		return ""
	}
	state, err := b.snap.ourTask(w)
	var ambiguous *AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, Finding{Severity: Blocking, Code: CodeAmbiguous, Account: spec.Account, Subject: spec.Name, Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return ""
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.Name, err, Blocking, "grant the reader datasync:DescribeTask and datasync:ListTagsForResource"))
		return ""
	case !state.Exists:
		return ""
	}
	b.running(w, state)
	c.Before, c.ARN = w.before(state), state.ARN
	b.add(c)
	return c.ID
}

func (b *builder) dropLocation(w locationWant, tasks []string) string {
	spec := w.spec
	one := []Transfer{w.transfer}
	c := Change{ID: w.id(), Account: spec.Account, Region: spec.Region, Kind: DataSyncLocation, Name: spec.URI(), Side: w.side, Transfers: []string{w.transfer.Name},
		Op: Delete, Calls: []string{"datasync:DeleteLocation"}}
	c.Requires = slices.Clone(tasks)
	if !b.canRead(spec.Account) {
		b.add(c)
		return c.ID
	}
	if err := b.snap.errs[spec.Account+"/"+spec.Region]; err != nil {
		b.find(one, unreadFinding(spec.Account, "locations in "+spec.Region, err, Blocking, "grant the reader datasync:ListLocations"))
		return ""
	}
	state, _, err := b.snap.ourLocation(w)
	var ambiguous *AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, Finding{Severity: Blocking, Code: CodeAmbiguous, Account: spec.Account, Subject: spec.URI(), Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return ""
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.URI(), err, Blocking, "grant the reader datasync:DescribeLocationS3 and datasync:ListTagsForResource"))
		return ""
	case !state.Exists:
		return ""
	}
	c.Before, c.ARN = w.before(state), state.ARN
	b.add(c)
	return c.ID
}

// dropStatements takes our statements out of a bucket's policy, and the policy away if none is left.
func (b *builder) dropStatements(w bucketWant, locations map[string][]string) string {
	spec := w.spec
	c := Change{ID: w.id(), Account: spec.Account, Region: spec.Region, Kind: BucketPolicy, Name: spec.Name, Transfers: names(w.transfers),
		Op: Update, Calls: []string{"s3:PutBucketPolicy"}}
	for _, t := range w.transfers {
		c.Requires = append(c.Requires, locations[t.Name]...)
	}
	if !b.canRead(spec.Account) {
		for _, sid := range w.ours {
			c.Details = append(c.Details, "- "+sid)
		}
		b.add(c)
		return c.ID
	}
	state, seen := b.snap.buckets[spec.Name]
	if err := b.snap.unread(spec.Name, state.Unread, bucket.PartPolicy); err != nil || !seen {
		b.find(w.transfers, unreadFinding(spec.Account, spec.Name, cmp.Or(err, errNotRead), Blocking, "grant the reader s3:GetBucketPolicy on bucket "+spec.Name))
		return ""
	}
	w.spec.Statements = nil
	d := diffBucket(w, state.Policy, b.ids)
	for _, sid := range d.taken {
		b.find(w.owners(sid), Finding{Severity: Blocking, Code: CodeSidTaken, Account: spec.Account, Subject: spec.Name, Statement: sid,
			Detail: "bucket policy of " + spec.Name + ": statement " + sid + " bears our id but is not of our making", Remedy: "rename or remove that statement by hand"})
	}
	if d.op == NoOp {
		return ""
	}
	c.Op, c.Details, c.Before, c.After = d.op, d.lines, string(state.Policy.Bytes()), string(d.next.Bytes())
	if d.op == Delete {
		c.Calls = []string{"s3:DeleteBucketPolicy"}
	}
	b.add(c)
	return c.ID
}

// dropRole removes our inline policies, and the role with the last of them.
func (b *builder) dropRole(all wants, w roleWant, locations, statements map[string][]string) {
	c := Change{ID: w.id(), Account: w.account, Kind: IAMRole, Name: w.spec.Name, Transfers: names(w.transfers), ARN: w.arn, Side: w.side(), Op: Delete,
		Calls: []string{"iam:DeleteRolePolicy", "iam:DeleteRole"}}
	for _, t := range w.transfers {
		c.Requires = append(append(c.Requires, locations[t.Name]...), statements[t.Name]...)
	}
	slices.Sort(c.Requires)
	c.Requires = slices.Compact(c.Requires)
	if !b.canRead(w.account) {
		b.add(c)
		return
	}
	state := b.snap.roles[w.arn]
	if err := b.snap.unread(w.arn, state.Unread, iamrole.PartRole); err != nil {
		b.find(w.transfers, unreadFinding(w.account, w.arn, err, Blocking, "grant the reader iam:GetRole on the role"))
		return
	}
	if !state.Exists {
		return
	}
	if why, ok := w.ours(state); !ok {
		b.find(w.transfers, Finding{Severity: Warning, Code: CodeForeignRole, Account: w.account, Subject: w.arn, Detail: "role " + w.spec.Name + " stays: " + why})
		return
	}
	for _, part := range []string{iamrole.PartPolicies, iamrole.PartAttached} {
		if err := state.Unread[part]; err != nil {
			b.find(w.transfers, unreadFinding(w.account, w.arn, err, Blocking, "grant the reader iam:ListRolePolicies and iam:ListAttachedRolePolicies on the role"))
			return
		}
	}
	gone, rest := w.leaving(state)
	if len(rest) > 0 {
		if len(gone) == 0 {
			return
		}
		c.Op, c.Calls = Update, []string{"iam:DeleteRolePolicy"}
		c.Details = []string{"stays for " + strings.Join(rest, ", ")}
	} else {
		b.gate(&c, w, all, state.ID)
	}
	c.Before = w.before(state)
	b.add(c)
}

// leaving are the role's inline policies that go with these transfers, and what else the role still holds.
func (w roleWant) leaving(s iamrole.State) (gone, rest []string) {
	ours := w.policyNames()
	for name := range s.Policies {
		if slices.Contains(ours, name) {
			gone = append(gone, name)
		} else {
			rest = append(rest, "inline policy "+name)
		}
	}
	rest = append(rest, s.Attached...)
	slices.Sort(gone)
	slices.Sort(rest)
	return gone, rest
}

// gate holds back the deletion of a role that a policy we cannot see may name: once the role is gone, S3 and KMS would refuse every later
// policy of the bucket's or key's owner as long as it names it. https://repost.aws/knowledge-center/s3-invalid-principal-in-policy-error
func (b *builder) gate(c *Change, w roleWant, all wants, id string) {
	hold := func(t Transfer, what, detail, remedy string) {
		c.Hold, c.Reason = Blocked, what
		b.find([]Transfer{t}, Finding{Severity: Warning, Code: CodeDeadPrincipal, Account: w.account, Subject: w.arn, Detail: detail, Remedy: remedy})
	}
	for _, t := range w.transfers {
		for _, side := range sides {
			if !t.ownsRole(side) || t.roleName(side) != w.spec.Name {
				continue
			}
			for _, what := range b.unseen(t, side) { // whatever the grant's shape is today, it may have been by role before
				hold(t, what+" may still name it", fmt.Sprintf("the role stays until it is proved that the policy of %s no longer names it", what),
					"plan again with a client of that account that may read the policy, once its operator has removed our statements")
			}
		}
	}
	for _, bw := range all.buckets {
		if sid := naming(b.snap.buckets[bw.spec.Name].Policy, bw.ours, w.arn, id); sid != "" && w.serves(bw.policyWant) {
			hold(w.transfers[0], "bucket "+bw.spec.Name+" names it in "+sid, fmt.Sprintf("the role stays, because %s in the policy of bucket %s, which is not ours, names it", sid, bw.spec.Name),
				"let the bucket's owner remove that statement first: once the role is gone, S3 refuses every later policy that holds it")
		}
	}
	for _, k := range all.keys {
		if sid := naming(b.snap.keys[k.spec.ARN].Policy, k.ours, w.arn, id); sid != "" && w.serves(k.policyWant) {
			hold(w.transfers[0], "key "+keyName(k.spec.ARN)+" names it in "+sid, fmt.Sprintf("the role stays, because %s in the policy of key %s, which is not ours, names it", sid, keyName(k.spec.ARN)),
				"let the key's owner remove that statement first")
		}
	}
}

// unseen are the remote bucket and keys of the side whose policies cannot be read.
func (b *builder) unseen(t Transfer, side Side) []string {
	var out []string
	if e := t.end(side); t.remote(side) && !b.canRead(e.Account) {
		out = append(out, fmt.Sprintf("bucket %s of account %s", e.Bucket, e.Account))
	}
	return append(out, b.unseenKeys(t, side)...)
}
