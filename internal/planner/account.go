package planner

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// idleHandOver warns of accounts in HandOver that no transfer names and where nothing lies that the transfers used before: the ids may be mistyped,
// and the account that was meant would be written.
func (b *Builder) idleHandOver() {
	for i, account := range b.settings.HandOver {
		if slices.Contains(b.settings.HandOver[:i], account) || mentioned(b.transfers, account) || b.touches(account) {
			continue
		}
		b.Findings.Add(plan.Finding{Severity: plan.Warning, Code: plan.CodeUnknownAccount, Account: account, Subject: account,
			Detail: fmt.Sprintf("HandOver names account %s, which no transfer names and where nothing of theirs is known to lie", account),
			Remedy: "correct the id, or take it off HandOver: the account that was meant is written otherwise"})
	}
}

// touches reports whether something lies in the account that the transfers use or have used.
func (b *Builder) touches(account string) bool {
	for _, w := range b.Desired.Buckets {
		if w.Spec.Account == account {
			return true
		}
	}
	for _, w := range b.Desired.Keys {
		if w.Spec.Account() == account {
			return true
		}
	}
	return slices.ContainsFunc(b.Changes, func(c plan.Change) bool { return c.Account == account }) ||
		slices.ContainsFunc(b.Findings.List, func(f plan.Finding) bool { return f.Account == account })
}

// mentioned reports whether a transfer names the account.
func mentioned(transfers []*transfer.Transfer, account string) bool {
	return slices.ContainsFunc(transfers, func(t *transfer.Transfer) bool { return slices.Contains(t.Accounts(), account) })
}

// UnknownAccount is the finding of a part of the plan for an account that the plan does not know; false if it knows it.
func (p *Plan) UnknownAccount(account string) (plan.Finding, bool) {
	if mentioned(p.Transfers, account) || slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Account == account }) ||
		slices.ContainsFunc(p.Findings, func(f plan.Finding) bool {
			return account != "" && f.Account == account && f.Code != plan.CodeUnknownAccount
		}) {
		return plan.Finding{}, false
	}
	f := plan.Finding{Severity: plan.Blocking, Code: plan.CodeUnknownAccount, Account: account, Subject: account,
		Detail: fmt.Sprintf("the plan has nothing for account %q: no transfer names it, and nothing of theirs is known to lie there", account),
		Remedy: "ask for an account of the plan's changes"}
	if !region.ValidAccount(account) {
		f.Remedy = region.AccountRemedy(account)
	}
	return f, true
}
