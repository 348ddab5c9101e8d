package policy

import (
	"bytes"
	"slices"
)

// Equal reports whether both documents are the same to AWS, which does not give back what it was given: the order of statements and of
// the members of lists, one value or a list of one, repeated members, an account id or the ARN of the account's root, "*" or
// {"AWS": "*"}, the letter case of actions and of condition keys, a number or boolean in a condition or its text, ArnEquals or
// ArnLike, no Version or 2008-10-17, an empty Condition or none make no difference. Version, Id, Sids, letter case elsewhere, and every other value do.
// Whatever is not known to be the same is different. The zero Document equals only itself.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func (d Document) Equal(other Document) bool { return d.EqualWith(other, nil) }

// EqualWith is [Document.Equal] with known unique ids of principals (AROA…, AIDA…) taken for the ARNs that the map gives: a service
// shows the id in place of the ARN now and then, and for good once the principal is deleted.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func (d Document) EqualWith(other Document, arns map[string]string) bool {
	switch {
	case d.d == other.d:
		return true
	case d.d == nil || other.d == nil || d.Len() != other.Len():
		return false
	case bytes.Equal(d.d.text, other.d.text):
		return true
	case d.ID() != other.ID() || d.effectiveVersion() != other.effectiveVersion() || d.unknown() != other.unknown():
		return false
	}
	a, b := d.canonical(arns), other.canonical(arns)
	pa, pb := partitionOf(a), partitionOf(b)
	return slices.Equal(sortedKeys(a, first(pa, pb), arns), sortedKeys(b, first(pb, pa), arns))
}

// Equal reports whether both statements are the same to AWS, Sids included. See [Document.Equal].
func (s Statement) Equal(other Statement) bool { return s.EqualWith(other, nil) }

// EqualWith is [Statement.Equal] with known unique ids. See [Document.EqualWith].
func (s Statement) EqualWith(other Statement, arns map[string]string) bool {
	if s.n == nil || other.n == nil {
		return s.n == other.n
	}
	return s.n.sid() == other.n.sid() && s.n.same(other.n, arns)
}

// same reports whether both statements mean the same, whatever their Sids.
func (n *node) same(other *node, arns map[string]string) bool {
	if n == other {
		return true
	}
	a, b := n.canonical(arns), other.canonical(arns)
	a, b = a.in(first(a.partition, b.partition), arns), b.in(first(b.partition, a.partition), arns)
	return a.meaning() == b.meaning()
}

func (d Document) effectiveVersion() string {
	if v := d.Version(); v != "" {
		return v
	}
	return "2008-10-17"
}

// unknown is the document's members that are not in the grammar, in canonical form.
func (d Document) unknown() string {
	if !d.d.odd {
		return ""
	}
	var c canonWriter
	eachMember(d.trimmed(), func(name, value []byte) {
		switch unquoteNoCopy(name) {
		case "Version", "Id", "Statement":
		default:
			c.unknown(name, value)
		}
	})
	c.flush('u')
	return string(c.out)
}

func (d Document) canonical(arns map[string]string) []*canon {
	out := make([]*canon, len(d.d.statements))
	var w canonWriter
	for i, s := range d.d.statements {
		out[i] = s.canonicalBy(&w, arns)
	}
	return out
}

// partitionOf is the first in alphabetical order of those that the statements name: their order must not matter. "" if there is none.
func partitionOf(cs []*canon) string {
	least := ""
	for _, c := range cs {
		if c.partition != "" && (least == "" || c.partition < least) {
			least = c.partition
		}
	}
	return least
}

// first is the partition to take account ids for: the text's own, or that of what it is compared with, or the oldest.
func first(partitions ...string) string {
	for _, p := range partitions {
		if p != "" {
			return p
		}
	}
	return "aws"
}

func sortedKeys(cs []*canon, partition string, arns map[string]string) []string {
	keys := make([]string, len(cs))
	for i, c := range cs {
		keys[i] = c.in(partition, arns).key
	}
	slices.Sort(keys)
	return keys
}
