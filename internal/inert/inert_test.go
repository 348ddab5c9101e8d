package inert_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/inert"
)

// hostile is a text that each language would run or read otherwise, if it stood there unquoted.
const hostile = "a'b\"c $(touch pwned) `touch pwned` ${path.module} %{if true} {{x}} <script>alert(1)</script> [x](http://x) # ; & \\ \t*_~ @all é😀"

// A text comes out of a string of HCL as it went in.
func FuzzHCLString(f *testing.F) {
	for _, s := range []string{"", hostile, "$${", "%%{", "$", "${", "%{", "$$", "\"", "\\", "\n\r\t", "\u2028", "\x00", "é😀", "${${", "%%%{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "\ufffd")
		q := inert.HCLString(s)
		if strings.ContainsAny(q, "\n\r") {
			t.Fatalf("%q is more than one line: %s", s, q)
		}
		got, err := literal(q)
		if err != nil || got != s {
			t.Errorf("%v (-want +got):\n%s", err, cmp.Diff(s, got))
		}
	})
}

// literal is the string that a quoted string means. One that holds a template is an error.
func literal(quoted string) (string, error) {
	s := quoted[1 : len(quoted)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "$${"), strings.HasPrefix(s[i:], "%%{"):
			b.WriteByte(s[i])
			i++
		case strings.HasPrefix(s[i:], "${"), strings.HasPrefix(s[i:], "%{"):
			return "", fmt.Errorf("a template: %s", quoted)
		case s[i] == '\\':
			r, _, rest, err := strconv.UnquoteChar(s[i:], '"')
			if err != nil {
				return "", fmt.Errorf("%s: %w", quoted, err)
			}
			b.WriteRune(r)
			i = len(s) - len(rest) - 1
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}

// A text comes out of a string of YAML as it went in.
func FuzzYAMLString(f *testing.F) {
	for _, s := range []string{"", hostile, "012345670123", "2012-10-17", "no", "~", "\"", "\\", "\n", "\u0085", "\u2028", "\x7f", "\ufeff", "é😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "\ufffd")
		q := inert.YAMLString(s)
		if strings.ContainsAny(q, "\n\r\u0085\u2028\u2029\ufeff") {
			t.Fatalf("%q is more than one line: %s", s, q)
		}
		if got, err := yamlLiteral(q); err != nil || got != s {
			t.Errorf("%v (-want +got):\n%s", err, cmp.Diff(s, got))
		}
	})
}

// yamlLiteral is the string that a quoted string of YAML means. https://yaml.org/spec/1.1/#id872840
func yamlLiteral(quoted string) (string, error) {
	s := quoted[1 : len(quoted)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		digits := map[byte]int{'u': 4, 'U': 8}[s[i]]
		switch {
		case s[i] == '"' || s[i] == '\\':
			b.WriteByte(s[i])
		case digits > 0 && i+digits < len(s):
			n, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32)
			if err != nil {
				return "", err
			}
			b.WriteRune(rune(n)) //nolint:gosec // it has 32 bits
			i += digits
		default:
			return "", fmt.Errorf("no escape: %q", s[i-1:])
		}
	}
	return b.String(), nil
}

// A text within a line of Markdown is one line, and none of its marks stands without a backslash.
func FuzzProse(f *testing.F) {
	for _, s := range []string{"", hostile, "www.x.org", "http://x", "a@b.c", "[x](y)", "<b>", "**", "\\*", "- x", "# x", "|", "``"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := inert.Prose(s)
		if strings.ContainsAny(p, "\n\r") {
			t.Fatalf("%q is more than one line", p)
		}
		for i := 0; i < len(p); i++ {
			if p[i] == '\\' {
				i++
				continue
			}
			if strings.ContainsRune("`*_{}[]<>#|~!&$@", rune(p[i])) || strings.HasPrefix(p[i:], "://") {
				t.Fatalf("%q is not escaped in %q", p[i:], p)
			}
		}
		span := inert.Code(s)
		fence := span[:len(span)-len(strings.TrimLeft(span, "`"))]
		if inner := span[len(fence) : len(span)-len(fence)]; fence == "" || !strings.HasSuffix(span, fence) || hasRun(inner, len(fence)) {
			t.Fatalf("a fence of %d ends early in %q", len(fence), span)
		}
	})
}

// hasRun reports whether the text has a run of exactly n backticks.
func hasRun(s string, n int) bool {
	for run := range strings.FieldsFuncSeq(s, func(r rune) bool { return r != '`' }) {
		if len(run) == n {
			return true
		}
	}
	return false
}
