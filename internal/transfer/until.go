package transfer

import (
	"slices"
	"strings"
	"time"

	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// KeyNow is the condition key that a grant with an end asks for: the time of the request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime
const KeyNow = "aws:CurrentTime"

// AboutTime reports whether the condition asks for the time of the request.
func AboutTime(c policy.Condition) bool { return strings.EqualFold(c.Key(), KeyNow) }

// UntilText is the time as policies and plans write it, such as 2026-12-01T00:00:00Z.
func UntilText(until time.Time) string { return until.UTC().Format(time.RFC3339) }

// ending returns the statement, which is for a policy of another account, with the end of the transfer's grants if they have one.
func (t *Transfer) ending(st policy.Statement) policy.Statement {
	if t.Until.IsZero() {
		return st
	}
	return st.When(policy.Where("DateLessThan", KeyNow, UntilText(t.Until)))
}

// Undated returns a statement of ours without the conditions on the time of the request.
func Undated(st policy.Statement) policy.Statement {
	actions, _ := st.Actions()
	return undatedWith(st, actions...)
}

// Ended returns a statement of ours as it is once its time is over: it has the place and the Sid, and allows nothing.
func Ended(st policy.Statement) policy.Statement { return undatedWith(st, "xacct:Ended") }

func undatedWith(st policy.Statement, actions ...string) policy.Statement {
	principals, _ := st.Principals()
	resources, _ := st.Resources()
	return policy.Allow(actions...).WithSid(st.Sid()).By(principals...).On(resources...).When(slices.DeleteFunc(st.Conditions(), AboutTime)...)
}

// Granted are the statements that the transfer wants in policies of other accounts.
func (t *Transfer) Granted() policy.Statements {
	out := slices.Concat(t.BucketStatements(plan.SourceSide), t.BucketStatements(plan.DestinationSide))
	for _, key := range t.Keys {
		out = append(out, key.Statements...)
	}
	return out
}

// HasEnded reports whether the grants in policies of other accounts allow nothing at that time, because it is not before Until. The zero time is not known.
func (t *Transfer) HasEnded(now time.Time) bool {
	return !t.Until.IsZero() && !now.IsZero() && !now.Before(t.Until)
}

// CheckEnd reports, as a [plan.BlockedError], that the grants in policies of other accounts have ended.
func (t *Transfer) CheckEnd(now time.Time) error {
	if !t.HasEnded(now) {
		return nil
	}
	return &plan.BlockedError{Transfer: t.Name, Findings: []plan.Finding{t.EndedFinding()}}
}

// EndedFinding is that the grants in policies of other accounts have ended.
func (t *Transfer) EndedFinding() plan.Finding {
	return plan.Finding{Severity: plan.Blocking, Code: plan.CodeUntil, Transfer: t.Name, Account: t.TaskAccount, Subject: "Until",
		Detail: "what other accounts allow transfer " + t.Name + " ended at " + UntilText(t.Until) + ", its Until",
		Remedy: "set Until of transfer " + t.Name + " to a later time and apply that plan, which renews the grants, or destroy the transfer"}
}

// validateUntil reports an end that policies or the JSON of a plan could not hold as it is, or that no statement could have.
func (t *Transfer) validateUntil(l *problem.List) {
	if t.Until.IsZero() {
		return
	}
	_, offset := t.Until.Zone()
	year := t.Until.UTC().Year()
	rule := ruleUntil
	if year >= 1970 && year <= 9999 {
		rule.Remedy = "write it as " + UntilText(t.Until) + ", such as by UTC().Truncate(time.Second)"
	}
	l.Check(offset == 0 && t.Until.Nanosecond() == 0 && year >= 1970 && year <= 9999, rule, "Until", t.Until.Format(time.RFC3339Nano))
	l.Check(t.Grant != GrantTutorial, ruleUntilTutorial, "Until", UntilText(t.Until))
}

// validateEnding reports an end that no statement has, of a transfer that is valid otherwise.
func (t *Transfer) validateEnding(l *problem.List) {
	l.Check(t.Until.IsZero() || len(t.Granted()) > 0, ruleUntilRemote, "Until", UntilText(t.Until))
}
