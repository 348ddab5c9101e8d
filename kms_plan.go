package xacct

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
)

// readKey reads a key with the client of the account in its ARN: KMS shows a key's policy to no other.
func (s *snapshot) readKey(ctx context.Context, spec kmskey.Spec) {
	api, err := s.clients.kms(spec.ARN)
	if err != nil {
		s.fail(spec.ARN, err)
		return
	}
	state, err := kmskey.Observe(ctx, api, spec)
	if err != nil {
		s.fail(spec.ARN, &CallError{Account: spec.Account(), Region: spec.Region(), Operation: "kms:GetKeyPolicy", Subject: spec.ARN, Err: err})
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
	if err := b.snap.errs[arn]; err != nil {
		b.find(w.transfers, unreadFinding(account, arn, err, Blocking, "see that the clients of account "+account+" can read the key"))
		return
	}
	if seen && !b.keyFacts(w, state) || !w.grants {
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
		b.find(w.transfers, unreadFinding(account, arn, err, Blocking, "grant the reader kms:GetKeyPolicy on the key"))
		return
	}
	d := diffKey(w, state.Policy, b.ids)
	b.keyTaken(w, d)
	n, q := d.next.Size(policy.Key)
	b.size(w.transfers, account, arn, "policy of key "+keyName(arn), n, q, true)
	c.Op, c.Details, c.Before, c.After = d.op, d.lines, string(state.Policy.Bytes()), string(d.next.Bytes())
	if d.op == NoOp {
		c.Calls = nil
	} else {
		b.keyLockout(w, d.next)
		b.keyPrincipals(w, d.next)
	}
	b.add(c)
}

// change is what every change of a key's policy has.
func (w keyWant) change() Change {
	return Change{ID: w.id(), Account: w.spec.Account(), Region: w.spec.Region(), Kind: KeyPolicy, Name: keyName(w.spec.ARN), ARN: w.spec.ARN,
		Transfers: names(w.transfers), Requires: w.roles, Op: Update, Calls: []string{"kms:PutKeyPolicy"}}
}

// keyFacts reports what is wrong with the key itself, and whether its policy is worth a look.
func (b *builder) keyFacts(w keyWant, s kmskey.State) bool {
	f := Finding{Severity: Blocking, Code: CodeKeyUnusable, Account: w.spec.Account(), Subject: w.spec.ARN}
	switch why := s.Usable(); {
	case s.Unread[kmskey.PartKey] == nil && !s.Exists:
		f.Code, f.Detail, f.Remedy = CodeNoKey, "the key does not exist", "correct KMSKeys: DescribeKey tells the ARN"
	case s.Manager == kmstypes.KeyManagerTypeAws && w.grants:
		f.Detail = "the key is managed by AWS: its policy cannot be changed and serves its own account only"
		f.Remedy = "encrypt the bucket with a customer managed key or with SSE-S3"
	case why != "":
		f.Detail, f.Remedy = why, "see to the key, or take it off KMSKeys if no object needs it"
	default:
		if err := s.Unread[kmskey.PartKey]; err != nil {
			b.find(w.transfers, unreadFinding(w.spec.Account(), w.spec.ARN, err, Warning, "grant the reader kms:DescribeKey on the key: it tells whether the key can be used"))
		}
		return true
	}
	b.find(w.transfers, f)
	return false
}

func (b *builder) keyTaken(w keyWant, d policyDiff) {
	for _, sid := range d.taken {
		b.find(w.owners(sid), Finding{Severity: Blocking, Code: CodeSidTaken, Account: w.spec.Account(), Subject: w.spec.ARN, Statement: sid,
			Detail: "policy of key " + keyName(w.spec.ARN) + ": statement " + sid + " bears our id but is not of our making", Remedy: "rename that statement, or the transfer"})
	}
}

// keyLockout blocks a write after which nobody of the key's account could change the policy. KMS would refuse it.
func (b *builder) keyLockout(w keyWant, next policy.Document) {
	_, err := w.spec.ReplacePolicyInput(next)
	for _, p := range Problems(err) {
		if p.ID == "policy-lockout" {
			b.find(w.transfers, Finding{Severity: Blocking, Code: CodeLockout, Account: w.spec.Account(), Subject: w.spec.ARN,
				Detail: "policy of key " + keyName(w.spec.ARN) + " " + p.Rule, Remedy: p.Remedy})
		}
	}
}

// keyPrincipals blocks a write that KMS would refuse, because a statement of somebody else names a role or user that is gone. An id that was
// not looked at long enough may stand for a role that exists.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
func (b *builder) keyPrincipals(w keyWant, next policy.Document) {
	for _, p := range policy.Dangling(next) {
		if b.ids[p.ID] != "" {
			continue
		}
		f := Finding{Severity: Warning, Code: CodeDeadPrincipal, Account: w.spec.Account(), Subject: w.spec.ARN,
			Statement: cmp.Or(p.Statement.Sid(), fmt.Sprintf("statement %d", p.Index+1)),
			Remedy:    "let the owner of the key remove or correct that principal"}
		f.Detail = fmt.Sprintf("in the policy of key %s %s names %s: a role or user that is gone, or one whose change is minutes old", keyName(w.spec.ARN), f.Statement, p.ID)
		if slices.Contains(b.snap.dead, p.ID) {
			f.Severity = Blocking
			f.Detail = fmt.Sprintf("in the policy of key %s %s names %s, whose role or user is gone: KMS refuses every change of the policy", keyName(w.spec.ARN), f.Statement, p.ID)
		}
		b.find(w.transfers, f)
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
		if w.left {
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
		b.find(w.transfers, unreadFinding(account, arn, cmp.Or(err, errNotRead), Blocking, "grant the reader kms:GetKeyPolicy on the key"))
		return ""
	}
	w.spec.Statements = nil
	d := diffKey(w, state.Policy, b.ids)
	b.keyTaken(w, d)
	if d.op == NoOp {
		return ""
	}
	c.Op, c.Details, c.Before, c.After = Update, d.lines, string(state.Policy.Bytes()), string(d.next.Bytes())
	b.keyLockout(w, d.next)
	b.add(c)
	return c.ID
}

// keyRequires are the changes of key policies that the location of the side needs: without them its access test fails as s3:GetObject.
// Observed: https://github.com/ministryofjustice/modernisation-platform-environments/pull/3902
func (t Transfer) keyRequires(side Side) []string {
	return t.keyChanges(func(n keyNeed) bool { return n.purpose == t.keyPurpose(side) })
}

// dataKeyRequires are those that the task needs for its manifest and its report.
func (t Transfer) dataKeyRequires() []string {
	return t.keyChanges(func(n keyNeed) bool { return n.purpose != t.keyPurpose(n.role) })
}

// keyChanges are the changes of the policies of remote keys, for some of the needs.
func (t Transfer) keyChanges(of func(keyNeed) bool) []string {
	var out []string
	for _, n := range t.keyNeeds() {
		for _, arn := range n.keys {
			if id := keyChange(arn); of(n) && t.remoteKey(arn) && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// unseenKeys are the remote keys whose policies may name the role of the side and cannot be read.
func (b *builder) unseenKeys(t Transfer, side Side) []string {
	var arns, out []string
	for _, n := range t.keyNeeds() {
		if n.role == side {
			arns = append(arns, n.keys...)
		}
	}
	for _, k := range b.all.keys {
		if k.left && slices.Contains(k.by, t.roleARN(side)) {
			arns = append(arns, k.spec.ARN)
		}
	}
	for _, arn := range arns {
		if account := (kmskey.Spec{ARN: arn}).Account(); t.remoteKey(arn) && !b.canRead(account) {
			out = append(out, fmt.Sprintf("key %s of account %s", keyName(arn), account))
		}
	}
	return out
}

func (s *snapshot) keyResidue(w wants) []Residue {
	var out []Residue
	for _, k := range w.keys {
		state, read := s.keys[k.spec.ARN]
		if !read || !k.grants {
			continue
		}
		item := Residue{Account: k.spec.Account(), Region: k.spec.Region(), Kind: KeyPolicy, Name: keyName(k.spec.ARN)}
		if err := state.Unread[kmskey.PartPolicy]; err != nil {
			item.Detail = "not known: " + oneLine(err)
			out = append(out, item)
			continue
		}
		for _, sid := range k.ours {
			if _, there := state.Policy.Statement(sid); there {
				item.Ours, item.Detail = true, "statement "+sid
				out = append(out, item)
			}
		}
		out = append(out, s.strangers(k.policyWant, state.Policy, item)...)
	}
	return out
}
