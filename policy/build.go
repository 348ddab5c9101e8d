package policy

import (
	"slices"
	"strings"
	"unicode"
)

// Allow returns a statement that allows the actions. Complete it with [Statement.By], [Statement.On] and [Statement.When].
// A single action is printed as a string, any other number as a list in the order given.
func Allow(actions ...string) Statement { return begin("Allow", actions) }

// Deny returns a statement that denies the actions. See [Allow].
func Deny(actions ...string) Statement { return begin("Deny", actions) }

func begin(effect string, actions []string) Statement {
	size := 40
	for _, a := range actions {
		size += len(a) + 3
	}
	text := quote(append(make([]byte, 0, size), `{"Effect":`...), effect)
	text = append(text, `,"Action":`...)
	text = appendStrings(text, actions)
	n, err := parseStatement(append(text, '}'))
	if err != nil {
		return Statement{} // unreachable: the text built above is a valid statement
	}
	return Statement{n}
}

// WithSid returns the statement with the given Sid, or without a Sid if sid is "".
func (s Statement) WithSid(sid string) Statement {
	if sid == "" {
		return s.set("Sid", nil)
	}
	return s.set("Sid", quote(nil, sid))
}

// By returns the statement with exactly these principals, which replace any that it had. Without arguments the statement has no
// Principal element, as in identity policies. Zero principals are ignored.
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
			p = AWS("*") // means the same, and is the only form that can stand beside other principals
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

// On returns the statement with exactly these resources, which replace any that it had. Without arguments the statement has no
// Resource element, as in trust policies.
func (s Statement) On(resources ...string) Statement {
	if len(resources) == 0 {
		return s.set("Resource", nil)
	}
	return s.set("Resource", appendStrings(nil, resources))
}

// When returns the statement with these conditions added. A condition replaces an existing one that has the same operator and key:
// JSON has one place for the two, and merging their values would allow more instead of less.
func (s Statement) When(conditions ...Condition) Statement {
	if len(conditions) == 0 {
		return s
	}
	var groups []*sameOperator // in their order
	byOperator := map[string]*sameOperator{}
	var last *sameOperator
	group := func(operator string) *sameOperator {
		if last == nil || last.operator != operator {
			if last = byOperator[operator]; last == nil {
				last = &sameOperator{operator: operator, at: map[string]int{}}
				byOperator[operator], groups = last, append(groups, last)
			}
		}
		return last
	}
	for _, c := range s.Conditions() {
		group(c.operator).add(c)
	}
	for _, c := range conditions {
		group(c.operator).replace(c)
	}
	text := []byte{'{'}
	for i, g := range groups {
		text = append(appendMember(text, i > 0, g.operator), '{')
		for k, c := range g.conditions {
			text = appendMember(text, k > 0, c.key)
			if c.raw != nil {
				text = append(text, c.raw...)
			} else {
				text = appendStrings(text, c.values)
			}
		}
		text = append(text, '}')
	}
	return s.set("Condition", append(text, '}'))
}

// sameOperator holds the conditions of a statement that have the same operator.
type sameOperator struct {
	operator   string
	conditions []Condition
	at         map[string]int // by key, in letters of one case: the first of the conditions with that key
}

func (g *sameOperator) add(c Condition) {
	if key := folded(c.key); !g.has(key) {
		g.at[key] = len(g.conditions)
	}
	g.conditions = append(g.conditions, c)
}

func (g *sameOperator) has(key string) bool {
	_, ok := g.at[key]
	return ok
}

// replace puts the condition in the place of the one with its key, or adds it.
func (g *sameOperator) replace(c Condition) {
	if key := folded(c.key); g.has(key) {
		g.conditions[g.at[key]] = c
		return
	}
	g.add(c)
}

// folded returns s with one letter in place of all that [strings.EqualFold] takes for the same.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}

// order ranks the elements of a statement in the order in which they are printed. Both elements of a pair have the same rank.
var order = map[string]int{"Sid": 1, "Effect": 2, "Principal": 3, "NotPrincipal": 3, "Action": 4, "NotAction": 4, "Resource": 5, "NotResource": 5, "Condition": 6}

// set returns the statement with the element set to value, or without the element if value is nil. An element that was not there is
// added at its rank. All other members keep their text and order.
func (s Statement) set(element string, value []byte) Statement {
	if s.n == nil {
		return s
	}
	rank := order[element]
	text := append(make([]byte, 0, len(s.n.text)+len(element)+len(value)+8), '{')
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
		return Statement{} // unreachable: a parsed statement with a well-formed element is a statement
	}
	return Statement{n}
}

func appendMember(text []byte, comma bool, name string) []byte {
	if comma {
		text = append(text, ',')
	}
	return append(quote(text, name), ':')
}

// appendStrings appends a single value as a JSON string, any other number of values as a list.
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
