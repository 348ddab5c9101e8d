package xaccttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// tree is a JSON value that keeps the order of its members, so that a policy can be edited and printed compactly.
type tree struct {
	names  []string // names of the members of an object, in the order of kids
	kids   []*tree  // members of an object, or items of a list
	isList bool
	scalar any // value that is neither object nor list: a string, json.Number, bool or nil
}

func parseTree(text []byte) (*tree, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return readTree(d)
}

func readTree(d *json.Decoder) (*tree, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		t := &tree{names: []string{}}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			kid, err := readTree(d)
			if err != nil {
				return nil, err
			}
			t.names, t.kids = append(t.names, fmt.Sprint(name)), append(t.kids, kid)
		}
		_, err := d.Token()
		return t, err
	case json.Delim('['):
		t := &tree{isList: true}
		for d.More() {
			kid, err := readTree(d)
			if err != nil {
				return nil, err
			}
			t.kids = append(t.kids, kid)
		}
		_, err := d.Token()
		return t, err
	}
	return &tree{scalar: token}, nil
}

func (t *tree) isObject() bool { return t.names != nil }

// member is the member of an object with that name; nil if there is none.
func (t *tree) member(name string) *tree {
	if i := slices.Index(t.names, name); i >= 0 {
		return t.kids[i]
	}
	return nil
}

// items are the items of a list, or t itself as the only one: AWS reads a single value like a list of one.
func (t *tree) items() []*tree {
	if t.isList {
		return t.kids
	}
	return []*tree{t}
}

// text is the string value of t; "" if t is no string.
func (t *tree) text() string { s, _ := t.scalar.(string); return s }

func (t *tree) clone() *tree {
	next := *t
	next.names = slices.Clone(t.names)
	next.kids = make([]*tree, len(t.kids))
	for i, kid := range t.kids {
		next.kids[i] = kid.clone()
	}
	return &next
}

// bytes is the JSON text of t without white space.
func (t *tree) bytes() []byte { return t.appendTo(nil) }

func (t *tree) appendTo(out []byte) []byte {
	switch {
	case t.isObject():
		out = append(out, '{')
		for i, kid := range t.kids {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendScalar(out, t.names[i]), ':')
			out = kid.appendTo(out)
		}
		return append(out, '}')
	case t.isList:
		out = append(out, '[')
		for i, kid := range t.kids {
			if i > 0 {
				out = append(out, ',')
			}
			out = kid.appendTo(out)
		}
		return append(out, ']')
	}
	return appendScalar(out, t.scalar)
}

func appendScalar(out []byte, v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // strings, numbers, booleans and nil can always be encoded
	}
	return append(out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
