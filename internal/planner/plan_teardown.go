package planner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// tearDown plans the changes back. Each needs that which uses it to be gone. A location that tells of a role that was left goes after that
// role, which goes after the statements that name it; for lack of a task nobody uses them any more.
func (b *Builder) tearDown(w desired.Set) {
	tasks := map[string][]string{}     // transfer → IDs of its tasks' changes, and those of the policies of buckets that it has left
	locations := map[string][]string{} // transfer → IDs of its locations' changes
	known := map[string]bool{}         // transfers of which it is known what they have left
	b.dropFormerLogPolicies(w)
	for _, t := range w.Tasks {
		name := t.Transfer.Name
		if id := b.dropTask(t); id != "" {
			tasks[name] = append(tasks[name], id)
		}
		old, ok := b.dropOrphanTasks(t, tasks[name]...)
		tasks[name], known[name] = append(tasks[name], old...), ok
		if ok || !b.CanRead(t.Spec.Account) {
			tasks[name] = append(tasks[name], b.dropFormerStatements(t.Transfer, slices.Clone(tasks[name]))...)
		}
	}
	for _, l := range w.Logs {
		if !l.Former {
			b.dropLogPolicy(l, tasks)
		}
	}
	telling := desired.Names(transfersOf(b.Snap.OrphanRoles(w)))
	uses := map[string][]string{} // transfer → what has to be done before its statements go
	dropLocations := func(t *transfer.Transfer, after []string, stay bool) {
		if known[t.Name] {
			locations[t.Name] = b.dropOrphanLocations(t, after, stay)
		}
		for _, l := range w.Locations {
			if l.Transfer.Name == t.Name && !l.Given {
				if id := b.dropLocation(l, after, stay); id != "" {
					locations[t.Name] = append(locations[t.Name], id)
				}
			}
		}
	}
	for _, t := range w.Tasks {
		name := t.Transfer.Name
		if uses[name] = tasks[name]; !slices.Contains(telling, name) {
			dropLocations(t.Transfer, tasks[name], false)
			uses[name] = locations[name]
		}
	}
	for _, bw := range w.Buckets {
		if bw.Grants && !bw.Former { // those that were left go with the tasks
			b.dropStatements(bw, uses)
		}
	}
	for _, k := range w.Keys {
		if k.Grants {
			b.dropKeyStatements(k, uses)
		}
	}
	roles, stay := b.dropOrphanRoles(w, tasks)
	for _, t := range w.Tasks {
		if name := t.Transfer.Name; slices.Contains(telling, name) {
			dropLocations(t.Transfer, append(slices.Clone(tasks[name]), roles[name]...), stay[name])
		}
	}
	for _, bw := range w.Buckets {
		b.restoreOwnership(bw, locations)
	}
	for _, r := range w.Roles {
		b.dropRole(w, r, locations)
	}
}

// transfersOf are the transfers that use the roles.
func transfersOf(roles []desired.Role) []*transfer.Transfer {
	var out []*transfer.Transfer
	for _, r := range roles {
		out = append(out, r.Transfers...)
	}
	return out
}

func (b *Builder) dropTask(w desired.Task) string {
	t, spec := w.Transfer, w.Spec
	one := []*transfer.Transfer{t}
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.DataSyncTask, Name: spec.Name, Transfers: []string{t.Name}, Op: plan.Delete,
		Calls: []string{"datasync:DeleteTask"}, Requires: b.logDrops(t)}
	if !b.CanRead(spec.Account) {
		b.add(c)
		return c.ID
	}
	if err := b.Snap.Failures[spec.Account+"/"+spec.Region]; err != nil {
		b.find(one, unreadFinding(spec.Account, "tasks in "+spec.Region, err, plan.Blocking, "grant the reader datasync:ListTasks"))
		return ""
	}
	state, err := b.Snap.OurTask(w)
	var ambiguous *plan.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeAmbiguous, Account: spec.Account, Subject: spec.Name, Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return ""
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.Name, err, plan.Blocking, "grant the reader datasync:DescribeTask and datasync:ListTagsForResource"))
		return ""
	case !state.Exists:
		return ""
	}
	b.running(w, state)
	c.Before, c.ARN = w.Before(state), state.ARN
	b.add(c)
	return c.ID
}

func (b *Builder) dropLocation(w desired.Location, after []string, stay bool) string {
	spec := w.Spec
	one := []*transfer.Transfer{w.Transfer}
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.DataSyncLocation, Name: spec.URI(), Side: w.Side, Transfers: []string{w.Transfer.Name},
		Op: plan.Delete, Calls: []string{"datasync:DeleteLocation"}}
	c.Requires = slices.Clone(after)
	if stay {
		c.Hold, c.Reason = plan.Blocked, snapshot.ReasonTells
	}
	if !b.CanRead(spec.Account) {
		b.add(c)
		return c.ID
	}
	if err := b.Snap.Failures[spec.Account+"/"+spec.Region]; err != nil {
		b.find(one, unreadFinding(spec.Account, "locations in "+spec.Region, err, plan.Blocking, "grant the reader datasync:ListLocations"))
		return ""
	}
	state, _, err := b.Snap.OurLocation(w)
	var ambiguous *plan.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeAmbiguous, Account: spec.Account, Subject: spec.URI(), Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return ""
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.URI(), err, plan.Blocking, "grant the reader datasync:DescribeLocationS3 and datasync:ListTagsForResource"))
		return ""
	case !state.Exists:
		return ""
	}
	c.Before, c.ARN = w.Before(state), state.ARN
	b.add(c)
	return c.ID
}

// dropStatements takes our statements out of a bucket's policy, and the policy away if none is left.
func (b *Builder) dropStatements(w desired.Bucket, locations map[string][]string) string {
	spec := w.Spec
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.BucketPolicy, Name: spec.Name, Transfers: desired.Names(w.Transfers),
		Op: plan.Update, Calls: []string{"s3:PutBucketPolicy"}}
	for _, t := range w.Transfers {
		c.Requires = append(c.Requires, locations[t.Name]...)
	}
	if !b.CanRead(spec.Account) {
		for _, sid := range w.Ours {
			c.Details = append(c.Details, "- "+sid)
		}
		b.add(c)
		return c.ID
	}
	state, seen := b.Snap.Buckets[spec.Name]
	if err := b.Snap.Unread(spec.Name, state.Unread, bucket.PartPolicy); err != nil || !seen {
		b.find(w.Transfers, unreadFinding(spec.Account, spec.Name, cmp.Or(err, snapshot.ErrNotRead), plan.Blocking, "grant the reader s3:GetBucketPolicy on bucket "+spec.Name))
		return ""
	}
	w.Spec.Statements = nil
	d := w.Diff(state.Policy, b.Ids)
	for _, sid := range d.Taken {
		b.find(w.Owners(sid), plan.Finding{Severity: plan.Blocking, Code: plan.CodeSidTaken, Account: spec.Account, Subject: spec.Name, Statement: sid,
			Detail: "bucket policy of " + spec.Name + ": statement " + sid + " bears our id but is not of our making", Remedy: "rename or remove that statement by hand"})
	}
	if d.Op == plan.NoOp {
		return ""
	}
	c.Op, c.Details, c.Before, c.After = d.Op, d.Lines, string(state.Policy.Bytes()), string(d.Next.Bytes())
	if d.Op == plan.Delete {
		c.Calls = []string{"s3:DeleteBucketPolicy"}
	}
	b.add(c)
	return c.ID
}

// dropRole removes our inline policies, and the role with the last of them, after the changes of its transfers and those of the policies that
// let it in. It returns the ID of the change and whether the role has to stay for now.
func (b *Builder) dropRole(all desired.Set, w desired.Role, after map[string][]string) (id string, stays bool) {
	c := plan.Change{ID: w.ID(), Account: w.Account, Kind: plan.IAMRole, Name: w.Spec.Name, Transfers: desired.Names(w.Transfers), ARN: w.Arn, Side: w.Side(), Op: plan.Delete,
		Calls: []string{"iam:DeleteRolePolicy", "iam:DeleteRole"}}
	if w.Former {
		b.Orphans[c.ID] = true
		c.Reason = "no location of the transfer uses it any more"
	}
	state := b.Snap.Roles[w.Arn]
	for _, t := range w.Transfers {
		c.Requires = append(c.Requires, after[t.Name]...)
	}
	c.Requires = append(c.Requires, b.grantChanges(all, w, state.ID)...)
	slices.Sort(c.Requires)
	c.Requires = slices.Compact(c.Requires)
	if !b.CanRead(w.Account) {
		b.add(c)
		return c.ID, false
	}
	if err := b.Snap.Unread(w.Arn, state.Unread, iamrole.PartRole); err != nil {
		b.find(w.Transfers, unreadFinding(w.Account, w.Arn, err, plan.Blocking, "grant the reader iam:GetRole on the role"))
		return "", true
	}
	if !state.Exists {
		return "", false
	}
	if why, ok := w.Ours(state); !ok {
		b.find(w.Transfers, plan.Finding{Severity: plan.Warning, Code: plan.CodeForeignRole, Account: w.Account, Subject: w.Arn, Detail: "role " + w.Spec.Name + " stays: " + why})
		return "", false
	}
	for _, part := range []string{iamrole.PartPolicies, iamrole.PartAttached} {
		if err := state.Unread[part]; err != nil {
			b.find(w.Transfers, unreadFinding(w.Account, w.Arn, err, plan.Blocking, "grant the reader iam:ListRolePolicies and iam:ListAttachedRolePolicies on the role"))
			return "", true
		}
	}
	gone, rest := w.Leaving(state)
	if w.Shared || len(rest) > 0 {
		if len(gone) == 0 {
			return "", false
		}
		c.Op, c.Calls = plan.Update, []string{"iam:DeleteRolePolicy"}
		c.Details = append([]string{"inline policy " + strings.Join(gone, ", ") + " is removed"}, staysFor(rest)...)
	} else {
		b.holdRole(&c, w, all, state.ID)
	}
	c.Before = w.Before(state)
	b.add(c)
	return c.ID, c.Hold == plan.Blocked
}

// staysFor says for what a role stays.
func staysFor(rest []string) []string {
	if len(rest) == 0 {
		return nil
	}
	return []string{"stays for " + strings.Join(rest, ", ")}
}

// grantChanges are the IDs of the planned changes of policies that name the role, or may: those of its transfers' ends that it serves.
func (b *Builder) grantChanges(all desired.Set, w desired.Role, id string) []string {
	var out []string
	add := func(change string, p desired.SharedPolicy, d policy.Document, of func(*transfer.Transfer, plan.Side) bool) {
		may := desired.StatementNaming(d, nil, w.Arn, id) != ""
		for _, t := range p.Transfers {
			may = may || slices.Contains(desired.Names(w.Transfers), t.Name) && slices.ContainsFunc(b.Snap.SidesOf(w, t), func(side plan.Side) bool { return of(t, side) })
		}
		if may && p.Grants && slices.ContainsFunc(b.Changes, func(c plan.Change) bool { return c.ID == change }) {
			out = append(out, change)
		}
	}
	for _, bw := range all.Buckets {
		add(bw.ID(), bw.SharedPolicy, b.Snap.Buckets[bw.Spec.Name].Policy, func(t *transfer.Transfer, side plan.Side) bool { return b.Snap.Allows(t, side, bw.Spec.Name) })
	}
	for _, k := range all.Keys {
		add(k.ID(), k.SharedPolicy, b.Snap.Keys[k.Spec.ARN].Policy, func(t *transfer.Transfer, side plan.Side) bool {
			return slices.Contains(k.NamedBy, w.Arn) || slices.ContainsFunc(t.KeyNeeds, func(n transfer.KeyNeed) bool { return n.Role == side && slices.Contains(n.Keys, k.Spec.ARN) })
		})
	}
	return out
}

// holdRole holds back the deletion of a role that a policy we cannot see may name: once the role is gone, S3 and KMS would refuse every later
// policy of the bucket's or key's owner as long as it names it. https://repost.aws/knowledge-center/s3-invalid-principal-in-policy-error
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
	for _, bw := range all.Buckets {
		if sid := desired.StatementNaming(b.Snap.Buckets[bw.Spec.Name].Policy, bw.Ours, w.Arn, id); sid != "" && w.Serves(bw.SharedPolicy) {
			hold(w.Transfers[0], "bucket "+bw.Spec.Name+" names it in "+sid, fmt.Sprintf("the role stays, because %s in the policy of bucket %s, which is not ours, names it", sid, bw.Spec.Name),
				"let the bucket's owner remove that statement first: once the role is gone, S3 refuses every later policy that holds it")
		}
	}
	for _, k := range all.Keys {
		if account := k.Spec.Account(); w.Former && slices.Contains(k.NamedBy, w.Arn) && !b.CanRead(account) {
			what := fmt.Sprintf("key %s of account %s", transfer.KeyName(k.Spec.ARN), account)
			hold(w.Transfers[0], what+" may still name it", "the role stays until it is proved that the policy of "+what+" no longer names it",
				"plan again with a client of that account that may read the policy, once its operator has removed our statements")
		}
		if sid := desired.StatementNaming(b.Snap.Keys[k.Spec.ARN].Policy, k.Ours, w.Arn, id); sid != "" && w.Serves(k.SharedPolicy) {
			hold(w.Transfers[0], "key "+transfer.KeyName(k.Spec.ARN)+" names it in "+sid, fmt.Sprintf("the role stays, because %s in the policy of key %s, which is not ours, names it", sid, transfer.KeyName(k.Spec.ARN)),
				"let the key's owner remove that statement first")
		}
	}
}

// unseen are the remote bucket and keys of the side whose policies cannot be read, buckets that the side has left among them.
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
