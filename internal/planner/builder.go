package planner

import (
	"slices"

	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// find adds a finding for each of the transfers.
func (b *Builder) find(transfers []*transfer.Transfer, f plan.Finding) {
	for _, name := range desired.Names(transfers) {
		f.Transfer = name
		b.Findings.Add(f)
	}
}

// findOnce adds one finding for all the transfers, which names none if they are several. One that blocks is added for each of them, because it blocks each.
func (b *Builder) findOnce(transfers []*transfer.Transfer, f plan.Finding) {
	if f.Severity == plan.Blocking || len(desired.Names(transfers)) == 1 {
		b.find(transfers, f)
		return
	}
	b.Findings.Add(f)
}

// blame notes the error that a blocking finding of the transfers comes from. Planning again finds the same error again.
func (b *Builder) blame(transfers []*transfer.Transfer, err error) {
	for _, name := range desired.Names(transfers) {
		if !slices.ContainsFunc(b.Causes[name], func(have error) bool { return have.Error() == err.Error() }) {
			b.Causes[name] = append(b.Causes[name], err)
		}
	}
}

// BlockedError is the error of a transfer that the findings block.
func (b *Builder) BlockedError(name string, findings []plan.Finding) *plan.BlockedError {
	e := &plan.BlockedError{Transfer: name, Findings: findings, Causes: slices.Clone(b.Causes[name])}
	for _, f := range b.Findings.List {
		blocks := func(g plan.Finding) bool { return g.Subject == f.Subject && g.Account == f.Account }
		if f.Code == plan.CodeWrongOwner && f.Severity != plan.Info && f.Transfer == name && slices.ContainsFunc(findings, blocks) {
			e.Causes = append(e.Causes, b.Snap.WrongOwner(f.Account, f.Subject))
		}
	}
	return e
}

// add finishes a change and keeps it.
func (b *Builder) add(c plan.Change) {
	if c.Op != plan.NoOp && c.Hold == "" && b.handedOver(c.Account) {
		if c.Hold = plan.Handover; c.Reason != "" {
			c.Reason = ": " + c.Reason
		}
		c.Reason = "for the operator of account " + c.Account + c.Reason
	}
	escapeChange(&c)
	b.Changes = append(b.Changes, c)
}

// planned is the change with the ID; nil is none. It may be written to until the next change is added.
func (b *Builder) planned(id string) *plan.Change {
	if b.byID == nil {
		b.byID, b.numbered = map[string]int{}, 0
	}
	for ; b.numbered < len(b.Changes); b.numbered++ {
		if _, have := b.byID[b.Changes[b.numbered].ID]; !have {
			b.byID[b.Changes[b.numbered].ID] = b.numbered
		}
	}
	if i, ok := b.byID[id]; ok {
		return &b.Changes[i]
	}
	return nil
}

// handedOver reports whether the account's changes are for its own operator, because we have no client for it or were told so.
func (b *Builder) handedOver(account string) bool {
	ok := b.Snap.Readable[account]
	return !ok || slices.Contains(b.settings.HandOver, account)
}

// CanRead reports whether the account can be looked at.
func (b *Builder) CanRead(account string) bool {
	return b.Snap.Readable[account]
}

// unreadFinding reports that the subject could not be read.
func unreadFinding(account, subject string, err error, s plan.Severity, remedy string) plan.Finding {
	return unknownFinding(account, subject, subject, err, s, remedy)
}

// unknownFinding reports that what, which is about the subject, could not be read.
func unknownFinding(account, subject, what string, err error, s plan.Severity, remedy string) plan.Finding {
	return plan.Finding{Severity: s, Code: plan.CodeUnread, Account: account, Subject: subject, Detail: what + " could not be read: " + text.OneLine(err),
		Remedy: check.Remedy(err, remedy)}
}

func appendIf(s []string, ok bool, v string) []string {
	if ok {
		return append(s, v)
	}
	return s
}
