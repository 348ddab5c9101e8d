package planner

import (
	"errors"
	"fmt"
	"slices"

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
// What lies in an account without clients was not compared, which is a finding.
func (b *Builder) differing() {
	b.Findings.Restore(slices.DeleteFunc(b.Findings.List, func(f plan.Finding) bool { return !slices.Contains(ofDrift, f.Code) }))
	differs := b.Changes[:0]
	for _, c := range b.Changes {
		switch {
		case c.Op == plan.NoOp:
			continue
		case c.Hold == plan.Handover && !b.CanRead(c.Account):
			for _, name := range c.Transfers {
				b.Findings.Add(plan.Finding{Severity: plan.Warning, Code: plan.CodeUnread, Transfer: name, Account: c.Account, Subject: c.Name,
					Detail: fmt.Sprintf("%s %s was not compared: account %s has no clients", c.Kind, c.Name, c.Account),
					Remedy: "plan with clients of account " + c.Account + ", or ask its team what differs"})
			}
			continue
		case c.Hold == plan.Handover:
			c.Hold, c.Reason = "", ""
		}
		differs = append(differs, c)
	}
	b.Changes = differs
}
