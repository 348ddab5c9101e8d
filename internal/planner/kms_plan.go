package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// key plans our statement in the policy of a key outside the task account, and reports what is wrong with a key of any account.
func (b *Builder) key(w desired.Key) {
	account, arn := w.Spec.Account(), w.Spec.ARN
	state, seen := b.Snap.Keys[arn]
	if err := b.Snap.Failures[arn]; err != nil {
		b.find(w.Transfers, unreadFinding(account, arn, err, plan.Blocking, "see that the clients of account "+account+" can read the key"))
		return
	}
	if seen && !w.Usable(state) || !w.Grants {
		return
	}
	c := w.Change()
	if !seen {
		var fragments []policy.Fragment
		for _, st := range w.Spec.Statements {
			fragments = append(fragments, st)
			c.Details = append(c.Details, "+ "+st.Sid()+"   "+desired.Sentence(st))
		}
		if len(fragments) > 0 {
			c.After = policy.New(fragments...).String()
			b.add(c)
		}
		return
	}
	if err := state.Unread[kmskey.PartPolicy]; err != nil {
		b.find(w.Transfers, unreadFinding(account, arn, err, plan.Blocking, "grant the reader kms:GetKeyPolicy on the key"))
		return
	}
	d := w.Diff(state.Policy, b.Ids)
	b.keyTaken(w, d)
	n, q := d.Next.Size(policy.Key)
	b.size(w.Transfers, account, arn, "policy of key "+transfer.KeyName(arn), n, q, true)
	c.Op, c.Details, c.Before, c.After = d.Op, d.Lines, string(state.Policy.Bytes()), string(d.Next.Bytes())
	if d.Op == plan.NoOp {
		c.Calls = nil
	}
	b.add(c)
}

func (b *Builder) keyTaken(w desired.Key, d desired.PolicyDiff) {
	for _, sid := range d.Taken {
		b.find(w.Owners(sid), plan.Finding{Severity: plan.Blocking, Code: plan.CodeSidTaken, Account: w.Spec.Account(), Subject: w.Spec.ARN, Statement: sid,
			Detail: "policy of key " + transfer.KeyName(w.Spec.ARN) + ": statement " + sid + " bears our id but is not of our making", Remedy: "rename that statement, or the transfer"})
	}
}

// dropKeyStatements takes our statements out of a key's policy.
func (b *Builder) dropKeyStatements(w desired.Key, locations map[string][]string) string {
	account, arn := w.Spec.Account(), w.Spec.ARN
	c := w.Change()
	c.Requires = nil
	for _, t := range w.Transfers {
		c.Requires = append(c.Requires, locations[t.Name]...)
	}
	if !b.CanRead(account) {
		for _, st := range w.Spec.Statements {
			c.Details = append(c.Details, "- "+st.Sid())
		}
		if w.Former {
			c.Details = []string{"- whichever of ours still stand there: " + strings.Join(w.Ours, ", ")}
		}
		b.add(c)
		return c.ID
	}
	state, seen := b.Snap.Keys[arn]
	if seen && !state.Exists && state.Unread[kmskey.PartKey] == nil {
		return ""
	}
	if err := b.Snap.Unread(arn, state.Unread, kmskey.PartPolicy); err != nil || !seen {
		b.find(w.Transfers, unreadFinding(account, arn, cmp.Or(err, snapshot.ErrNotRead), plan.Blocking, "grant the reader kms:GetKeyPolicy on the key"))
		return ""
	}
	w.Spec.Statements = nil
	d := w.Diff(state.Policy, b.Ids)
	b.keyTaken(w, d)
	if d.Op == plan.NoOp {
		return ""
	}
	c.Op, c.Details, c.Before, c.After = plan.Update, d.Lines, string(state.Policy.Bytes()), string(d.Next.Bytes())
	check.KeyLockout(w.Spec, d.Next, func(severity plan.Severity, code plan.Code, _, detail, remedy string) {
		b.find(w.Transfers, plan.Finding{Severity: severity, Code: code, Account: account, Subject: arn, Detail: detail, Remedy: remedy})
	})
	b.add(c)
	return c.ID
}

// dataKeyRequires are those that the task needs for its manifest and its report. One in an account that cannot be read is warned of instead:
// nobody here would ever see that it was made.
func (b *Builder) dataKeyRequires(t *transfer.Transfer) []string {
	return slices.DeleteFunc(desired.KeyChanges(t, func(n transfer.KeyNeed) bool { return n.Purpose != t.End(n.Role).KeyPurpose }), func(id string) bool {
		account, _, _ := strings.Cut(id, "/")
		if b.CanRead(account) {
			return false
		}
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Warning, Code: plan.CodeUnread, Account: account, Subject: id[strings.LastIndexByte(id, '/')+1:],
			Detail: "the policy of the key of the manifest or the report cannot be read: the task is made whether or not the policy lets it use the key",
			Remedy: "let the key's operator apply their part before the task is made"})
		return true
	})
}

// unseenKeys are the remote keys whose policies may name the role of the side and cannot be read.
func (b *Builder) unseenKeys(t *transfer.Transfer, side plan.Side) []string {
	var arns, out []string
	for _, n := range t.KeyNeeds {
		if n.Role == side {
			arns = append(arns, n.Keys...)
		}
	}
	for _, k := range b.Desired.Keys {
		if k.Former && slices.Contains(k.NamedBy, t.End(side).DataSyncRole) {
			arns = append(arns, k.Spec.ARN)
		}
	}
	for _, arn := range arns {
		if account := (kmskey.Spec{ARN: arn}).Account(); t.RemoteKey(arn) && !b.CanRead(account) {
			out = append(out, fmt.Sprintf("key %s of account %s", transfer.KeyName(arn), account))
		}
	}
	return out
}
