package planner

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// Plan plans the changes of some of the transfers, all of them together.
func (b *Builder) Plan(transfers []*transfer.Transfer) {
	w := b.Snap.WithFormer(desired.Of(transfers))
	b.Desired = w
	if b.mode == plan.TearDown {
		b.tearDown(w)
		return
	}
	b.dropFormerKeyStatements(w)
	b.dropFormerLogPolicies(w)
	for _, r := range w.Roles {
		b.role(r)
	}
	for _, bw := range w.Buckets {
		if !bw.Former {
			b.bucket(bw)
		}
	}
	for _, k := range w.Keys {
		if !k.Former {
			b.key(k)
		}
	}
	for _, l := range w.Logs {
		if !l.Former {
			b.logPolicy(l)
		}
	}
	arns := map[string]string{} // of locations, by change ID
	for _, l := range w.Locations {
		arns[l.ID()] = b.location(w, l)
	}
	for _, t := range w.Tasks {
		b.task(t, arns)
	}
	b.dropFormer(w)
	b.quotas(w)
}

// add finishes a change and keeps it.
func (b *Builder) add(c plan.Change) {
	if c.Op != plan.NoOp && c.Hold == "" && b.handedOver(c.Account) {
		c.Hold, c.Reason = plan.Handover, "for the operator of account "+c.Account
	}
	b.Changes = append(b.Changes, c)
}

func (b *Builder) role(w desired.Role) {
	c := plan.Change{ID: w.ID(), Account: w.Account, Kind: plan.IAMRole, Name: w.Spec.Name, Transfers: desired.Names(w.Transfers), ARN: w.Arn, Side: w.Side()}
	state := b.Snap.Roles[w.Arn]
	if err := cmp.Or(b.Snap.Failures[w.Arn], unreadRole(state)); err != nil {
		b.find(w.Transfers, unreadFinding(w.Account, w.Arn, err, plan.Blocking, "grant the reader iam:GetRole, iam:ListRolePolicies and iam:GetRolePolicy on the role"))
		return
	}
	if state.Exists {
		if why, ok := w.Ours(state); !ok {
			b.find(w.Transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeForeignRole, Account: w.Account, Subject: w.Arn, Detail: "role " + w.Spec.Name + " is not ours: " + why,
				Remedy: "name another role in Endpoint.Role, or use this one as it is with Endpoint.RoleARN"})
			return
		}
	}
	d := w.Diff(state)
	c.Op, c.Details, c.Before, c.After = d.Op, d.Lines, w.Before(state), w.After(d)
	if d.Op == plan.Create {
		c.Calls = append(c.Calls, "iam:CreateRole", "iam:TagRole")
	} else if !d.Trust.IsZero() {
		c.Calls = append(c.Calls, "iam:UpdateAssumeRolePolicy")
	}
	c.Calls = appendIf(c.Calls, d.Bound, "iam:PutRolePermissionsBoundary")
	c.Calls = appendIf(c.Calls, len(d.Put) > 0, "iam:PutRolePolicy")
	c.Calls = appendIf(c.Calls, len(d.Drop) > 0, "iam:DeleteRolePolicy")
	c.Calls = appendIf(c.Calls, d.Op == plan.Update && len(d.Tags) > 0, "iam:TagRole")
	b.roleSizes(w, state)
	c.Requires = b.keyDrops(w)
	b.add(c)
}

// unreadRole is why the parts of a role that we may write are not all known; nil if they are.
func unreadRole(s iamrole.State) error {
	for _, part := range slices.Sorted(maps.Keys(s.Unread)) {
		if part == iamrole.PartRole || part == iamrole.PartTrust || strings.HasPrefix(part, iamrole.PartPolicies) {
			return fmt.Errorf("%s: %w", part, s.Unread[part])
		}
	}
	return nil
}

// roleSizes compares the role's policies with IAM's limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (b *Builder) roleSizes(w desired.Role, state iamrole.State) {
	used, quota := 0, 0
	all := map[string]policy.Document{}
	for name, doc := range state.Policies {
		all[name] = doc
	}
	for name, doc := range w.Spec.Policies {
		all[name] = doc
	}
	for _, doc := range all {
		n, q := doc.Size(policy.Identity)
		used, quota = used+n, q
	}
	b.size(w.Transfers, w.Account, w.Arn, "inline policies of role "+w.Spec.Name, used, quota, true)
	n, q := w.Spec.Trust.Size(policy.Trust)
	b.size(w.Transfers, w.Account, w.Arn, "trust policy of role "+w.Spec.Name, n, q, false)
}

// size adds a finding from nine tenths of a quota on. Over a hard limit it blocks; a raisable one only warns.
func (b *Builder) size(ts []*transfer.Transfer, account, subject, what string, used, quota int, hard bool) {
	if used*10 < quota*9 {
		return
	}
	f := plan.Finding{Severity: plan.Warning, Code: plan.CodeSize, Account: account, Subject: subject, Detail: fmt.Sprintf("%s: %d of %d characters", what, used, quota),
		Remedy: "use further roles or buckets, or remove statements that nobody needs"}
	if used > quota && hard {
		f.Severity = plan.Blocking
	}
	b.find(ts, f)
}

func unreadFinding(account, subject string, err error, s plan.Severity, remedy string) plan.Finding {
	return plan.Finding{Severity: s, Code: plan.CodeUnread, Account: account, Subject: subject, Detail: "could not be read: " + text.OneLine(err), Remedy: remedy}
}

func appendIf(s []string, ok bool, v string) []string {
	if ok {
		return append(s, v)
	}
	return s
}

// location plans one location and returns its ARN, "" while it is not made.
func (b *Builder) location(all desired.Set, w desired.Location) string {
	t, spec := w.Transfer, w.Spec
	one := []*transfer.Transfer{t}
	if !b.CanRead(spec.Account) {
		if w.Given {
			return t.End(w.Side).LocationARN
		}
		b.add(b.locationChange(all, w, plan.Change{Op: plan.Create, After: w.After(), Calls: []string{"datasync:CreateLocationS3", "iam:PassRole", "s3:ListBucket"}}))
		return ""
	}
	if err := b.Snap.Failures[spec.Account+"/"+spec.Region]; err != nil {
		b.find(one, unreadFinding(spec.Account, "locations in "+spec.Region, err, plan.Blocking, "grant the reader datasync:ListLocations and datasync:ListTasks"))
		return ""
	}
	if w.Given {
		return b.givenLocation(w)
	}
	state, alike, err := b.Snap.OurLocation(w)
	var ambiguous *plan.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeAmbiguous, Account: spec.Account, Subject: spec.URI(), Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return ""
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.URI(), err, plan.Blocking, "grant the reader datasync:DescribeLocationS3 and datasync:ListTagsForResource"))
		return ""
	}
	if !state.Exists && len(alike) > 0 {
		b.find(one, plan.Finding{Severity: plan.Info, Code: plan.CodeCandidate, Account: spec.Account, Subject: spec.URI(),
			Detail: "a location with this URI exists that is not ours: " + strings.Join(alike, ", "),
			Remedy: "to use it, set LocationARN; otherwise a new one is made"})
	}
	op, lines, tags := w.Diff(state)
	c := plan.Change{Op: op, Details: lines, Before: w.Before(state), After: w.After(), ARN: state.ARN}
	switch op {
	case plan.Create:
		c.Calls = []string{"datasync:CreateLocationS3", "datasync:TagResource", "iam:PassRole", "s3:ListBucket"}
	case plan.Update:
		c.Calls = appendIf(c.Calls, desired.BeyondTags(lines), "datasync:UpdateLocationS3")
		c.Calls = appendIf(c.Calls, desired.BeyondTags(lines), "iam:PassRole")
		c.Calls = appendIf(c.Calls, len(tags) > 0 || state.RoleARN != spec.RoleARN, "datasync:TagResource") // which notes the role that it had
	}
	b.add(b.locationChange(all, w, c))
	return state.ARN
}

// locationChange fills in what every change of a location has. It needs its role, and on a remote bucket the grant.
func (b *Builder) locationChange(all desired.Set, w desired.Location, c plan.Change) plan.Change {
	t, spec := w.Transfer, w.Spec
	c.ID, c.Account, c.Region, c.Kind, c.Name, c.Side = w.ID(), spec.Account, spec.Region, plan.DataSyncLocation, spec.URI(), w.Side
	c.Transfers = []string{t.Name}
	if t.End(w.Side).OwnsRole {
		c.Requires = append(c.Requires, transfer.ChangeID(t.TaskAccount, "", plan.IAMRole, t.End(w.Side).RoleName))
	}
	for _, bw := range all.Buckets {
		if bw.Grants && t.End(w.Side).Remote && bw.Spec.Name == spec.Bucket {
			c.Requires = append(c.Requires, bw.ID())
		}
	}
	c.Requires = append(c.Requires, desired.KeyRequires(t, w.Side)...)
	return c
}

// givenLocation is a location that the user made. What is wrong with it is found by [Resources.Check].
func (b *Builder) givenLocation(w desired.Location) string {
	arn := w.Transfer.End(w.Side).LocationARN
	s := b.Snap.Locations[arn]
	one := []*transfer.Transfer{w.Transfer}
	if err := b.Snap.Unread(arn, s.Unread, location.PartLocation); err != nil {
		b.find(one, unreadFinding(w.Spec.Account, arn, err, plan.Warning, "grant the reader datasync:DescribeLocationS3"))
		return arn
	}
	return arn
}

func (b *Builder) task(w desired.Task, arns map[string]string) {
	t, spec := w.Transfer, w.Spec
	one := []*transfer.Transfer{t}
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.DataSyncTask, Name: spec.Name, Transfers: []string{t.Name}, After: w.After()}
	if id := desired.LogChange(t); id != "" {
		c.Requires = append(c.Requires, id)
	}
	c.Requires = append(append(c.Requires, b.dataKeyRequires(t)...), b.logDrops(t)...)
	for _, side := range transfer.Sides {
		id := transfer.ChangeID(spec.Account, t.End(side).Region, plan.DataSyncLocation, t.Name+"/"+string(side))
		if t.End(side).LocationARN == "" {
			c.Requires = append(c.Requires, id)
		}
	}
	c.Requires = append(c.Requires, b.beforeSchedule(t)...)
	if !b.CanRead(spec.Account) {
		b.taskFindings(w, task.State{})
		c.Op, c.Calls = plan.Create, []string{"datasync:CreateTask", "datasync:TagResource"}
		b.add(c)
		return
	}
	if b.Snap.Failures[spec.Account+"/"+spec.Region] != nil {
		return // reported with the locations
	}
	state, old, err := b.Snap.OurTasks(w)
	var ambiguous *plan.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeAmbiguous, Account: spec.Account, Subject: spec.Name, Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.Name, err, plan.Blocking, "grant the reader datasync:DescribeTask and datasync:ListTagsForResource"))
		return
	}
	source := arns[transfer.ChangeID(spec.Account, t.Source.Region, plan.DataSyncLocation, t.Name+"/"+string(plan.SourceSide))]
	destination := arns[transfer.ChangeID(spec.Account, t.Destination.Region, plan.DataSyncLocation, t.Name+"/"+string(plan.DestinationSide))]
	op, lines, tags := w.Diff(state, source, destination)
	before := desired.Predecessor(state, snapshot.Elsewhere(w, state, old))
	b.taskFindings(w, before)
	b.keptLogGroup(w, before)
	if before.Exists && op != plan.NoOp {
		b.impossible(w, w.Successor(before))
	}
	c.Op, c.Details, c.Before, c.ARN = op, lines, w.Before(state), state.ARN
	subject, calls := state.ARN, []string{"datasync:CreateTask", "datasync:TagResource", "datasync:DeleteTask"}
	if moved := snapshot.Elsewhere(w, state, old); moved.Exists {
		a, _ := region.ParseARN(moved.ARN)
		op, lines, subject, calls = plan.Replace, []string{"Region " + a.Region + " → " + spec.Region}, moved.ARN, calls[:2] // the old one's deletion is a change of its own
		c.Op, c.Details = op, lines
	}
	switch op {
	case plan.Create:
		c.Calls = []string{"datasync:CreateTask", "datasync:TagResource"}
		c.Details = []string{string(cmp.Or(spec.Mode, dstypes.TaskModeEnhanced))}
	case plan.Update:
		c.Calls = appendIf(c.Calls, desired.BeyondTags(lines), "datasync:UpdateTask")
		c.Calls = appendIf(c.Calls, len(tags) > 0, "datasync:TagResource")
	case plan.Replace:
		c.Calls = calls
		if !b.settings.AllowReplace {
			b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeReplace, Account: spec.Account, Subject: subject,
				Detail: "the task must be replaced: " + strings.Join(lines, "; "), Remedy: "set AllowReplace: the new task is made before the old one is deleted, with its history"})
		}
	}
	if op == plan.Replace {
		b.running(w, state)
	}
	b.add(c)
}

// running blocks the transfer while the task that is to be deleted runs.
func (b *Builder) running(w desired.Task, state task.State) {
	if state.Status == dstypes.TaskStatusRunning || state.Status == dstypes.TaskStatusQueued {
		f := plan.Finding{Severity: plan.Blocking, Code: plan.CodeRunning, Account: w.Spec.Account, Subject: state.ARN, Detail: "the task is running",
			Remedy: "wait for the execution to end, or cancel it; a tear-down does that with CancelRuns"}
		if b.mode == plan.TearDown && b.settings.CancelRuns {
			f.Severity, f.Detail, f.Remedy = plan.Warning, "the task is running: its executions are cancelled, and what they have not yet copied stays uncopied", ""
		}
		b.find([]*transfer.Transfer{w.Transfer}, f)
	}
}
