package policy

import (
	"slices"
	"strings"
)

// Allow is a statement that allows the actions, to be completed by the methods [Statement.By], [Statement.On] and [Statement.When].
// One action is printed as a string, several as a list in the order given.
func Allow(actions ...string) Statement { return begin("Allow", actions) }

// Deny is a statement that denies the actions. See [Allow].
func Deny(actions ...string) Statement { return begin("Deny", actions) }

func begin(effect string, actions []string) Statement {
	text := quote([]byte(`{"Effect":`), effect)
	text = append(text, `,"Action":`...)
	text = appendStrings(text, actions)
	n, err := parseStatement(append(text, '}'))
	if err != nil {
		return Statement{} // cannot be: the text is made here
	}
	return Statement{n}
}

// WithSid is the statement with the Sid, or without one if sid is "".
func (s Statement) WithSid(sid string) Statement {
	if sid == "" {
		return s.set("Sid", nil)
	}
	return s.set("Sid", quote(nil, sid))
}

// By is the statement with exactly these principals, in place of any it had; without arguments it names none, as policies of a role do.
func (s Statement) By(principals ...Principal) Statement {
	principals = slices.DeleteFunc(slices.Clone(principals), func(p Principal) bool { return p == Principal{} })
	switch {
	case len(principals) == 0:
		return s.set("Principal", nil)
	case len(principals) == 1 && principals[0] == Everyone():
		return s.set("Principal", []byte(`"*"`))
	}
	var kinds []string
	values := map[string][]string{}
	for _, p := range principals {
		if p == Everyone() {
			p = AWS("*") // the same, and the only form beside others
		}
		if values[p.kind] == nil {
			kinds = append(kinds, p.kind)
		}
		values[p.kind] = append(values[p.kind], p.value)
	}
	text := []byte{'{'}
	for i, kind := range kinds {
		text = appendMember(text, i > 0, kind)
		text = appendStrings(text, values[kind])
	}
	return s.set("Principal", append(text, '}'))
}

// On is the statement with exactly these resources, in place of any it had; without arguments it names none, as trust policies do.
func (s Statement) On(resources ...string) Statement {
	if len(resources) == 0 {
		return s.set("Resource", nil)
	}
	return s.set("Resource", appendStrings(nil, resources))
}

// When is the statement with these conditions added to those it has. A condition of an operator and key that are there already
// takes the place of the old one: JSON has one place for it, and putting the values together would allow more, not less.
func (s Statement) When(conditions ...Condition) Statement {
	if len(conditions) == 0 {
		return s
	}
	all := s.Conditions()
	for _, c := range conditions {
		same := func(o Condition) bool { return o.operator == c.operator && strings.EqualFold(o.key, c.key) }
		if i := slices.IndexFunc(all, same); i >= 0 {
			all[i] = c
		} else {
			all = append(all, c)
		}
	}
	text := []byte{'{'}
	var done []string
	for _, c := range all {
		if slices.Contains(done, c.operator) {
			continue
		}
		text = appendMember(text, len(done) > 0, c.operator)
		done = append(done, c.operator)
		text = append(text, '{')
		first := true
		for _, o := range all {
			if o.operator != c.operator {
				continue
			}
			text = appendMember(text, !first, o.key)
			first = false
			if o.raw != nil {
				text = append(text, o.raw...)
			} else {
				text = appendStrings(text, o.values)
			}
		}
		text = append(text, '}')
	}
	return s.set("Condition", append(text, '}'))
}

// order is the order in which elements are printed.
var order = map[string]int{"Sid": 1, "Effect": 2, "Principal": 3, "NotPrincipal": 3, "Action": 4, "NotAction": 4, "Resource": 5, "NotResource": 5, "Condition": 6}

// set is the statement with the element changed to value, added in its usual place, or removed if value is nil.
// All other members keep their text and order.
func (s Statement) set(element string, value []byte) Statement {
	if s.n == nil {
		return s
	}
	rank := order[element]
	text := []byte{'{'}
	first, done := true, value == nil
	put := func(name, value []byte) {
		if !first {
			text = append(text, ',')
		}
		first = false
		text = append(append(append(text, name...), ':'), value...)
	}
	name := quote(nil, element)
	has := false
	eachMember(s.n.text, func(n, _ []byte) { has = has || order[unquoteNoCopy(n)] == rank })
	eachMember(s.n.text, func(n, v []byte) {
		r := order[unquoteNoCopy(n)]
		if !done && (r == rank || !has && r > rank) {
			put(name, value)
			done = true
		}
		if r != rank {
			put(n, v)
		}
	})
	if !done {
		put(name, value)
	}
	n, err := parseStatement(append(text, '}'))
	if err != nil {
		return Statement{} // cannot be: a parsed statement with a well-formed element
	}
	return Statement{n}
}

func appendMember(text []byte, comma bool, name string) []byte {
	if comma {
		text = append(text, ',')
	}
	return append(quote(text, name), ':')
}

// appendStrings appends one value as a string, any other number as a list.
func appendStrings(text []byte, values []string) []byte {
	if len(values) == 1 {
		return quote(text, values[0])
	}
	text = append(text, '[')
	for i, v := range values {
		if i > 0 {
			text = append(text, ',')
		}
		text = quote(text, v)
	}
	return append(text, ']')
}
