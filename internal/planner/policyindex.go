package planner

import (
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/policy"
)

// policyIndex tells which policies of a set may concern a role, so that a role does not go through the policies of all transfers. Its lists are positions
// in the set.
type policyIndex struct {
	buckets, keys named
	elsewhere     map[string]bool // IDs of the changes of policies of other operators, which the transfers' text alone tells of
}

// named are positions by who is named: a principal in a policy, or a transfer that uses it.
type named map[naming][]int

type naming struct{ principal, transfer string }

// policies is the index of the policies, as they were read, of the set that is being planned.
func (b *Builder) policies(all desired.Set) policyIndex {
	if b.policyIndex.buckets == nil {
		b.policyIndex = b.newPolicyIndex(all)
	}
	return b.policyIndex
}

func (b *Builder) newPolicyIndex(all desired.Set) policyIndex {
	x := policyIndex{buckets: named{}, keys: named{}, elsewhere: map[string]bool{}}
	for i, w := range all.Buckets {
		if !w.Former && !b.CanRead(w.Spec.Account) {
			x.elsewhere[w.ID()] = true
		}
		x.buckets.add(i, w.SharedPolicy, b.Snap.Buckets[w.Spec.Name].Policy)
	}
	for i, w := range all.Keys {
		if len(w.NamedBy) == 0 && !b.CanRead(w.Spec.Account()) {
			x.elsewhere[w.ID()] = true
		}
		x.keys.add(i, w.SharedPolicy, b.Snap.Keys[w.Spec.ARN].Policy)
		for _, arn := range w.NamedBy {
			x.keys.put(naming{principal: arn}, i)
		}
	}
	return x
}

func (n named) add(i int, w desired.SharedPolicy, d policy.Document) {
	for _, t := range w.Transfers {
		n.put(naming{transfer: t.Name}, i)
	}
	for st := range d.All() {
		principals, _ := st.Principals()
		for _, p := range principals {
			if p.Value() != "" {
				n.put(naming{principal: p.Value()}, i)
			}
		}
	}
}

func (n named) put(k naming, i int) {
	if have := n[k]; len(have) == 0 || have[len(have)-1] != i {
		n[k] = append(have, i)
	}
}

// concerning are the positions, in order, of the policies that name the role by its ARN or its unique id, or that one of its transfers uses.
func (n named) concerning(w desired.Role, id string) []int {
	out := slices.Concat(n[naming{principal: w.Arn}], n[naming{principal: id}])
	for _, t := range w.Transfers {
		out = append(out, n[naming{transfer: t.Name}]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
