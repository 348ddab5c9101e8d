// Package jsontree edits JSON and keeps the order of its members.
package jsontree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Tree is a JSON value that keeps the order of its members, so that a policy can be edited and printed compactly.
type Tree struct {
	Names  []string // names of the members of an object, in the order of kids
	Kids   []*Tree  // members of an object, or items of a list
	IsList bool
	Scalar any // value that is neither object nor list: a string, json.Number, bool or nil
}

// Parse reads a JSON value.
func Parse(text []byte) (*Tree, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return readTree(d)
}

func readTree(d *json.Decoder) (*Tree, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		t := &Tree{Names: []string{}}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			kid, err := readTree(d)
			if err != nil {
				return nil, err
			}
			t.Names, t.Kids = append(t.Names, fmt.Sprint(name)), append(t.Kids, kid)
		}
		_, err := d.Token()
		return t, err
	case json.Delim('['):
		t := &Tree{IsList: true}
		for d.More() {
			kid, err := readTree(d)
			if err != nil {
				return nil, err
			}
			t.Kids = append(t.Kids, kid)
		}
		_, err := d.Token()
		return t, err
	}
	return &Tree{Scalar: token}, nil
}

// IsObject reports whether t is an object.
func (t *Tree) IsObject() bool { return t.Names != nil }

// Member is the member of an object with that name; nil if there is none.
func (t *Tree) Member(name string) *Tree {
	if i := slices.Index(t.Names, name); i >= 0 {
		return t.Kids[i]
	}
	return nil
}

// Items are the items of a list, or t itself as the only one: AWS reads a single value like a list of one.
func (t *Tree) Items() []*Tree {
	if t.IsList {
		return t.Kids
	}
	return []*Tree{t}
}

// Text is the string value of t; "" if t is no string.
func (t *Tree) Text() string { s, _ := t.Scalar.(string); return s }

// Clone is a deep copy of t.
func (t *Tree) Clone() *Tree {
	next := *t
	next.Names = slices.Clone(t.Names)
	next.Kids = make([]*Tree, len(t.Kids))
	for i, kid := range t.Kids {
		next.Kids[i] = kid.Clone()
	}
	return &next
}

// Bytes is the JSON text of t without white space.
func (t *Tree) Bytes() []byte { return t.appendTo(nil) }

func (t *Tree) appendTo(out []byte) []byte {
	switch {
	case t.IsObject():
		out = append(out, '{')
		for i, kid := range t.Kids {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendScalar(out, t.Names[i]), ':')
			out = kid.appendTo(out)
		}
		return append(out, '}')
	case t.IsList:
		out = append(out, '[')
		for i, kid := range t.Kids {
			if i > 0 {
				out = append(out, ',')
			}
			out = kid.appendTo(out)
		}
		return append(out, ']')
	}
	return appendScalar(out, t.Scalar)
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
