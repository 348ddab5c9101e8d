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

// keyStep is the planning of a key's policy.
func (b *Builder) keyStep(w desired.Key) policyStep {
	arn := w.Spec.ARN
	state, seen := b.Snap.Keys[arn]
	s := policyStep{transfers: w.Transfers, owners: w.Owners, subject: arn, title: "policy of key " + transfer.KeyName(arn), what: "key " + transfer.KeyName(arn), put: "kms:PutKeyPolicy",
		seen: seen, unread: cmp.Or(b.Snap.Failures[arn], state.Unread[kmskey.PartPolicy]), allow: "grant the reader kms:GetKeyPolicy on the key", current: state.Policy,
		change: w.Change()}
	if !seen && s.unread == nil {
		s.unread = snapshot.ErrNotRead
	}
	return s
}

// key plans our statements in the policy of a key outside the task account. It reports a key of any account that could not be read.
func (b *Builder) key(w desired.Key) {
	s := b.keyStep(w)
	if err := b.Snap.Failures[w.Spec.ARN]; err != nil {
		s.allow = "see that the clients of account " + w.Spec.Account() + " can read the key"
		b.unreadable(s)
		return
	}
	switch {
	case s.seen && !w.Usable(b.Snap.Keys[w.Spec.ARN]), !w.Grants:
		return
	case !s.seen:
		b.unseenPolicy(s, w.Spec.Statements)
		return
	case b.unreadable(s):
		return
	}
	d := w.Diff(s.current, b.Ids)
	b.taken(s, d, "rename that statement, or the transfer")
	b.deadBeside(s, d)
	n, q := d.Next.Size(policy.Key)
	b.size(w.Transfers, policySize{account: w.Spec.Account(), subject: w.Spec.ARN, title: s.title, used: n, quota: q, hard: true,
		takes: func() map[string]part { return statementSizes(d.Next, policy.Key, w.Transfers) },
		ways:  []string{inTheAccount(w.Spec.Account(), "key"), oneTransfer, "use a key of its own for this transfer", "have statements removed that nobody needs"}})
	b.add(s.changed(d))
}

// dropKeyStatements takes our statements out of a key's policy.
func (b *Builder) dropKeyStatements(w desired.Key, after map[string][]string) string {
	s, wanted := b.keyStep(w), w.Spec.Statements
	if w.Former {
		wanted = nil
	}
	if state := b.Snap.Keys[w.Spec.ARN]; s.seen && !state.Exists && state.Unread[kmskey.PartKey] == nil {
		return ""
	}
	w.Spec.Statements = nil
	return b.dropPolicy(s, after, func() desired.PolicyDiff {
		d := w.Diff(s.current, b.Ids)
		if d.Op != plan.NoOp {
			d.Op = plan.Update // a key always has a policy
			check.KeyLockout(w.Spec, d.Next, func(severity plan.Severity, code plan.Code, _, detail, remedy string) {
				b.find(w.Transfers, plan.Finding{Severity: severity, Code: code, Account: w.Spec.Account(), Subject: w.Spec.ARN, Detail: detail, Remedy: remedy})
			})
		}
		return d
	}, wanted, w.Ours)
}

// dropFormerKeyStatements plans to take our statements out of the policies of keys that the transfers no longer list.
func (b *Builder) dropFormerKeyStatements(w desired.Set) {
	for _, k := range w.Keys {
		if k.Former {
			b.dropKeyStatements(k, nil)
		}
	}
}

// keyDrops returns the IDs of the changes of the policies of former keys that the role's own policy names. It goes on naming a key until the key's
// policy is clean, because nothing else says which keys those are. Where two transfers swap keys, neither role can wait for the other's key.
func (b *Builder) keyDrops(w desired.Role) []string {
	var out []string
	for _, k := range b.formerKeys(w) {
		if !b.leadsTo(k, w.ID(), map[string]bool{}) {
			out = append(out, k.ID())
		}
	}
	return out
}

// formerKeys are the keys with changes of their policies that the role's own policy names and that its transfers no longer want.
func (b *Builder) formerKeys(w desired.Role) []desired.Key {
	var out []desired.Key
	for _, k := range b.Desired.Keys {
		if slices.Contains(k.NamedBy, w.Arn) && b.CanRead(k.Spec.Account()) && b.planned(k.ID()) != nil {
			out = append(out, k)
		}
	}
	return out
}

// leadsTo reports whether the change of the key's policy waits for that of the role, perhaps through other keys and roles.
func (b *Builder) leadsTo(k desired.Key, role string, seen map[string]bool) bool {
	if seen[k.ID()] {
		return false
	}
	seen[k.ID()] = true
	for _, id := range slices.Concat(k.Roles, k.ByAccount) {
		if id == role {
			return true
		}
		for _, w := range b.Desired.Roles {
			if w.ID() == id && slices.ContainsFunc(b.formerKeys(w), func(next desired.Key) bool { return b.leadsTo(next, role, seen) }) {
				return true
			}
		}
	}
	return false
}

// dataKeyRequires returns the IDs of the changes of key policies that the manifest and the report need. It warns of a key in an account that cannot
// be read instead, because no plan of ours would ever see that its policy was changed.
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

// unseenKeys returns the remote keys whose policies may name the role of the side and cannot be read.
func (b *Builder) unseenKeys(t *transfer.Transfer, side plan.Side) []unseenPolicy {
	var arns, former []string
	for _, n := range t.KeyNeeds {
		if n.Role == side {
			arns = append(arns, n.Keys...)
		}
	}
	for _, k := range b.Desired.Keys {
		if k.Former && slices.Contains(k.NamedBy, t.End(side).DataSyncRole) {
			former = append(former, k.Spec.ARN)
		}
	}
	var out []unseenPolicy
	for _, arn := range slices.Concat(arns, former) {
		if account := (kmskey.Spec{ARN: arn}).Account(); t.RemoteKey(arn) && !b.CanRead(account) {
			out = append(out, unseenPolicy{what: fmt.Sprintf("key %s of account %s", transfer.KeyName(arn), account),
				change: desired.Key{Spec: kmskey.Spec{ARN: arn}}.ID(), record: slices.Contains(former, arn)})
		}
	}
	return out
}
