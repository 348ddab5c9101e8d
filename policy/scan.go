package policy

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/xacct/xacct/internal/text"
)

// SyntaxError says where a text is not a policy document, and why.
type SyntaxError struct {
	Line, Column int // from 1; the column counts characters
	Offset       int // in bytes, from 0
	Reason       string
}

// Error is one line: the line and column, and what is wrong there.
func (e *SyntaxError) Error() string {
	return text.Escape(fmt.Sprintf("policy: %d:%d: %s", e.Line, e.Column, e.Reason))
}

// Hint names the next action.
func (e *SyntaxError) Hint() string {
	return "correct the document at this place; policies copied from web pages are often not valid JSON"
}

// span is a part of a text: the index of its first byte and of the byte after its last. The zero span stands for "no part".
type span struct{ start, end int }

func (p span) isZero() bool { return p.end == 0 }

func (p span) of(text []byte) []byte { return text[p.start:p.end:p.end] }

// maxDepth bounds the nesting of unknown elements. The grammar itself needs six levels.
const maxDepth = 200

// manyMembers is the number of members from which repeats are looked up in a map instead of a linear search.
const manyMembers = 32

// scanner checks a JSON text without decoding it. Results are spans of the text.
type scanner struct {
	text  []byte
	pos   int
	depth int
	names []span // names of the members seen so far in the objects that enclose pos
}

func (s *scanner) errorf(at int, format string, args ...any) error {
	before := s.text[:min(at, len(s.text))]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Line:   bytes.Count(before, []byte{'\n'}) + 1,
		Column: utf8.RuneCount(before[lineStart:]) + 1,
		Offset: at,
		Reason: fmt.Sprintf(format, args...),
	}
}

// found describes the character at the current position, for error messages.
func (s *scanner) found() string {
	if s.pos >= len(s.text) {
		return "the end of the text"
	}
	r, _ := utf8.DecodeRune(s.text[s.pos:])
	return fmt.Sprintf("%q", r)
}

func (s *scanner) space() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\n', '\t', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, 0 at the end of the text.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// object scans an object. At each value it calls member with the span of the name, quotation marks included; member must scan the value.
func (s *scanner) object(member func(name span) error) error {
	s.depth++
	if s.depth > maxDepth {
		return s.errorf(s.pos, "nested deeper than %d levels", maxDepth)
	}
	s.pos++ // {
	base := len(s.names)
	var many map[string]bool
	s.space()
	if s.peek() == '}' {
		s.pos++
		s.depth--
		return nil
	}
	for {
		if s.peek() != '"' {
			return s.errorf(s.pos, "expected the name of a member in quotation marks, found %s", s.found())
		}
		name, err := s.string()
		if err != nil {
			return err
		}
		if s.repeats(base, name, &many) {
			return s.errorf(name.start, "member %s is repeated", s.text[name.start:name.end])
		}
		s.names = append(s.names, name)
		s.space()
		if s.peek() != ':' {
			return s.errorf(s.pos, "expected ':' after the name of a member, found %s", s.found())
		}
		s.pos++
		s.space()
		if err := member(name); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
			s.space()
		case '}':
			s.pos++
			s.depth--
			s.names = s.names[:base]
			return nil
		default:
			return s.errorf(s.pos, "expected ',' or '}' after the value of %s, found %s", s.text[name.start:name.end], s.found())
		}
	}
}

// repeats reports whether names[base:] already contains name. many is the map for large objects.
func (s *scanner) repeats(base int, name span, many *map[string]bool) bool {
	seen := s.names[base:]
	if len(seen) < manyMembers {
		raw := name.of(s.text)
		escaped := bytes.IndexByte(raw, '\\') >= 0
		for _, other := range seen {
			o := other.of(s.text)
			if bytes.Equal(o, raw) {
				return true
			}
			if (escaped || bytes.IndexByte(o, '\\') >= 0) && unquote(o) == unquote(raw) {
				return true
			}
		}
		return false
	}
	if *many == nil {
		*many = make(map[string]bool, 2*len(seen))
		for _, other := range seen {
			(*many)[unquote(other.of(s.text))] = true
		}
	}
	key := unquote(name.of(s.text))
	if (*many)[key] {
		return true
	}
	(*many)[key] = true
	return false
}

// array scans a list. At each value it calls element, which must scan the value.
func (s *scanner) array(element func() error) error {
	s.depth++
	if s.depth > maxDepth {
		return s.errorf(s.pos, "nested deeper than %d levels", maxDepth)
	}
	s.pos++ // [
	s.space()
	if s.peek() == ']' {
		s.pos++
		s.depth--
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
			s.space()
		case ']':
			s.pos++
			s.depth--
			return nil
		default:
			return s.errorf(s.pos, "expected ',' or ']' after a member of a list, found %s", s.found())
		}
	}
}

// value scans any JSON value.
func (s *scanner) value() error {
	switch s.peek() {
	case '{':
		return s.object(func(span) error { return s.value() })
	case '[':
		return s.array(s.value)
	default:
		_, err := s.scalar()
		return err
	}
}

// scalar scans a string, number, boolean or null.
func (s *scanner) scalar() (span, error) {
	switch c := s.peek(); {
	case c == '"':
		return s.string()
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if bytes.HasPrefix(s.text[s.pos:], []byte(word)) {
			s.pos += len(word)
			return span{s.pos - len(word), s.pos}, nil
		}
	}
	return span{}, s.errorf(s.pos, "expected a value, found %s", s.found())
}

func (s *scanner) number() (span, error) {
	start := s.pos
	digits := func() bool {
		from := s.pos
		for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
			s.pos++
		}
		return s.pos > from
	}
	if s.peek() == '-' {
		s.pos++
	}
	ok := true
	if s.peek() == '0' {
		s.pos++
	} else {
		ok = digits()
	}
	if ok && s.peek() == '.' {
		s.pos++
		ok = digits()
	}
	if ok && (s.peek() == 'e' || s.peek() == 'E') {
		s.pos++
		if s.peek() == '+' || s.peek() == '-' {
			s.pos++
		}
		ok = digits()
	}
	if !ok {
		return span{}, s.errorf(s.pos, "expected a digit, found %s", s.found())
	}
	return span{start, s.pos}, nil
}
