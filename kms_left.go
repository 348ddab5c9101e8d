package xacct

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// sidFormer is the statement by which a role keeps the names of keys whose policies cannot be seen.
const sidFormer = "Left"

// formerKeys are the keys that the transfer has left, each with the ARNs of our roles that name it.
func (s *snapshot) formerKeys(t *transfer.Transfer) map[string][]string {
	wanted := t.Keys
	out := map[string][]string{}
	left := func(arn string) bool {
		return t.RemoteKey(arn) && !slices.ContainsFunc(wanted, func(k kmskey.Spec) bool { return k.ARN == arn })
	}
	for role, state := range s.roles {
		if state.Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy {
			continue
		}
		for name, document := range state.Policies {
			ours := name == t.End(plan.SourceSide).PolicyName || name == t.End(plan.DestinationSide).PolicyName
			if !ours && role != t.End(plan.SourceSide).DataSyncRole && role != t.End(plan.DestinationSide).DataSyncRole {
				continue
			}
			for _, arn := range keysIn(document) {
				seen := s.readable[kmskey.Spec{ARN: arn}.Account()]
				if left(arn) && (ours || seen) && !slices.Contains(out[arn], role) { // a policy of the user's own may name keys that were never listed
					out[arn] = append(out[arn], role)
				}
			}
		}
	}
	for _, arn := range s.keysNamed[t.Name] {
		if _, known := out[arn]; !known && left(arn) {
			out[arn] = nil
		}
	}
	return out
}

// keysIn are the ARNs of keys that the document names.
func keysIn(d policy.Document) []string {
	var out []string
	for st := range d.All() {
		resources, _ := st.Resources()
		for _, r := range resources {
			if region.ValidKey(r) && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// withFormerKeys adds the keys that the transfers have left to what they want: nothing of theirs is to stand there. So do statements of a transfer
// in the policy of a key that only another transfer lists.
func (s *snapshot) withFormerKeys(w wants) wants {
	w.keys, w.roles = slices.Clone(w.keys), slices.Clone(w.roles)
	for _, tw := range w.tasks {
		t := tw.transfer
		for i := range w.keys {
			stands := func(sid string) bool {
				_, ok := s.keys[w.keys[i].spec.ARN].Policy.Statement(sid)
				return ok
			}
			if k := &w.keys[i]; t.RemoteKey(k.spec.ARN) && slices.ContainsFunc(t.KeySids, stands) {
				k.addFormer(t)
			}
		}
		left := s.formerKeys(t)
		for _, arn := range slices.Sorted(maps.Keys(left)) {
			i := slices.IndexFunc(w.keys, func(k keyWant) bool { return k.spec.ARN == arn })
			if i < 0 {
				w.keys = append(w.keys, keyWant{spec: kmskey.Spec{ARN: arn}, former: true})
				i = len(w.keys) - 1
			}
			k := &w.keys[i]
			k.addFormer(t)
			k.namedBy = append(slices.Clone(k.namedBy), left[arn]...)
		}
	}
	for i := range w.roles {
		w.roles[i] = s.keeping(w.roles[i], w.keys)
	}
	return w
}

// addFormer notes that nothing of the transfer's but what it lists is to stand in the key's policy.
func (w *keyWant) addFormer(t *transfer.Transfer) {
	w.grants = true
	if !slices.ContainsFunc(w.transfers, func(x *transfer.Transfer) bool { return x.Name == t.Name }) {
		w.transfers = append(slices.Clone(w.transfers), t)
	}
	for _, sid := range t.KeySids {
		if !slices.Contains(w.ours, sid) {
			w.ours = append(slices.Clone(w.ours), sid)
		}
	}
}

// keeping is the role with the names of the keys whose policies cannot be seen. That it may describe them lets it do nothing.
func (s *snapshot) keeping(w roleWant, keys []keyWant) roleWant {
	kept := map[string][]string{} // inline policy → keys
	for _, k := range keys {
		if seen := s.readable[k.spec.Account()]; seen || !k.former || !slices.Contains(k.namedBy, w.arn) {
			continue
		}
		for _, t := range w.transfers {
			if slices.ContainsFunc(k.transfers, func(x *transfer.Transfer) bool { return x.Name == t.Name }) {
				name := t.End(cmp.Or(w.side(), plan.SourceSide)).PolicyName
				kept[name] = append(kept[name], k.spec.ARN)
			}
		}
	}
	if len(kept) == 0 {
		return w
	}
	w.spec.Policies = maps.Clone(w.spec.Policies)
	for name, arns := range kept {
		st := policy.Allow("kms:DescribeKey").On(arns...).WithSid(sidFormer)
		if d := w.spec.Policies[name]; d.IsZero() {
			w.spec.Policies[name] = policy.New(st)
		} else {
			w.spec.Policies[name] = d.With(st)
		}
	}
	return w
}

// withoutFormerKeys are inline policies without the names of left keys, which come and go with the clients that there are.
func withoutFormerKeys(policies map[string]policy.Document) map[string]policy.Document {
	out := map[string]policy.Document{}
	for name, d := range policies {
		if _, ok := d.Statement(sidFormer); ok {
			d = d.Without(sidFormer)
		}
		if d.Len() > 0 {
			out[name] = d
		}
	}
	return out
}

// readFormerKeys reads the policies of the keys that the transfers have left.
func (s *reader) readFormerKeys(ctx context.Context, w wants) {
	var transfers []*transfer.Transfer
	for _, t := range w.tasks {
		transfers = append(transfers, t.transfer)
	}
	proven, ids := accountsOf(s.clients, transfers), s.roleIDs()
	var wg sync.WaitGroup
	for _, k := range s.withFormerKeys(w).keys {
		account := k.spec.Account()
		_, read := s.keys[k.spec.ARN]
		if _, ok := s.clients[account]; !k.former || read || !ok {
			continue
		}
		wg.Go(func() {
			if !slices.Contains(proven, account) {
				if _, err := identify(ctx, s.clients, []string{account}); err != nil {
					s.fail(k.spec.ARN, err)
					return
				}
			}
			s.readKey(ctx, k.spec)
			s.confirmKey(ctx, k, ids)
		})
	}
	wg.Wait()
}

// keysNamedBy are the keys that the plan's text names, by transfer: whoever sees only their account cannot see the roles that tell of them.
// Nothing is done to them but to take out statements of these transfers.
func keysNamedBy(changes []plan.Change) map[string][]string {
	out := map[string][]string{}
	for _, c := range changes {
		if spec := (kmskey.Spec{ARN: c.ARN}); c.Kind == plan.KeyPolicy && region.ValidKey(c.ARN) && spec.Account() == c.Account {
			for _, t := range c.Transfers {
				out[t] = append(out[t], c.ARN)
			}
		}
	}
	return out
}

// dropFormerKeyStatements plans that our statements leave the keys that the transfers have left.
func (b *builder) dropFormerKeyStatements(w wants) {
	for _, k := range w.keys {
		if k.former {
			b.dropKeyStatements(k, nil)
		}
	}
}

// keyDrops are the IDs of the changes of the policies of left keys that the role names: it names them until these are made.
func (b *builder) keyDrops(w roleWant) []string {
	var out []string
	for _, k := range b.desired.keys {
		if k.former && slices.Contains(k.namedBy, w.arn) && b.canRead(k.spec.Account()) && slices.ContainsFunc(b.changes, func(c plan.Change) bool { return c.ID == k.id() }) {
			out = append(out, k.id())
		}
	}
	return out
}
