// Package problem says what is wrong with an input: which field, which value, which rule, and what would be right.
//
// Every Validate function of xacct joins its problems into one error. [All] takes them out again:
//
//	for _, p := range problem.All(transfer.Validate()) {
//		fmt.Println(p.Path, p.Remedy)
//	}
package problem

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xacct/xacct/internal/text"
)

// Rule is one validation rule. Each package keeps its rules in a table.
type Rule struct {
	ID     string // stable identifier, unique in its package, such as "bucket-name"
	Text   string // what must hold: "must be 3 to 63 lower-case letters, digits, dots and hyphens"
	Remedy string // what to do: "give the bucket's name, not its ARN or URL"
	Source string // URL of the public page that states the rule, or "xacct" for a decision of this library
}

// Problem is one violation of one rule. It is an error; find it with [All] or errors.As.
type Problem struct {
	ID     string // the rule's ID
	Path   string // the field, such as "Destination.Bucket"; "" if it is the validated value itself
	Value  string // the violating value, shortened to 80 characters; "" if there is none
	Rule   string // what must hold
	Remedy string // what would be right
}

// Error is one line: the field, the value, the rule and the remedy.
func (p *Problem) Error() string {
	var b strings.Builder
	if p.Path != "" {
		b.WriteString(p.Path)
		b.WriteByte(' ')
	}
	if p.Value != "" {
		fmt.Fprintf(&b, "%q ", p.Value)
	}
	b.WriteString(p.Rule)
	if p.Remedy != "" {
		b.WriteString("; ")
		b.WriteString(p.Remedy)
	}
	return text.Escape(b.String())
}

// Hint returns the remedy.
func (p *Problem) Hint() string { return text.Escape(p.Remedy) }

// List collects problems. The zero List is empty and ready to use.
type List struct{ errs []error }

// Add adds the problem that the value of the field at path violates rule.
func (l *List) Add(rule Rule, path, value string) {
	l.errs = append(l.errs, &Problem{ID: rule.ID, Path: text.Escape(path), Value: shorten(value), Rule: rule.Text, Remedy: rule.Remedy})
}

// Check adds the problem as Add does, unless ok.
func (l *List) Check(ok bool, rule Rule, path, value string) {
	if !ok {
		l.Add(rule, path, value)
	}
}

// Under adds every problem in err with path in front of its own path. It adds an error that is not a Problem unchanged. A nil err adds
// nothing.
func (l *List) Under(path string, err error) {
	for _, e := range flatten(err) {
		var p *Problem
		if errors.As(e, &p) {
			q := *p
			q.Path = join(path, q.Path)
			e = &q
		} else if path != "" {
			e = text.Errorf("%s %w", path, e)
		}
		l.errs = append(l.errs, e)
	}
}

// Err returns all problems joined, in the order in which they were added; nil if there is none.
func (l *List) Err() error { return errors.Join(l.errs...) }

// All returns the problems in err, also if they are joined or wrapped; nil if there is none.
func All(err error) []*Problem {
	switch e := err.(type) {
	case *Problem:
		return []*Problem{e}
	case interface{ Unwrap() error }:
		return All(e.Unwrap())
	case interface{ Unwrap() []error }:
		var out []*Problem
		for _, w := range e.Unwrap() {
			out = append(out, All(w)...)
		}
		return out
	}
	return nil
}

func flatten(err error) []error {
	if err == nil {
		return nil
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range j.Unwrap() {
			out = append(out, flatten(e)...)
		}
		return out
	}
	return []error{err}
}

func join(path, rest string) string {
	if path == "" || rest == "" || strings.HasPrefix(rest, "[") {
		return path + rest
	}
	return path + "." + rest
}

// maxValue is the maximum number of characters of a value in a message.
const maxValue = 80

func shorten(s string) string {
	if utf8.RuneCountInString(s) <= maxValue {
		return s
	}
	return string([]rune(s)[:maxValue-1]) + "…"
}
