package policy

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// SyntaxError says where a text stops being a policy document, and why.
type SyntaxError struct {
	Line, Column int // from 1; the column counts characters
	Offset       int // in bytes, from 0
	Reason       string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("policy: %d:%d: %s", e.Line, e.Column, e.Reason)
}

// Hint says what to do.
func (e *SyntaxError) Hint() string {
	return "correct the document at this place; policies copied from web pages are often not valid JSON"
}

// span is a part of a text: its first byte and the byte after its last. The zero span is no part.
type span struct{ start, end int }

func (p span) isZero() bool { return p.end == 0 }

func (p span) of(text []byte) []byte { return text[p.start:p.end:p.end] }

// maxDepth bounds the nesting of unknown elements; the grammar itself needs six levels.
const maxDepth = 200

// manyMembers is where looking for repeated members changes from a walk to a map.
const manyMembers = 32

// scanner walks over a JSON text. It checks, it does not decode: what callers want is kept as spans.
type scanner struct {
	text  []byte
	pos   int
	depth int
	names []span // names of the members seen in the objects that are open
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

// found names what stands at the current place.
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

// peek is the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// object walks over an object and calls member at each value with the name as written, quotes included.
// member has to walk over the value.
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

// repeats reports whether name is already among names[base:].
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

// array walks over a list and calls element at each value. element has to walk over it.
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

// value walks over any value.
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

// scalar walks over a string, number, boolean or null.
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

// plain marks the bytes that stand for themselves in a string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return
}()

// string walks over a string, whose opening quotation mark is the next byte.
func (s *scanner) string() (span, error) {
	start, text := s.pos, s.text
	i := start + 1
	for {
		for i < len(text) && plain[text[i]] {
			i++
		}
		if i >= len(text) {
			return span{}, s.errorf(start, "the string that begins here does not end")
		}
		switch c := text[i]; {
		case c == '"':
			s.pos = i + 1
			return span{start, i + 1}, nil
		case c == '\\':
			n, reason := escape(text[i:])
			if reason != "" {
				return span{}, s.errorf(i, "%s", reason)
			}
			i += n
		case c < 0x20:
			return span{}, s.errorf(i, "control character %q in a string", c)
		default:
			r, n := utf8.DecodeRune(text[i:])
			if r == utf8.RuneError && n == 1 {
				return span{}, s.errorf(i, "byte %#x is not UTF-8", c)
			}
			i += n
		}
	}
}

// escape gives the length of the escape sequence that text begins with, or the reason why it is none.
func escape(text []byte) (int, string) {
	if len(text) < 2 {
		return 0, "unfinished escape"
	}
	switch text[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, ""
	case 'u':
		r, ok := hex4(text)
		if !ok {
			return 0, `expected four hexadecimal digits after \u`
		}
		if !utf16.IsSurrogate(r) {
			return 6, ""
		}
		if low, ok := hex4(text[6:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			return 12, ""
		}
		return 0, "half a surrogate pair is not a character"
	}
	return 0, fmt.Sprintf("unknown escape \\%c", text[1])
}

// hex4 reads \uXXXX.
func hex4(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range text[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unquote decodes a string that the scanner has walked over.
func unquote(raw []byte) string {
	raw = raw[1 : len(raw)-1]
	i := bytes.IndexByte(raw, '\\')
	if i < 0 {
		return string(raw)
	}
	out := make([]byte, 0, len(raw))
	for i >= 0 {
		out = append(out, raw[:i]...)
		n := 2
		switch c := raw[i+1]; c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, _ := hex4(raw[i:])
			n = 6
			if utf16.IsSurrogate(r) {
				low, _ := hex4(raw[i+6:])
				r = utf16.DecodeRune(r, low)
				n = 12
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, c)
		}
		raw = raw[i+n:]
		i = bytes.IndexByte(raw, '\\')
	}
	return string(append(out, raw...))
}

// quote appends s as a JSON string. Only what JSON demands is escaped: <, > and & stand as they are.
func quote(out []byte, s string) []byte {
	const digits = "0123456789abcdef"
	out = append(out, '"')
	for _, r := range s { // invalid UTF-8 becomes U+FFFD
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r == '\n':
			out = append(out, '\\', 'n')
		case r == '\r':
			out = append(out, '\\', 'r')
		case r == '\t':
			out = append(out, '\\', 't')
		case r < 0x20:
			out = append(out, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}

// unquoteNoCopy is unquote for comparing: the string is valid only as long as the text.
func unquoteNoCopy(raw []byte) string {
	if bytes.IndexByte(raw, '\\') >= 0 {
		return unquote(raw)
	}
	return unsafe.String(unsafe.SliceData(raw[1:]), len(raw)-2)
}
