// Package model holds the service models of the operations that xacct and the in-memory AWS know: how their inputs and outputs are sent, and for
// DataSync also the patterns, lengths, numbers and enums that an input must obey. The gate .ci/service-models generates the table in testdata from
// botocore (Apache License 2.0, https://github.com/boto/botocore), and compares both. The table begins with the version of botocore that it is from.
package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Violation says which member of an input violates the service model, and how.
type Violation struct {
	Member string // path of the member, such as "options.bytesPerSecond"
	Value  string
	Rule   string // what must hold, such as "enum value set: [A, B]"
}

// Error is one line: the member, the value and the rule.
func (v *Violation) Error() string { return fmt.Sprintf("%s %q: %s", v.Member, v.Value, v.Rule) }

// Check checks the SDK's input of an operation of DataSync, such as *datasync.CreateTaskInput, against the service model. It skips members
// that the SDK does not send: nil ones, and enums without a value. The error is a *Violation, or says that the operation is not in the table.
func Check(operation string, input any) error {
	sync := load()["DataSync"]
	o, ok := sync.Operations[operation]
	if !ok {
		return fmt.Errorf("the table of the service model has no operation %s", operation)
	}
	return check(sync.Shapes, sync.Shapes[o.Input], "", reflect.ValueOf(input))
}

func check(shapes map[string]*Shape, s *Shape, path string, v reflect.Value) error {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch s.Type {
	case "structure":
		return s.structure(shapes, path, v)
	case "list":
		if err := s.size(path, "length", int64(v.Len())); err != nil {
			return err
		}
		for i := range v.Len() {
			if err := check(shapes, shapes[s.Item.Shape], fmt.Sprintf("%s.%d", path, i+1), v.Index(i)); err != nil {
				return err
			}
		}
	case "string":
		return s.text(path, v.String())
	case "long", "integer":
		return s.size(path, "value", v.Int())
	}
	return nil
}

func (s *Shape) structure(shapes map[string]*Shape, path string, v reflect.Value) error {
	for f, value := range v.Fields() {
		if !f.IsExported() || f.Name == "ResultMetadata" {
			continue
		}
		member := strings.TrimPrefix(path+"."+lower(f.Name), ".")
		absent := (value.Kind() == reflect.Pointer || value.Kind() == reflect.Slice) && value.IsNil() || value.Kind() == reflect.String && value.Len() == 0
		if absent {
			if slices.Contains(s.Required, f.Name) {
				return &Violation{member, "null", "Member must not be null"}
			}
			continue
		}
		m, ok := s.Members[f.Name]
		if !ok {
			return &Violation{member, "", "the service model has no such member"}
		}
		if err := check(shapes, shapes[m.Shape], member, value); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shape) text(path, value string) error {
	if err := s.size(path, "length", int64(utf8.RuneCountInString(value))); err != nil {
		return err
	}
	if s.pattern != nil && !s.pattern.MatchString(value) {
		return &Violation{path, value, "regular expression pattern: " + s.Pattern}
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
		return &Violation{path, value, "enum value set: [" + strings.Join(s.Enum, ", ") + "]"}
	}
	return nil
}

func (s *Shape) size(path, what string, n int64) error {
	if s.Min != nil && n < *s.Min {
		return &Violation{path, fmt.Sprint(n), fmt.Sprintf("%s greater than or equal to %d", what, *s.Min)}
	}
	if s.Max != nil && n > *s.Max {
		return &Violation{path, fmt.Sprint(n), fmt.Sprintf("%s less than or equal to %d", what, *s.Max)}
	}
	return nil
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }
