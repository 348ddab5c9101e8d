package planner

import (
	"errors"
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

// differing leaves of a plan what differs, and of its findings those of comparing. Nothing is held back because of them, because nothing can be applied.
func (b *Builder) differing() {
	b.Changes = slices.DeleteFunc(b.Changes, func(c plan.Change) bool { return c.Op == plan.NoOp })
	b.Findings.Restore(slices.DeleteFunc(b.Findings.List, func(f plan.Finding) bool { return !slices.Contains(ofDrift, f.Code) }))
}
