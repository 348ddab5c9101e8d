package policy

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// plain marks the bytes that need no escape in a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return
}()

// string scans a string. The next byte must be its opening quotation mark.
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

// escape returns the length of the escape sequence at the start of text, or the reason why there is none.
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

// unquote decodes a string that the scanner has accepted.
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

// quote appends s as a JSON string. It escapes only what JSON requires; <, > and & stay as they are.
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

// unquoteNoCopy is unquote without a copy where possible. The result shares the memory of raw; use it for comparisons only.
func unquoteNoCopy(raw []byte) string {
	if bytes.IndexByte(raw, '\\') >= 0 {
		return unquote(raw)
	}
	return noCopy(raw[1 : len(raw)-1])
}

// noCopy returns the text, which must never change, as a string.
func noCopy(text []byte) string { return unsafe.String(unsafe.SliceData(text), len(text)) }
