package check

import (
	"errors"
	"fmt"
	"slices"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// untilSoon is how long before their end grants are reported to end soon.
const untilSoon = 24 * time.Hour

// until reports what the end of the grants in policies of other accounts means: that it has come or comes soon, that a schedule goes on after it, and that
// the statements stay.
func (c *checker) until() []plan.Finding {
	t, now := c.Transfer, c.facts.Now
	if t.Until.IsZero() {
		return nil
	}
	var out []plan.Finding
	find := func(severity plan.Severity, subject, detail, remedy string) {
		out = append(out, plan.Finding{Severity: severity, Code: plan.CodeUntil, Transfer: t.Name, Account: t.TaskAccount, Subject: subject,
			Detail: detail, Remedy: remedy})
	}
	end := transfer.UntilText(t.Until)
	switch {
	case t.HasEnded(now):
		out = append(out, t.EndedFinding())
	case !now.IsZero() && t.Until.Sub(now) < untilSoon:
		find(plan.Warning, "Until", "what other accounts allow transfer "+t.Name+" ends at "+end+", less than a day after this was checked: "+
			"a run that takes longer fails for the rest",
			"set Until of transfer "+t.Name+" to a later time, unless everything is copied by then")
	}
	if s := c.Task.Schedule; s != nil && s.Status != dstypes.ScheduleStatusDisabled {
		if _, goesOn := s.Next(t.Until.Add(-time.Second)); goesOn {
			find(plan.Warning, "Task.Schedule", "schedule "+s.Expression+" of transfer "+t.Name+" goes on after "+end+
				", when what other accounts allow it ends: runs fail from then on",
				"set Until of transfer "+t.Name+" to a later time before it comes, or take the schedule off the task by then")
		}
	}
	return append(out, c.stays(end)...)
}

// stays reports the policies in which statements that name a role as principal stay after their end: they keep the policy from being written once the role
// is deleted.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func (c *checker) stays(end string) []plan.Finding {
	t := c.Transfer
	var out []plan.Finding
	report := func(account, subject, what string, statements policy.Statements) {
		var roles []string
		for _, st := range statements {
			principals, _ := st.Principals()
			for _, p := range principals {
				if _, isRole := transfer.RoleNameOf(p.Value()); isRole && !slices.Contains(roles, p.Value()) {
					roles = append(roles, p.Value())
				}
			}
		}
		if len(roles) == 0 {
			return
		}
		out = append(out, plan.Finding{Severity: plan.Info, Code: plan.CodeUntil, Transfer: t.Name, Account: account, Subject: subject,
			Detail: fmt.Sprintf("after %s the statements in the policy of %s allow nothing, but stay and name %s: "+
				"if that role is deleted before them, every change of the policy is refused, as without an end", end, what, text.And(roles)),
			Remedy: "destroy transfer " + t.Name + " once it is over, which removes the statements before the role, or set its Grant to ByAccount, " +
				"which names no role as principal"})
	}
	for _, b := range c.Buckets {
		if b.Account != t.TaskAccount {
			report(b.Account, b.Name, "bucket "+b.Name, b.Statements)
		}
	}
	for _, k := range c.Keys {
		if t.RemoteKey(k.ARN) {
			report(k.Account(), k.ARN, "key "+transfer.KeyName(k.ARN), k.Statements)
		}
	}
	return out
}

// withEnd completes a case about the policy of a resource in which statements of ours have an end: as long as they have not ended they allow what they
// say, and afterwards nothing. The same goes for those that a report tells of where the policy was not read. Whether what others wrote allows something at
// that time is not known from the clock.
func (c *checker) withEnd(of *verdict.Case) {
	t, now := c.Transfer, c.facts.Now
	if t.Until.IsZero() || now.IsZero() {
		return
	}
	of.Until, of.Over = t.Until, t.HasEnded(now)
	of.Live, of.Ended = c.liveAndEnded(of.Policies.Resource)
	live, ended := c.liveAndEnded(of.Report.Ours)
	of.Policies.Resource, of.Report.Ours = of.Live, live
	if of.Over {
		of.Policies.Resource, of.Report.Ours = of.Ended, ended
	}
}

// liveAndEnded returns the policy as long as our statements in it allow, and afterwards.
func (c *checker) liveAndEnded(d policy.Document) (live, ended policy.Document) {
	live, ended = d, d
	for _, st := range c.Transfer.Granted() {
		if have, stands := live.Statement(st.Sid()); stands && have.Equal(st) {
			live, ended = live.With(transfer.Undated(st)), ended.With(transfer.Ended(st))
		}
	}
	return live, ended
}

// byEnd takes the end of the grants in policies of other accounts for the reason of a refusal that came after it, unless the plan knows another. At an end
// in the task account nothing ends, and neither does a trust.
func byEnd(e *plan.AccessTestError, t *transfer.Transfer, m task.Meaning) {
	if !endedAt(t, m, e.Err) || m.Cause == task.CauseTrust || e.Verdict == plan.CodeDenied {
		return
	}
	for _, side := range transfer.Sides {
		if ends(t, side) && (e.Side == side || e.Side == "") {
			e.Ended, e.Remedy = t.Until, t.EndedFinding().Remedy
		}
	}
}

// ends reports whether another account's grants to the role of the side end with the transfer's.
func ends(t *transfer.Transfer, side plan.Side) bool {
	return t.End(side).Remote || slices.ContainsFunc(t.End(side).KMSKeys, t.RemoteKey)
}

// suspected returns the end that a message which names none is likelier about: the one with the worse findings, or that where the grants have ended, unless the
// plan found the access to the other denied.
func suspected(t *transfer.Transfer, findings []plan.Finding, m task.Meaning, err error) plan.Side {
	side := doubted(t, findings, m)
	over := only(func(s plan.Side) bool { return ends(t, s) })
	if over == "" || !endedAt(t, m, err) || worst(findings, t, m, func(f plan.Finding) bool { return side != "" && f.Side == side }).Code == plan.CodeDenied {
		return side
	}
	return over
}

// endedAt reports whether what other accounts allow the transfer had ended when the error came about: when the run ended if it is a run's, else now. A copy that
// could not be read back counts as one that differs.
func endedAt(t *transfer.Transfer, m task.Meaning, err error) bool {
	at := time.Now()
	var run *task.IncompleteError
	if errors.As(err, &run) && !run.Outcome.EndTime.IsZero() {
		at = run.Outcome.EndTime
	}
	return t.HasEnded(at) && (m.Access() || m.Cause == task.CauseMismatch)
}
