package snapshot

import (
	"cmp"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// sidFormer is the statement by which a role keeps the names of keys whose policies cannot be seen.
const sidFormer = "Left"

// formerKeys are the keys that the transfer has left, each with the ARNs of our roles that name it.
func (s *Snapshot) formerKeys(t *transfer.Transfer) map[string][]string {
	wanted := t.Keys
	out := map[string][]string{}
	left := func(arn string) bool {
		return t.RemoteKey(arn) && !slices.ContainsFunc(wanted, func(k kmskey.Spec) bool { return k.ARN == arn })
	}
	for role, state := range s.Roles {
		if state.Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy {
			continue
		}
		for name, document := range state.Policies {
			ours := name == t.End(plan.SourceSide).PolicyName || name == t.End(plan.DestinationSide).PolicyName
			if !ours && role != t.End(plan.SourceSide).DataSyncRole && role != t.End(plan.DestinationSide).DataSyncRole {
				continue
			}
			for _, arn := range keysIn(document) {
				seen := s.Readable[kmskey.Spec{ARN: arn}.Account()]
				if left(arn) && (ours || seen) && !slices.Contains(out[arn], role) { // a policy of the user's own may name keys that were never listed
					out[arn] = append(out[arn], role)
				}
			}
		}
	}
	for _, arn := range s.KeysNamed[t.Name] {
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

// WithFormerKeys adds the keys that the transfers have left to what they want: nothing of theirs is to stand there. So do statements of a transfer
// in the policy of a key that only another transfer lists.
func (s *Snapshot) WithFormerKeys(w desired.Set) desired.Set {
	w.Keys, w.Roles = slices.Clone(w.Keys), slices.Clone(w.Roles)
	for _, tw := range w.Tasks {
		t := tw.Transfer
		for i := range w.Keys {
			stands := func(sid string) bool {
				_, ok := s.Keys[w.Keys[i].Spec.ARN].Policy.Statement(sid)
				return ok
			}
			if k := &w.Keys[i]; t.RemoteKey(k.Spec.ARN) && slices.ContainsFunc(t.KeySids, stands) {
				k.AddFormer(t)
			}
		}
		left := s.formerKeys(t)
		for _, arn := range slices.Sorted(maps.Keys(left)) {
			i := slices.IndexFunc(w.Keys, func(k desired.Key) bool { return k.Spec.ARN == arn })
			if i < 0 {
				w.Keys = append(w.Keys, desired.Key{Spec: kmskey.Spec{ARN: arn}, Former: true})
				i = len(w.Keys) - 1
			}
			k := &w.Keys[i]
			k.AddFormer(t)
			k.NamedBy = append(slices.Clone(k.NamedBy), left[arn]...)
		}
	}
	for i := range w.Roles {
		w.Roles[i] = s.keeping(w.Roles[i], w.Keys)
	}
	return w
}

// keeping is the role with the names of the keys whose policies cannot be seen. That it may describe them lets it do nothing.
func (s *Snapshot) keeping(w desired.Role, keys []desired.Key) desired.Role {
	kept := map[string][]string{} // inline policy → keys
	for _, k := range keys {
		if seen := s.Readable[k.Spec.Account()]; seen || !k.Former || !slices.Contains(k.NamedBy, w.Arn) {
			continue
		}
		for _, t := range w.Transfers {
			if slices.ContainsFunc(k.Transfers, func(x *transfer.Transfer) bool { return x.Name == t.Name }) {
				name := t.End(cmp.Or(w.Side(), plan.SourceSide)).PolicyName
				kept[name] = append(kept[name], k.Spec.ARN)
			}
		}
	}
	if len(kept) == 0 {
		return w
	}
	w.Spec.Policies = maps.Clone(w.Spec.Policies)
	for name, arns := range kept {
		st := policy.Allow("kms:DescribeKey").On(arns...).WithSid(sidFormer)
		if d := w.Spec.Policies[name]; d.IsZero() {
			w.Spec.Policies[name] = policy.New(st)
		} else {
			w.Spec.Policies[name] = d.With(st)
		}
	}
	return w
}

// WithoutFormerKeys are inline policies without the names of left keys, which come and go with the clients that there are.
func WithoutFormerKeys(policies map[string]policy.Document) map[string]policy.Document {
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
