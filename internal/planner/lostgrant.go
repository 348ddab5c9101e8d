package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// lostGrants tells of adopted roles that stay although the bucket's policy allows them nothing any more: what their owner had granted them left with the
// adoption. gone are the statements of ours that leave, next is the policy that stays; it is zero where nobody here can read it.
func (b *Builder) lostGrants(w desired.Bucket, gone policy.Statements, next policy.Document) {
	for _, t := range w.Transfers {
		for _, side := range transfer.Sides {
			for _, st := range gone {
				if !slices.Contains(t.End(side).Sids, st.Sid()) {
					continue
				}
				role := b.grantee(st)
				if !b.staysAdopted(t, role) || b.allowsStill(next, role, st) {
					continue
				}
				theirs := string(st.WithSid(ownersSid(st.Sid(), side)).Bytes())
				b.Findings.Add(plan.Finding{Severity: plan.Warning, Code: plan.CodeAdopt, Transfer: t.Name, Side: side, Account: w.Spec.Account, Subject: role, Statement: st.Sid(),
					Detail: fmt.Sprintf("statement %s leaves the policy of bucket %s, but role %s, which was adopted, stays: tasks of others that use the role there fail from then on",
						st.Sid(), w.Spec.Name, role),
					Remedy:   fmt.Sprintf("if somebody still uses role %s there, let the owner of bucket %s write this statement: %s", role, w.Spec.Name, theirs),
					Proposal: []string{theirs}})
			}
		}
	}
}

// ownersSid is a Sid for the statement that is not one of ours.
func ownersSid(sid string, side plan.Side) string {
	if own, ours := strings.CutPrefix(sid, transfer.SidPrefix); ours {
		return own
	}
	return "DataSyncRoleOf" + strings.ToUpper(string(side[:1])) + string(side[1:])
}

// grantee is the ARN of the role that a statement of ours allows something; "" if it allows no role.
func (b *Builder) grantee(st policy.Statement) string {
	for _, c := range st.Conditions() {
		if values := c.Values(); strings.EqualFold(c.Key(), "aws:PrincipalArn") && len(values) == 1 {
			return values[0]
		}
	}
	principals, _ := st.Principals()
	if len(principals) != 1 {
		return ""
	}
	return cmp.Or(b.Ids[principals[0].Value()], principals[0].Value())
}

// staysAdopted reports whether the role was adopted by the transfer and stays when the transfer leaves the bucket. Where the role cannot be read, it is
// taken to be what the transfer calls it.
func (b *Builder) staysAdopted(t *transfer.Transfer, role string) bool {
	state, adopted := b.Snap.Roles[role], false
	for _, side := range transfer.Sides {
		adopted = adopted || t.End(side).AdoptsRole && t.End(side).DataSyncRole == role
	}
	if b.CanRead(t.TaskAccount) {
		adopted = state.Exists && t.WasAdopted(state.Tags)
	}
	if !adopted || !b.settings.DeleteAdopted {
		return adopted
	}
	needed := slices.ContainsFunc(b.Desired.Roles, func(r desired.Role) bool { return r.Arn == role && len(r.Others) > 0 })
	others, _ := b.Snap.OthersLocations(b.transfers, role)
	return needed || len(others) > 0
}

// allowsStill reports whether another statement of the policy allows the role, whatever the request, all actions of the statement on all its resources.
func (b *Builder) allowsStill(next policy.Document, role string, st policy.Statement) bool {
	actions, _ := st.Actions()
	resources, _ := st.Resources()
	for other := range next.All() {
		names, not := other.Principals()
		have, notAction := other.Actions()
		on, notResource := other.Resources()
		if other.Effect() != "Allow" || not || notAction || notResource || len(other.Conditions()) > 0 ||
			!slices.ContainsFunc(names, func(p policy.Principal) bool { return cmp.Or(b.Ids[p.Value()], p.Value()) == role }) {
			continue
		}
		if coversAll(have, actions) && coversAll(on, resources) {
			return true
		}
	}
	return false
}

// coversAll reports whether each wanted text is among those that are there, which may end in a star.
func coversAll(have, want []string) bool {
	return !slices.ContainsFunc(want, func(w string) bool {
		return !slices.ContainsFunc(have, func(h string) bool {
			start, star := strings.CutSuffix(h, "*")
			return strings.EqualFold(h, w) || star && len(w) >= len(start) && strings.EqualFold(w[:len(start)], start)
		})
	})
}

// lostRoles tells of adopted locations that stay with a role of ours, which goes or loses what the transfer allowed it.
func (b *Builder) lostRoles(released []releasedLocation) {
	for _, l := range released {
		i := slices.IndexFunc(b.Changes, func(c plan.Change) bool { return c.Kind == plan.IAMRole && c.ARN == l.state.RoleARN })
		if i < 0 || l.transfer.WasAdopted(b.Snap.Roles[l.state.RoleARN].Tags) {
			continue
		}
		remedy := "first give the location a role of its owner's with UpdateLocationS3"
		if had := b.Snap.FormerRolesOf(l.transfer, l.state); len(had) > 0 {
			remedy = fmt.Sprintf("first give the location its own role back with UpdateLocationS3: it had %s", had[0])
		}
		b.Findings.Add(plan.Finding{Severity: plan.Warning, Code: plan.CodeAdopt, Transfer: l.transfer.Name, Side: l.side, Account: l.transfer.TaskAccount, Subject: l.state.ARN,
			Detail: fmt.Sprintf("location %s, which was adopted, stays with role %s, from which the transfer's policies go: tasks that use the location fail from then on",
				l.state.ARN, l.state.RoleARN),
			Remedy: remedy})
	}
}

// releasedLocation is an adopted location that a tear-down leaves.
type releasedLocation struct {
	transfer *transfer.Transfer
	side     plan.Side
	state    location.State
}
