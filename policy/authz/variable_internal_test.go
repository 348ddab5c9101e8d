package authz

import (
	"strings"
	"testing"
)

// plainly is parse without a memory, by the rules of a variable.
func plainly(s string) (part, int) {
	end := strings.IndexByte(s, '}')
	if end < 0 {
		return part{}, 0
	}
	inner := s[2:end]
	switch inner {
	case "*", "?", "$":
		return part{fallback: inner}, end + 1
	}
	v := part{}
	if comma := strings.IndexByte(inner, ','); comma >= 0 {
		after := s[2+comma+1:]
		open := strings.IndexByte(after, '\'')
		if open < 0 || strings.TrimSpace(after[:open]) != "" {
			return part{}, 0
		}
		n := strings.Index(after[open+1:], "'}")
		if n < 0 {
			return part{}, 0
		}
		v.fallback, v.hasDefault = after[open+1:open+1+n], true
		inner, end = inner[:comma], len(s)-len(after)+open+1+n+1
	}
	v.shown = strings.TrimSpace(inner)
	v.key = strings.ToLower(v.shown)
	if v.key == "" || strings.ContainsAny(v.key, "${' ") && !strings.Contains(v.key, "/") {
		return part{}, 0
	}
	return v, end + 1
}

// FuzzVariables reads every variable of a text as if it were alone. The text is foreign: no text may end the program.
func FuzzVariables(f *testing.F) {
	for _, s := range []string{
		"${a}", "a${b}${c, 'd'}e", "${a'b, 'x'}", "${t/a'b, 'x'}", "${a,'}'}", "${a, 'b", "${A${A}", "${A${A/}", "${ a }${ a b }${ t/a b }", "${*}${?}${$}${}",
		"${a,b'c'}", "${a, ${b, 'c'}", "${,'x'}", "${${${a}, 'x'}", "${a,\u00a0'x'}", "${a,", "${", "'${a,'x}'}", "${a}, '${b, 'c'}", "${a/b,'x'}/${c ,  'y'}", "${a'}${b/'}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in := newVariables(s)
		for i := 0; i < len(s); {
			if !strings.HasPrefix(s[i:], "${") {
				i++
				continue
			}
			want, wantN := plainly(s[i:])
			got, n := in.parse(i)
			if got.key != want.key || got.shown != want.shown || got.fallback != want.fallback || got.hasDefault != want.hasDefault || n != wantN {
				t.Fatalf("%q at %d: %+v of length %d, want %+v of length %d", s, i, got, n, want, wantN)
			}
			i += max(n, 1)
		}
		parsePattern(s, style{wild: true, variables: true, colons: inARN})
	})
}
