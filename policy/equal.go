package policy

import (
	"bytes"
	"slices"
)

// Equal reports whether AWS treats both documents as the same, although their text differs. These make no difference:
//   - the order of statements and of the values in a list, repeated values, and a single value or a list of it;
//   - an account id or the ARN of the account's root, and "*" or {"AWS": "*"};
//   - the letter case of actions and of condition keys;
//   - in a condition, a number or boolean or its text, and ArnEquals or ArnLike;
//   - no Version or 2008-10-17, and an empty Condition or none.
//
// Everything else does: Version, Id, Sids, letter case elsewhere, and all other values. What is not known to be the same counts as
// different. The zero Document equals only itself.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func (d Document) Equal(other Document) bool { return d.EqualWith(other, nil) }

// EqualWith is [Document.Equal], except that a principal's unique id (AROA…, AIDA…) counts as the ARN that arns gives for it. A service
// sometimes shows the id in place of the ARN, and always once the principal is deleted.
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
	if x, y := unlike(d.d.statements, other.d.statements); len(x) == 0 {
		return true
	} else if a, b := canonical(x, arns), canonical(y, arns); !slices.ContainsFunc(slices.Concat(a, b), (*canon).isOpen) {
		return slices.Equal(sortedKeys(a, "", arns), sortedKeys(b, "", arns))
	}
	a, b := canonical(d.d.statements, arns), canonical(other.d.statements, arns) // all of them tell the partition of an account id
	pa, pb := partitionOf(a), partitionOf(b)
	return slices.Equal(sortedKeys(a, first(pa, pb), arns), sortedKeys(b, first(pb, pa), arns))
}

// Equal reports whether AWS treats both statements as the same. Their Sids must be the same too. See [Document.Equal].
func (s Statement) Equal(other Statement) bool { return s.EqualWith(other, nil) }

// EqualWith is [Statement.Equal], except that a unique id counts as the ARN that arns gives for it. See [Document.EqualWith].
func (s Statement) EqualWith(other Statement, arns map[string]string) bool {
	if s.n == nil || other.n == nil {
		return s.n == other.n
	}
	return s.n.sid() == other.n.sid() && s.n.same(other.n, arns)
}

// same reports whether both statements mean the same. Their Sids are not compared.
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

// unknown returns the document's members that are not in the grammar, in canonical form.
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

// unlike returns the statements of a and of b that are left when each statement of a is paired with one of b that has the same text.
func unlike(a, b []placed) (x, y []placed) {
	texts := make(map[string]int, len(b))
	for _, s := range b {
		texts[noCopy(s.text)]++
	}
	for _, s := range a {
		if texts[noCopy(s.text)] > 0 {
			texts[noCopy(s.text)]--
		} else {
			x = append(x, s)
		}
	}
	for _, s := range slices.Backward(b) { // of several with one text, the last is left
		if texts[noCopy(s.text)] > 0 {
			texts[noCopy(s.text)]--
			y = append(y, s)
		}
	}
	return x, y
}

func canonical(statements []placed, arns map[string]string) []*canon {
	out := make([]*canon, len(statements))
	var w canonWriter
	for i, s := range statements {
		out[i] = s.canonicalBy(&w, arns)
	}
	return out
}

// partitionOf returns the partition that the statements name; "" if they name none. Of several it takes the first in alphabetical
// order, so that the order of statements does not matter.
func partitionOf(cs []*canon) string {
	least := ""
	for _, c := range cs {
		if c.partition != "" && (least == "" || c.partition < least) {
			least = c.partition
		}
	}
	return least
}

// first returns the first partition that is not "", else "aws".
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
