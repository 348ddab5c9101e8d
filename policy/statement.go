package policy

import (
	"bytes"
	"sync/atomic"

	"github.com/xacct/xacct/internal/text"
)

// Statement is one statement of a policy. It is immutable and safe for concurrent use; methods such as [Statement.By] return changed
// copies. [Allow] and [Deny] make one, and a [Document] contains them. The zero Statement stands for "no statement".
type Statement struct{ n *node }

// node holds a statement's text, and where in the text its elements stand.
type node struct {
	text  []byte // never changed
	index index
	canon atomic.Pointer[canon]
}

// Statements is a list of statements that can be used as one [Fragment].
type Statements []Statement

// Fragment is a part of a document: a [Statement], [Statements], or a [Document], which stands for its statements.
type Fragment interface{ fragment() []Statement }

func (s Statement) fragment() []Statement   { return []Statement{s} }
func (ss Statements) fragment() []Statement { return ss }
func (d Document) fragment() []Statement {
	var out []Statement
	for s := range d.All() {
		out = append(out, s)
	}
	return out
}

// statementsOf returns the statements of the fragments. It skips nil fragments and zero statements.
func statementsOf(fragments []Fragment) []*node {
	var out []*node
	for _, f := range fragments {
		if f == nil {
			continue
		}
		for _, s := range f.fragment() {
			if s.n != nil {
				out = append(out, s.n)
			}
		}
	}
	return out
}

// IsZero reports whether s is the zero Statement.
func (s Statement) IsZero() bool { return s.n == nil }

// Bytes returns the text of the statement, which for a parsed one is exactly what was parsed. It is nil for the zero Statement. The
// caller owns the result.
func (s Statement) Bytes() []byte {
	if s.n == nil {
		return nil
	}
	return bytes.Clone(s.n.text)
}

// String returns the statement as one line of JSON, where a character that is not printed as itself is escaped; "" for the zero Statement.
func (s Statement) String() string {
	if s.n == nil {
		return ""
	}
	return text.JSON(string(compact(s.n.text)))
}

// MarshalJSON returns the statement as a JSON value, null for the zero Statement.
func (s Statement) MarshalJSON() ([]byte, error) {
	if s.n == nil {
		return []byte("null"), nil
	}
	return s.Bytes(), nil
}

// UnmarshalJSON reads one statement, with the errors of [Parse]; null gives the zero Statement.
func (s *Statement) UnmarshalJSON(data []byte) error {
	if string(bytes.TrimSpace(data)) == "null" {
		*s = Statement{}
		return nil
	}
	n, err := parseStatement(bytes.Clone(data))
	if err == nil {
		*s = Statement{n}
	}
	return err
}

// parseStatement reads one statement. The result keeps text.
func parseStatement(text []byte) (*node, error) {
	text = bytes.TrimSpace(text)
	sc := &scanner{text: text}
	if sc.peek() != '{' {
		return nil, sc.errorf(0, "a statement is an object, found %s", sc.found())
	}
	ix, err := sc.statement()
	if err == nil && sc.pos < len(text) {
		err = sc.errorf(sc.pos, "the statement is complete before this place; found %s after it", sc.found())
	}
	if err != nil {
		return nil, err
	}
	return &node{text: text, index: ix}, nil
}

// Sid returns the statement's identifier, "" if there is none.
func (s Statement) Sid() string {
	if s.n == nil {
		return ""
	}
	return s.n.sid()
}

func (n *node) sid() string {
	if n.index.sid.isZero() {
		return ""
	}
	return unquote(n.index.sid.of(n.text))
}

func (n *node) hasSid(sid string) bool {
	return !n.index.sid.isZero() && unquoteNoCopy(n.index.sid.of(n.text)) == sid
}

// Effect returns "Allow" or "Deny"; "" for the zero Statement.
func (s Statement) Effect() string {
	switch {
	case s.n == nil:
		return ""
	case s.n.index.deny:
		return "Deny"
	}
	return "Allow"
}

// Principals returns the principals in the order written; nil if the statement has neither Principal nor NotPrincipal. not reports
// NotPrincipal: the statement is about everyone but these.
func (s Statement) Principals() (principals []Principal, not bool) {
	if s.n == nil || s.n.index.principal.isZero() {
		return nil, false
	}
	eachPrincipal(s.n.index.principal.of(s.n.text), func(kind, value []byte) {
		p := Principal{kind: "*", value: "*"}
		if kind != nil {
			p = Principal{kind: unquote(kind), value: unquote(value)}
		}
		principals = append(principals, p)
	})
	return principals, s.n.index.notPrincipal
}

// Actions returns the action patterns in the order written. not reports NotAction: the statement is about all actions but these.
func (s Statement) Actions() (patterns []string, not bool) {
	if s.n == nil {
		return nil, false
	}
	return texts(s.n.index.action, s.n.text), s.n.index.notAction
}

// Resources returns the resource patterns in the order written; nil if the statement has neither Resource nor NotResource. not reports
// NotResource: the statement is about all resources but these.
func (s Statement) Resources() (patterns []string, not bool) {
	if s.n == nil {
		return nil, false
	}
	return texts(s.n.index.resource, s.n.text), s.n.index.notResource
}

// Conditions returns the conditions in the order written, one for each operator and key; nil if there are none.
func (s Statement) Conditions() []Condition {
	if s.n == nil || s.n.index.condition.isZero() {
		return nil
	}
	var out []Condition
	eachMember(s.n.index.condition.of(s.n.text), func(name, keys []byte) {
		operator := unquote(name)
		eachMember(keys, func(key, value []byte) {
			c := Condition{operator: operator, key: unquote(key), raw: value}
			eachValue(value, func(v []byte) { c.values = append(c.values, valueText(v)) })
			out = append(out, c)
		})
	})
	return out
}

// texts decodes the string, or the list of strings, at p.
func texts(p span, text []byte) []string {
	if p.isZero() {
		return nil
	}
	var out []string
	eachValue(p.of(text), func(v []byte) { out = append(out, unquote(v)) })
	return out
}
