package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

func (b *Builder) role(w desired.Role) {
	c := plan.Change{ID: w.ID(), Account: w.Account, Kind: plan.IAMRole, Name: w.Spec.Name, Transfers: desired.Names(w.Transfers), ARN: w.Arn, Side: w.Side()}
	state := b.Snap.Roles[w.Arn]
	if err := cmp.Or(b.Snap.Failures[w.Arn], unreadRole(state)); err != nil {
		b.blame(w.Transfers, err)
		b.find(w.Transfers, unreadFinding(w.Account, w.Arn, err, plan.Blocking, "grant the reader iam:GetRole, iam:ListRolePolicies and iam:GetRolePolicy on role "+w.Arn))
		return
	}
	if !b.adoptable(w, state) {
		return
	}
	if state.Exists {
		if why, ok := w.Ours(state); !ok {
			b.blame(w.Transfers, &plan.OwnerError{Account: w.Account, Kind: plan.IAMRole, Name: w.Spec.Name, Detail: why})
			b.find(w.Transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeForeignRole, Account: w.Account, Subject: w.Arn, Detail: "role " + w.Spec.Name + " is not ours: " + why,
				Remedy: "name another role in Endpoint.Role, or use role " + w.Spec.Name + " as it is with Endpoint.RoleARN"})
			return
		}
	}
	b.boundary(w, state)
	d := w.Diff(state)
	c.Op, c.Details, c.Before, c.After = d.Op, d.Lines, w.Before(state), w.After(d)
	if d.Op == plan.Create {
		c.Calls = append(c.Calls, "iam:CreateRole", "iam:TagRole")
	} else if !d.Trust.IsZero() {
		c.Calls = append(c.Calls, "iam:UpdateAssumeRolePolicy")
	}
	bounded := d.Op == plan.Create && w.Spec.PermissionsBoundary != "" // a new role gets its boundary once more
	c.Calls = appendIf(c.Calls, d.Bound || bounded, "iam:PutRolePermissionsBoundary")
	c.Calls = appendIf(c.Calls, len(d.Put) > 0, "iam:PutRolePolicy")
	c.Calls = appendIf(c.Calls, len(d.Drop) > 0, "iam:DeleteRolePolicy")
	c.Calls = appendIf(c.Calls, d.Op == plan.Update && len(d.Tags) > 0, "iam:TagRole")
	if !b.CanRead(w.Account) { // it may exist, and then it is brought up to date
		c.Calls = append(c.Calls, "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePolicy")
	}
	b.roleSizes(w, state)
	c.Requires = b.keyDrops(w)
	b.add(c)
}

// boundary reports a wanted permissions boundary that does not exist: IAM refuses to make the role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
func (b *Builder) boundary(w desired.Role, state iamrole.State) {
	arn := w.Spec.PermissionsBoundary
	if err := state.Unread[iamrole.PartManaged+"/"+arn]; arn == "" || !awserr.Is(err, "NoSuchEntity") {
		return
	}
	for _, t := range w.Transfers {
		for _, side := range transfer.Sides {
			if e := t.End(side); e.OwnsRole && e.DataSyncRole == w.Arn {
				b.Findings.Add(plan.Finding{Severity: plan.Blocking, Code: plan.CodeNoRole, Transfer: t.Name, Side: side, Account: w.Account, Subject: arn,
					Detail: fmt.Sprintf("the permissions boundary of role %s, %s, does not exist", w.Spec.Name, arn),
					Remedy: fmt.Sprintf("correct Role.PermissionsBoundary of the %s, or make the policy first", side)})
			}
		}
	}
}

// unreadRole is why the parts of a role that a plan may write could not all be read; nil if they were.
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
	b.size(w.Transfers, policySize{account: w.Account, subject: w.Arn, title: "the inline policies of role " + w.Spec.Name, used: used, quota: quota, hard: true,
		takes: func() map[string]part { return rolePolicySizes(w) }, ways: []string{"give this transfer a role of its own with Role.Name", oneTransfer, "shorten Role.Policies if they are given",
			"have inline policies removed that nobody needs"}})
	n, q := w.Spec.Trust.Size(policy.Trust)
	b.size(w.Transfers, policySize{account: w.Account, subject: w.Arn, title: "the trust policy of role " + w.Spec.Name, used: n, quota: q,
		ways: []string{"shorten Role.Trust", "have the quota raised with Service Quotas"}})
}

// dropRole plans to delete our inline policies, and the role with the last of them, after the changes of its transfers and of the policies that allow
// it. It returns the ID of the change, and whether the role has to stay for now.
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
	c.Requires = slices.DeleteFunc(c.Requires, func(id string) bool {
		return w.Unnamed(state) && b.elsewhere(all, id) || b.outlives(all, w, state.ID, id)
	})
	slices.Sort(c.Requires)
	c.Requires = slices.Compact(c.Requires)
	if !b.CanRead(w.Account) {
		b.add(c)
		return c.ID, false
	}
	if err := b.Snap.Unread(w.Arn, state.Unread, iamrole.PartRole); err != nil {
		b.blame(w.Transfers, err)
		b.find(w.Transfers, unreadFinding(w.Account, w.Arn, err, plan.Blocking, "grant the reader iam:GetRole on role "+w.Arn))
		return "", true
	}
	if !state.Exists {
		return "", false
	}
	if why, ok := w.Ours(state); !ok {
		if t := w.Transfers[0]; t.End(plan.SourceSide).AdoptsRole || t.End(plan.DestinationSide).AdoptsRole {
			return "", false // it was released, or never adopted
		}
		b.find(w.Transfers, plan.Finding{Severity: plan.Warning, Code: plan.CodeForeignRole, Account: w.Account, Subject: w.Arn, Detail: "role " + w.Spec.Name + " stays: " + why,
			Remedy: "see who uses it, and delete it by hand if nobody does"})
		return "", false
	}
	for _, part := range []string{iamrole.PartPolicies, iamrole.PartAttached} {
		if err := state.Unread[part]; err != nil {
			b.blame(w.Transfers, err)
			b.find(w.Transfers, unreadFinding(w.Account, w.Arn, err, plan.Blocking, "grant the reader iam:ListRolePolicies and iam:ListAttachedRolePolicies on role "+w.Arn))
			return "", true
		}
	}
	end := w.Leaving(state, b.settings.DeleteAdopted)
	if err := unreadRole(state); err != nil && end.Release { // what could not be read of ours would stay
		b.blame(w.Transfers, err)
		b.find(w.Transfers, unreadFinding(w.Account, w.Arn, err, plan.Blocking, "grant the reader iam:GetRolePolicy on role "+w.Arn))
		return "", true
	}
	if w.Shared || len(end.Rest) > 0 || end.Release {
		if len(end.Gone) == 0 && !end.Release {
			return "", false
		}
		c.Op, c.Calls = plan.Update, nil
		if len(end.Gone) > 0 {
			c.Calls, c.Details = []string{"iam:DeleteRolePolicy"}, []string{"inline policy " + strings.Join(end.Gone, ", ") + " is removed"}
		}
		c.Details = append(c.Details, staysFor(end.Rest)...)
		if end.Release {
			c.Requires = slices.DeleteFunc(c.Requires, func(id string) bool { return b.elsewhere(all, id) })
			c.Calls, c.Details = append(c.Calls, "iam:UntagRole"), append(c.Details, desired.ReleaseLine)
		}
	} else {
		b.holdRole(&c, w, all, state.ID)
	}
	c.Before = w.Before(state)
	b.add(c)
	return c.ID, c.Hold == plan.Blocked
}

// elsewhere reports whether the change is of a policy of another operator, which the transfers' text alone tells of: a role that stays need not wait
// for it. What stands in a former bucket is known by the tags of the role and of locations.
func (b *Builder) elsewhere(all desired.Set, id string) bool {
	return b.policies(all).elsewhere[id]
}

// staysFor is the line that says for what a role stays.
func staysFor(rest []string) []string {
	if len(rest) == 0 {
		return nil
	}
	return []string{"stays for " + strings.Join(rest, ", ")}
}
