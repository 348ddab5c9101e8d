package planner

import (
	"errors"
	"fmt"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// driftMode is the mode in which is read: drift if that is asked for, which is an error where it has no meaning.
func driftMode(mode plan.Mode, r Reading) (plan.Mode, error) {
	switch {
	case !r.Drift:
		return mode, nil
	case mode == plan.TearDown:
		return "", errors.New("plan: Drift shows what differs from a set-up: leave it out of NewDestroyPlan")
	case r.LookAtKeys > 0:
		return "", errors.New("plan: Drift checks nothing, and LookAtKeys is for a check: leave one of them out")
	}
	return plan.Drift, nil
}

// ofDrift are the codes of findings that say of a comparison what came in its way. Everything else rests on facts that are not read for it.
var ofDrift = []plan.Code{plan.CodeAdopt, plan.CodeAmbiguous, plan.CodeCandidate, plan.CodeForeignLogGroup, plan.CodeForeignRole, plan.CodeNoLocation,
	plan.CodeNoLogGroup, plan.CodeReported, plan.CodeSidTaken, plan.CodeUnread, plan.CodeUnknownAccount}

// differing leaves of a plan what differs, and of its findings those of comparing. Nothing is held back or handed over, because nothing can be applied.
// What lies in an account without clients was not compared, which is a finding, whatever was reported of it. What the transfers use as it is, and their
// buckets whose policies are compared, are there or are findings.
func (b *Builder) differing() {
	b.Findings.Restore(slices.DeleteFunc(b.Findings.List, func(f plan.Finding) bool { return !slices.Contains(ofDrift, f.Code) }))
	differs := b.Changes[:0]
	for _, c := range b.Changes {
		switch {
		case c.Op == plan.NoOp:
			continue
		case c.Hold != "" && !b.CanRead(c.Account):
			detail := fmt.Sprintf("%s %s was not compared: account %s has no clients", c.Kind, c.Name, c.Account)
			if c.Hold == plan.Reported {
				detail += ", and what was reported of it may have changed since"
			}
			for _, name := range c.Transfers {
				b.Findings.Add(plan.Finding{Severity: plan.Warning, Code: plan.CodeUnread, Transfer: name, Account: c.Account, Subject: c.Name,
					Detail: detail, Remedy: "plan with clients of account " + c.Account + ", or ask its team what differs"})
			}
			continue
		case c.Hold == plan.Handover:
			c.Hold, c.Reason = "", ""
		}
		differs = append(differs, c)
	}
	b.Changes = differs
	for _, t := range b.transfers {
		for _, side := range transfer.Sides {
			b.stillThere(t, side)
		}
	}
}

// stillThere finds that the given role of the side, or its bucket where that was read, is not there.
func (b *Builder) stillThere(t *transfer.Transfer, side plan.Side) {
	e := t.End(side)
	gone := func(code plan.Code, account, subject, detail, remedy string) {
		b.Findings.Add(plan.Finding{Severity: plan.Blocking, Code: code, Transfer: t.Name, Side: side, Account: account, Subject: subject, Detail: detail, Remedy: remedy})
	}
	switch role, read := b.Snap.Roles[e.RoleARN]; {
	case e.RoleARN == "" || !read:
	case role.Unread[iamrole.PartRole] != nil:
		f := unknownFinding(t.TaskAccount, e.RoleARN, "role "+e.RoleARN, role.Unread[iamrole.PartRole], plan.Warning, "grant the reader iam:GetRole on it")
		f.Transfer, f.Side = t.Name, side
		b.Findings.Add(f)
	case !role.Exists:
		gone(plan.CodeNoRole, t.TaskAccount, e.RoleARN, "role "+e.RoleARN+" does not exist", "correct RoleARN of the "+string(side)+", or leave it empty")
	}
	if s, read := b.Snap.Buckets[e.Bucket]; read && s.Unread[bucket.PartBucket] == nil && !s.Exists {
		gone(plan.CodeNoBucket, e.Account, e.Bucket, fmt.Sprintf("%s bucket %s does not exist", side, e.Bucket), fmt.Sprintf("make bucket %s, or correct its name in the %s", e.Bucket, side))
	}
}
