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

// A former key belongs to another account than the task; a transfer listed it before and no longer does. Our statement may still stand in its policy.
// AWS has no list that tells of such keys. Only the policies of our own roles do, because they name every key that they were made for. So a role
// gives up the name of a key only once our statement is gone. While nobody can see to that, because there is no client for the key's account, the role
// keeps the name, with leave to do no more than kms:DescribeKey.

// WithFormerKeys returns the set with the former keys of its transfers, in whose policies no statement of theirs is wanted. A key that another
// transfer still lists is noted too if statements of a transfer that does not list it stand in its policy. Roles keep the names of former keys
// whose accounts have no client.
func (s *Snapshot) WithFormerKeys(w desired.Set) desired.Set {
	w.Keys, w.Roles = slices.Clone(w.Keys), slices.Clone(w.Roles)
	for _, tw := range w.Tasks {
		t := tw.Transfer
		for i := range w.Keys {
			if k := &w.Keys[i]; t.RemoteKey(k.Spec.ARN) && anyStands(s.Keys[k.Spec.ARN].Policy, t.KeySids) {
				k.AddFormer(t)
			}
		}
		former := s.formerKeys(t)
		for _, arn := range slices.Sorted(maps.Keys(former)) {
			i := slices.IndexFunc(w.Keys, func(k desired.Key) bool { return k.Spec.ARN == arn })
			if i < 0 {
				w.Keys = append(w.Keys, desired.Key{Spec: kmskey.Spec{ARN: arn}, Former: true})
				i = len(w.Keys) - 1
			}
			k := &w.Keys[i]
			k.AddFormer(t)
			k.NamedBy = append(slices.Clone(k.NamedBy), former[arn]...)
		}
	}
	for i := range w.Roles {
		w.Roles[i] = s.keeping(w.Roles[i], w.Keys)
	}
	return w
}

// formerKeys are the former keys of the transfer by ARN, each with the ARNs of our roles that name it.
func (s *Snapshot) formerKeys(t *transfer.Transfer) map[string][]string {
	out := map[string][]string{}
	former := func(arn string) bool {
		return t.RemoteKey(arn) && !slices.ContainsFunc(t.Keys, func(k kmskey.Spec) bool { return k.ARN == arn })
	}
	source, destination := t.End(plan.SourceSide), t.End(plan.DestinationSide)
	holders := slices.Concat(s.index().rolesByPolicy[source.PolicyName], s.index().rolesByPolicy[destination.PolicyName],
		[]string{source.DataSyncRole, destination.DataSyncRole})
	slices.Sort(holders)
	for _, role := range slices.Compact(holders) {
		state := s.Roles[role]
		if state.Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy {
			continue
		}
		for name, document := range state.Policies {
			ours := name == source.PolicyName || name == destination.PolicyName
			if !ours && role != source.DataSyncRole && role != destination.DataSyncRole {
				continue
			}
			for _, arn := range keysIn(document) {
				// A policy of the user's own may name keys that no transfer ever listed: such a key counts only if its policy can be read.
				readable := s.Readable[kmskey.Spec{ARN: arn}.Account()]
				if former(arn) && (ours || readable) && !slices.Contains(out[arn], role) {
					out[arn] = append(out[arn], role)
				}
			}
		}
	}
	for _, arn := range s.KeysNamed[t.Name] {
		if _, known := out[arn]; !known && former(arn) {
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

// sidFormer is the Sid of the statement by which a role keeps the names of former keys.
const sidFormer = "Left"

// keeping returns the role with a statement that names those former keys that it named so far and whose policies cannot be seen. To describe a key
// gives the role no access to data.
func (s *Snapshot) keeping(w desired.Role, keys []desired.Key) desired.Role {
	kept := map[string][]string{} // inline policy → keys
	for _, k := range keys {
		if s.Readable[k.Spec.Account()] || !k.Former || !slices.Contains(k.NamedBy, w.Arn) {
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

// WithoutFormerKeys returns the inline policies without the names of former keys. Two plans of the same transfers may differ in these, because they
// depend on the accounts that there are clients for.
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
