// Package jsonshape checks that JSON has the shape of a Go type.
//
// encoding/json skips members that it does not know, takes null for anything, and keeps the last of two members of one name. Where the JSON says what
// may be written to AWS, each of these is a mistake: [Check] reports all of them, with their paths.
package jsonshape

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/xacct/xacct/problem"
)

var (
	ruleKind = problem.Rule{
		ID: "json-kind", Text: "must be of another kind",
		Remedy: "write it as json.Marshal does", Source: "xacct",
	}
	ruleUnknown = problem.Rule{
		ID: "json-unknown", Text: "is no member that this version knows",
		Remedy: "correct its name, or take it away", Source: "xacct",
	}
	ruleTwice = problem.Rule{
		ID: "json-twice", Text: "is there twice",
		Remedy: "keep one of the two", Source: "xacct",
	}
	ruleValue = problem.Rule{
		ID: "json-value", Text: "cannot be read",
		Remedy: "write it as json.Marshal does", Source: "xacct",
	}
)

var rules = []problem.Rule{ruleKind, ruleUnknown, ruleTwice, ruleValue}

// Check reports where the JSON, which must be valid, does not have the shape of the type: all problems joined, each a [problem.Problem]. Names of
// members count with their letter case. null stands for a nil slice, map or pointer, and for nothing else. A type with an UnmarshalJSON reads
// its own.
func Check(data []byte, t reflect.Type) error {
	var l problem.List
	check(&l, "", bytes.TrimSpace(data), t)
	return l.Err()
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func check(l *problem.List, path string, raw []byte, t reflect.Type) {
	null := string(raw) == "null"
	switch {
	case reflect.PointerTo(t).Implements(unmarshaler):
		own(l, path, raw, t)
	case null && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map):
	case t.Kind() == reflect.Pointer:
		check(l, path, raw, t.Elem())
	case t.Kind() == reflect.Struct:
		object(l, path, raw, func(name string) string { return join(path, name) }, func(at, name string, member []byte) {
			if field, ok := fieldOf(t, name); ok {
				check(l, at, member, field.Type)
				return
			}
			l.Add(ruleUnknown, at, "")
		})
	case t.Kind() == reflect.Map:
		object(l, path, raw, func(name string) string { return fmt.Sprintf("%s[%q]", path, name) },
			func(at, _ string, member []byte) { check(l, at, member, t.Elem()) })
	case t.Kind() == reflect.Slice:
		list(l, path, raw, t.Elem())
	default:
		scalar(l, path, raw, t)
	}
}

// object checks that raw is an object without a member that is there twice, and calls each for every member. pathOf is the path of a member.
func object(l *problem.List, path string, raw []byte, pathOf func(name string) string, each func(at, name string, member []byte)) {
	if !bytes.HasPrefix(raw, []byte("{")) {
		kind(l, path, raw, "an object")
		return
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	seen := map[string]bool{}
	d.Token()
	for d.More() {
		token, _ := d.Token()
		name, ok := token.(string)
		var member json.RawMessage
		if !ok || d.Decode(&member) != nil {
			return // the JSON is not valid
		}
		l.Check(!seen[name], ruleTwice, pathOf(name), "")
		seen[name] = true
		each(pathOf(name), name, member)
	}
}

func list(l *problem.List, path string, raw []byte, elem reflect.Type) {
	var elements []json.RawMessage
	if json.Unmarshal(raw, &elements) != nil {
		kind(l, path, raw, "a list")
		return
	}
	for i, e := range elements {
		check(l, path+"["+strconv.Itoa(i)+"]", e, elem)
	}
}

// scalar checks a string, a number or a boolean.
func scalar(l *problem.List, path string, raw []byte, t reflect.Type) {
	if string(raw) != "null" && json.Unmarshal(raw, reflect.New(t).Interface()) == nil {
		return
	}
	switch t.Kind() {
	case reflect.String:
		kind(l, path, raw, "a string")
	case reflect.Bool:
		kind(l, path, raw, "true or false")
	default:
		kind(l, path, raw, "a whole number")
	}
}

// own lets a type with an UnmarshalJSON read its value.
func own(l *problem.List, path string, raw []byte, t reflect.Type) {
	if err := json.Unmarshal(raw, reflect.New(t).Interface()); err != nil {
		rule := ruleValue
		rule.Text += ": " + strings.ReplaceAll(err.Error(), "\n", "; ")
		l.Add(rule, path, "")
	}
}

func kind(l *problem.List, path string, raw []byte, want string) {
	rule := ruleKind
	rule.Text = "must be " + want
	l.Add(rule, path, string(raw))
}

// fieldOf returns the field of the struct that JSON calls by the name.
func fieldOf(t reflect.Type, name string) (reflect.StructField, bool) {
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && tag != "-" && (tag == "" && f.Name == name && !f.Anonymous || tag != "" && tag == name) {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
