package policy

import (
	"slices"
	"strconv"
	"strings"
)

// Equal reports whether both documents are the same to AWS, which does not give back what it was given: the order of statements and of
// the members of lists, one value or a list of one, repeated members, an account id or the ARN of the account's root, "*" or
// {"AWS": "*"}, the letter case of actions and of condition keys, a number or boolean in a condition or its text, no Version or
// 2008-10-17, an empty Condition or none make no difference. Version, Id, Sids, letter case elsewhere, and every other value do.
// Whatever is not known to be the same is different. The zero Document equals only itself.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
func (d Document) Equal(other Document) bool { return d.EqualWith(other, nil) }

// EqualWith is [Document.Equal], with the unique ids of known principals (AROA…, AIDA…) taken for their ARNs: a service that stores a
// policy shows the id in place of the ARN now and then, and for good once the principal is deleted.
func (d Document) EqualWith(other Document, arns map[string]string) bool {
	if d.d == nil || other.d == nil {
		return d.d == other.d
	}
	if d.Len() != other.Len() || d.ID() != other.ID() || d.effectiveVersion() != other.effectiveVersion() {
		return false
	}
	return slices.Equal(d.keys(arns), other.keys(arns))
}

func (d Document) keys(arns map[string]string) []string {
	keys := make([]string, 0, d.Len())
	for s := range d.All() {
		k := s.n.canonical()
		if len(arns) > 0 {
			k = makeCanon(s.n, arns)
		}
		keys = append(keys, k.sid+"\x00"+k.meaning)
	}
	slices.Sort(keys)
	return keys
}

func (d Document) effectiveVersion() string {
	if v := d.Version(); v != "" {
		return v
	}
	return "2008-10-17"
}

// Equal reports whether both statements are the same to AWS, Sids included. See [Document.Equal].
func (s Statement) Equal(other Statement) bool { return s.EqualWith(other, nil) }

// EqualWith is [Statement.Equal] with known unique ids. See [Document.EqualWith].
func (s Statement) EqualWith(other Statement, arns map[string]string) bool {
	if s.n == nil || other.n == nil {
		return s.n == other.n
	}
	a, b := makeCanon(s.n, arns), makeCanon(other.n, arns)
	return *a == *b
}

// same reports whether both statements mean the same, whatever their Sids.
func (n *node) same(other *node) bool {
	return n == other || n.canonical().meaning == other.canonical().meaning
}

// canon is a statement in a form that is the same for all statements that AWS takes for the same.
type canon struct{ sid, meaning string }

func (n *node) canonical() *canon {
	if c := n.canon.Load(); c != nil {
		return c
	}
	c := makeCanon(n, nil)
	n.canon.Store(c)
	return c
}

func makeCanon(n *node, arns map[string]string) *canon {
	s := Statement{n}
	var b strings.Builder
	b.WriteString(s.Effect())
	set := func(name string, values []string) {
		slices.Sort(values)
		b.WriteString("|" + name)
		for _, v := range slices.Compact(values) {
			b.WriteString(strconv.Quote(v))
		}
	}
	if ps, not := s.Principals(); !n.index.principal.isZero() {
		var values []string
		for _, p := range ps {
			values = append(values, canonPrincipal(p, arns))
		}
		set("P"+strconv.FormatBool(not), values)
	}
	actions, not := s.Actions()
	for i := range actions {
		actions[i] = strings.ToLower(actions[i])
	}
	set("A"+strconv.FormatBool(not), actions)
	if rs, not := s.Resources(); !n.index.resource.isZero() {
		set("R"+strconv.FormatBool(not), rs)
	}
	var conditions []string
	for _, c := range s.Conditions() {
		values := c.Values()
		slices.Sort(values)
		text := strconv.Quote(c.operator) + strconv.Quote(strings.ToLower(c.key))
		for _, v := range slices.Compact(values) {
			text += strconv.Quote(v)
		}
		conditions = append(conditions, text)
	}
	set("C", conditions)
	return &canon{s.Sid(), b.String()}
}

func canonPrincipal(p Principal, arns map[string]string) string {
	if p.kind == "*" {
		return "AWS:*"
	}
	v := p.value
	if arn, ok := arns[v]; ok {
		v = arn
	}
	if rest, ok := strings.CutSuffix(v, ":root"); ok && p.kind == "AWS" {
		if i := strings.LastIndexByte(rest, ':'); i >= 0 {
			v = rest[i+1:]
		}
	}
	return p.kind + ":" + v
}
