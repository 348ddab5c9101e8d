package xacct

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// readKey reads a key with the client of the account in its ARN: KMS shows a key's policy to no other.
func (s *reader) readKey(ctx context.Context, spec kmskey.Spec) {
	api, err := s.clients.KMS(spec.ARN)
	if err != nil {
		s.fail(spec.ARN, err)
		return
	}
	state, err := kmskey.Observe(ctx, api, spec)
	if err != nil {
		s.fail(spec.ARN, &plan.CallError{Account: spec.Account(), Region: spec.Region(), Operation: "kms:GetKeyPolicy", Subject: spec.ARN, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[spec.ARN] = state
}

// key plans our statement in the policy of a key outside the task account, and reports what is wrong with a key of any account.
func (b *builder) key(w keyWant) {
	account, arn := w.spec.Account(), w.spec.ARN
	state, seen := b.snap.keys[arn]
	if err := b.snap.failures[arn]; err != nil {
		b.find(w.transfers, unreadFinding(account, arn, err, plan.Blocking, "see that the clients of account "+account+" can read the key"))
		return
	}
	if seen && !w.usable(state) || !w.grants {
		return
	}
	c := w.change()
	if !seen {
		var fragments []policy.Fragment
		for _, st := range w.spec.Statements {
			fragments = append(fragments, st)
			c.Details = append(c.Details, "+ "+st.Sid()+"   "+sentence(st))
		}
		if len(fragments) > 0 {
			c.After = policy.New(fragments...).String()
			b.add(c)
		}
		return
	}
	if err := state.Unread[kmskey.PartPolicy]; err != nil {
		b.find(w.transfers, unreadFinding(account, arn, err, plan.Blocking, "grant the reader kms:GetKeyPolicy on the key"))
		return
	}
	d := diffKey(w, state.Policy, b.ids)
	b.keyTaken(w, d)
	n, q := d.next.Size(policy.Key)
	b.size(w.transfers, account, arn, "policy of key "+transfer.KeyName(arn), n, q, true)
	c.Op, c.Details, c.Before, c.After = d.op, d.lines, string(state.Policy.Bytes()), string(d.next.Bytes())
	if d.op == plan.NoOp {
		c.Calls = nil
	}
	b.add(c)
}

// usable reports whether the key's policy is worth a look; see [Resources.Check].
func (w keyWant) usable(s kmskey.State) bool {
	return s.Grantable(w.grants)
}

// change is what every change of a key's policy has.
func (w keyWant) change() plan.Change {
	return plan.Change{ID: w.id(), Account: w.spec.Account(), Region: w.spec.Region(), Kind: plan.KeyPolicy, Name: transfer.KeyName(w.spec.ARN), ARN: w.spec.ARN,
		Transfers: transferNames(w.transfers), Requires: w.roles, Op: plan.Update, Calls: []string{"kms:PutKeyPolicy"}}
}

func (b *builder) keyTaken(w keyWant, d policyDiff) {
	for _, sid := range d.taken {
		b.find(w.owners(sid), plan.Finding{Severity: plan.Blocking, Code: plan.CodeSidTaken, Account: w.spec.Account(), Subject: w.spec.ARN, Statement: sid,
			Detail: "policy of key " + transfer.KeyName(w.spec.ARN) + ": statement " + sid + " bears our id but is not of our making", Remedy: "rename that statement, or the transfer"})
	}
}

// dropKeyStatements takes our statements out of a key's policy.
func (b *builder) dropKeyStatements(w keyWant, locations map[string][]string) string {
	account, arn := w.spec.Account(), w.spec.ARN
	c := w.change()
	c.Requires = nil
	for _, t := range w.transfers {
		c.Requires = append(c.Requires, locations[t.Name]...)
	}
	if !b.canRead(account) {
		for _, st := range w.spec.Statements {
			c.Details = append(c.Details, "- "+st.Sid())
		}
		if w.former {
			c.Details = []string{"- whichever of ours still stand there: " + strings.Join(w.ours, ", ")}
		}
		b.add(c)
		return c.ID
	}
	state, seen := b.snap.keys[arn]
	if seen && !state.Exists && state.Unread[kmskey.PartKey] == nil {
		return ""
	}
	if err := b.snap.unread(arn, state.Unread, kmskey.PartPolicy); err != nil || !seen {
		b.find(w.transfers, unreadFinding(account, arn, cmp.Or(err, errNotRead), plan.Blocking, "grant the reader kms:GetKeyPolicy on the key"))
		return ""
	}
	w.spec.Statements = nil
	d := diffKey(w, state.Policy, b.ids)
	b.keyTaken(w, d)
	if d.op == plan.NoOp {
		return ""
	}
	c.Op, c.Details, c.Before, c.After = plan.Update, d.lines, string(state.Policy.Bytes()), string(d.next.Bytes())
	check.KeyLockout(w.spec, d.next, func(severity plan.Severity, code plan.Code, _, detail, remedy string) {
		b.find(w.transfers, plan.Finding{Severity: severity, Code: code, Account: account, Subject: arn, Detail: detail, Remedy: remedy})
	})
	b.add(c)
	return c.ID
}

// keyRequires are the changes of key policies that the location of the side needs: without them its access test fails as s3:GetObject.
// Observed: https://github.com/ministryofjustice/modernisation-platform-environments/pull/3902
func keyRequires(t *transfer.Transfer, side plan.Side) []string {
	return keyChanges(t, func(n transfer.KeyNeed) bool { return n.Purpose == t.End(side).KeyPurpose })
}

// dataKeyRequires are those that the task needs for its manifest and its report. One in an account that cannot be read is warned of instead:
// nobody here would ever see that it was made.
func (b *builder) dataKeyRequires(t *transfer.Transfer) []string {
	return slices.DeleteFunc(keyChanges(t, func(n transfer.KeyNeed) bool { return n.Purpose != t.End(n.Role).KeyPurpose }), func(id string) bool {
		account, _, _ := strings.Cut(id, "/")
		if b.canRead(account) {
			return false
		}
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Warning, Code: plan.CodeUnread, Account: account, Subject: id[strings.LastIndexByte(id, '/')+1:],
			Detail: "the policy of the key of the manifest or the report cannot be read: the task is made whether or not the policy lets it use the key",
			Remedy: "let the key's operator apply their part before the task is made"})
		return true
	})
}

// keyChanges are the changes of the policies of remote keys, for some of the needs.
func keyChanges(t *transfer.Transfer, of func(transfer.KeyNeed) bool) []string {
	var out []string
	for _, n := range t.KeyNeeds {
		for _, arn := range n.Keys {
			if id := keyChange(arn); of(n) && t.RemoteKey(arn) && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// unseenKeys are the remote keys whose policies may name the role of the side and cannot be read.
func (b *builder) unseenKeys(t *transfer.Transfer, side plan.Side) []string {
	var arns, out []string
	for _, n := range t.KeyNeeds {
		if n.Role == side {
			arns = append(arns, n.Keys...)
		}
	}
	for _, k := range b.desired.keys {
		if k.former && slices.Contains(k.namedBy, t.End(side).DataSyncRole) {
			arns = append(arns, k.spec.ARN)
		}
	}
	for _, arn := range arns {
		if account := (kmskey.Spec{ARN: arn}).Account(); t.RemoteKey(arn) && !b.canRead(account) {
			out = append(out, fmt.Sprintf("key %s of account %s", transfer.KeyName(arn), account))
		}
	}
	return out
}

func keyResidue(s *snapshot, w wants) []plan.Residue {
	var out []plan.Residue
	for _, k := range w.keys {
		state, read := s.keys[k.spec.ARN]
		if !read || !k.grants {
			continue
		}
		item := plan.Residue{Account: k.spec.Account(), Region: k.spec.Region(), Kind: plan.KeyPolicy, Name: transfer.KeyName(k.spec.ARN)}
		if err := state.Unread[kmskey.PartPolicy]; err != nil {
			item.Detail = "not known: " + text.OneLine(err)
			out = append(out, item)
			continue
		}
		for _, sid := range k.ours {
			if _, there := state.Policy.Statement(sid); there {
				item.Ours, item.Detail = true, "statement "+sid
				out = append(out, item)
			}
		}
		out = append(out, strangers(s, k.policyWant, state.Policy, item)...)
	}
	return out
}
