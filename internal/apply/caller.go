package apply

import (
	"errors"
	"slices"

	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// refuseCaller refuses the apply if its caller may not make a location or task that it would have to make now, or if the caller of an account may not
// write a policy there. Whoever makes only roles, and whoever waits for another account first, is not concerned, and neither is a caller that Override
// lets pass.
func (r *run) refuseCaller() error {
	if r.approved.Mode != plan.SetUp || slices.Contains(r.approved.Settings.Override, plan.CodeNoOperator) {
		return nil
	}
	refused := map[string]*plan.CallerError{} // by account
	var errs []error
	for _, f := range r.current.Findings.List {
		denied := (f.Code == plan.CodeNoOperator || f.Code == plan.CodeCaller) && len(f.DependsOn) == 0
		if !denied || !r.makesNow(f) {
			continue
		}
		account := r.taskAccount(f.Transfer)
		if check.OnWrites(f) {
			account = f.Account
		}
		e := refused[account]
		if e == nil {
			e = &plan.CallerError{Account: account, Caller: f.Subject}
			refused[account], errs = e, append(errs, e)
		}
		e.Findings = append(e.Findings, f)
		if !slices.Contains(e.Transfers, f.Transfer) {
			e.Transfers = append(e.Transfers, f.Transfer)
		}
	}
	for account, e := range refused {
		if apart := r.applicable(account, e.Transfers); len(apart) > 0 {
			for i := range e.Findings {
				e.Findings[i].Remedy += "; or plan " + text.Few(e.Transfers) + " apart from " + text.Few(apart)
			}
		}
	}
	return errors.Join(errs...)
}

// applicable returns the transfers of the task account that are not among the refused ones, and of which something is to be made.
func (r *run) applicable(account string, refused []string) []string {
	var out []string
	for _, t := range r.approved.Transfers {
		has := slices.ContainsFunc(r.approved.Changes, func(c plan.Change) bool {
			return c.Op != plan.NoOp && c.Hold == "" && slices.Contains(c.Transfers, t.Name)
		})
		if t.TaskAccount == account && has && !slices.Contains(refused, t.Name) {
			out = append(out, t.Name)
		}
	}
	return out
}

// taskAccount returns the task account of the plan's transfer of that name.
func (r *run) taskAccount(name string) string {
	for _, t := range r.approved.Transfers {
		if t.Name == name {
			return t.TaskAccount
		}
	}
	return ""
}

// makesNow reports whether this apply would make a location or task, or write a policy, that the finding on its caller is about.
func (r *run) makesNow(f plan.Finding) bool {
	return slices.ContainsFunc(r.approved.Changes, func(ch plan.Change) bool {
		now := r.currentUnblocked[ch.ID]
		switch {
		case check.OnWrites(f):
			if now == nil || ch.Op == plan.NoOp || !slices.Contains(ch.Transfers, f.Transfer) || ch.Account != f.Account || !intersect(now.Calls, f.Actions) {
				return false
			}
		case ch.Kind != plan.DataSyncLocation && (ch.Kind != plan.DataSyncTask || f.Side != ""), !slices.Contains(ch.Transfers, f.Transfer):
			return false
		case ch.Kind == plan.DataSyncLocation && f.Side != "" && f.Side != ch.Side:
			return false
		case now == nil || now.Op != plan.Create && now.Op != plan.Replace || ch.Op == plan.NoOp:
			return false
		}
		return ch.Hold == "" && now.Hold == "" && !r.willWait(ch.ID, map[string]bool{})
	})
}

// intersect reports whether the lists have something in common.
func intersect(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// willWait reports whether the change will wait for another operator: something that it requires is handed over, or is not in the plan and not done.
func (r *run) willWait(id string, seen map[string]bool) bool {
	if seen[id] {
		return false
	}
	seen[id] = true
	ch, now := r.approvedByID[id], r.currentUnblocked[id]
	if now == nil || now.Op == plan.NoOp || now.Hold == plan.Reported {
		return false
	}
	if now.Hold == plan.Handover || ch == nil && !r.holds(now.Account) || ch != nil && ch.Hold == plan.Handover {
		return true
	}
	return slices.ContainsFunc(now.Requires, func(required string) bool { return r.willWait(required, seen) })
}
