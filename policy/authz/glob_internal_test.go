package authz

import (
	"fmt"
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"
)

// slowly matches one character at a time, by the definition of each token.
func slowly(tokens []token, fold bool, s []rune) bool {
	if len(tokens) == 0 {
		return len(s) == 0
	}
	t := tokens[0]
	if t.op == many || t.op == manyHere {
		return slowly(tokens[1:], fold, s) || len(s) > 0 && !(t.op == manyHere && s[0] == ':') && slowly(tokens, fold, s[1:])
	}
	switch {
	case len(s) == 0:
		return false
	case t.op == char && fold && unicode.ToLower(t.r) != unicode.ToLower(s[0]), t.op == char && !fold && t.r != s[0], t.op == oneHere && s[0] == ':':
		return false
	}
	return slowly(tokens[1:], fold, s[1:])
}

// FuzzGlob compares the quick ways of matching with the definition.
func FuzzGlob(f *testing.F) {
	f.Add("a*b?", "axxbc", uint8(0), false)
	f.Add("arn:*:x*y:z*", "arn:aws:xay:zoo:u", uint8(1), false)
	f.Add("arn:aws:iam::*:role/*", "ARN:aws:iam::1:role/a:b", uint8(2), true)
	f.Add("a**?*?b", "axxxb", uint8(0), false)
	f.Add("**:?*?:*", "a:b:c", uint8(1), false)
	f.Add("*?*a**?:b", "xaxyaz:b", uint8(2), true)
	f.Fuzz(func(t *testing.T, source, text string, how uint8, fold bool) {
		if len(source) > 12 || len(text) > 16 || !utf8.ValidString(source) || !utf8.ValidString(text) {
			return
		}
		s := style{wild: true, fold: fold, colons: colons(how % 3)}
		p := parsePattern(source, s)
		tokens := slices.Clone(p.parts[len(p.parts)-1].tokens)
		want := slowly(tokens, fold, []rune(text))
		if got := p.glob.match(text); got != want {
			t.Errorf("%q (%+v) matches %q: %v, want %v", source, s, text, got, want)
		}
		if fold {
			text = lower(text)
		}
		if got, _ := p.glob.atOnce(text); got != want {
			t.Errorf("at once, %q (%+v) matches %q: %v, want %v", source, s, text, got, want)
		}
	})
}

// A run of wildcards is written in one way, and means what it meant.
func TestCollapse(t *testing.T) {
	all := allStrings([]rune("a:"), 6)
	for _, tt := range []struct{ from, to []tokenOp }{
		{[]tokenOp{many, many, many}, []tokenOp{many}},
		{[]tokenOp{manyHere, manyHere}, []tokenOp{manyHere}},
		{[]tokenOp{manyHere, many}, []tokenOp{many}},
		{[]tokenOp{many, manyHere}, []tokenOp{many}},
		{[]tokenOp{many, one, many, one}, []tokenOp{one, one, many}},
		{[]tokenOp{one, many, many, one}, []tokenOp{one, one, many}},
		{[]tokenOp{manyHere, oneHere, manyHere}, []tokenOp{oneHere, manyHere}},
		{[]tokenOp{oneHere, manyHere, oneHere, manyHere, many}, []tokenOp{oneHere, oneHere, many}},
		{[]tokenOp{many, oneHere, many}, []tokenOp{many, oneHere, many}},
		{[]tokenOp{manyHere, one, manyHere}, []tokenOp{manyHere, one, manyHere}},
		{[]tokenOp{many, char, many, many}, []tokenOp{many, char, many}},
		{[]tokenOp{one, oneHere}, []tokenOp{one, oneHere}},
		{[]tokenOp{many}, []tokenOp{many}},
		{nil, nil},
	} {
		var tokens []token
		for _, op := range tt.from {
			tokens = append(tokens, token{op: op, r: map[bool]rune{true: 'a'}[op == char]})
		}
		var got []tokenOp
		for _, tok := range collapse(tokens) {
			got = append(got, tok.op)
		}
		if !slices.Equal(got, tt.to) {
			t.Errorf("%v became %v, want %v", tt.from, got, tt.to)
		}
		g := newGlob(slices.Clone(tokens), false)
		for _, s := range all {
			if got, want := g.match(s), slowly(tokens, false, []rune(s)); got != want {
				t.Errorf("%v matches %q: %v, want %v", tt.from, s, got, want)
			}
		}
	}
}

// strings of up to n characters of the alphabet.
func allStrings(alphabet []rune, n int) []string {
	all, last := []string{""}, []string{""}
	for range n {
		var next []string
		for _, s := range last {
			for _, r := range alphabet {
				next = append(next, s+string(r))
			}
		}
		all = append(all, next...)
		last = next
	}
	return all
}

// Together, the witness strings match every combination of globs that any string matches.
func TestTellingStrings(t *testing.T) {
	sources := []string{"a", "ab", "*", "a*", "*a", "a*b", "?", "?b", "*a*", "a:*", "*:b", "", "b*a*", "A"}
	all := allStrings([]rune("abA:z"), 5)
	checked := 0
	for i, first := range sources {
		for j, second := range sources[i:] {
			for _, s := range []style{{wild: true}, {wild: true, fold: true}, {wild: true, colons: inResource}, {}} {
				globs := []glob{parsePattern(first, s).glob, parsePattern(second, style{wild: true}).glob, parsePattern(sources[(i+j)%len(sources)], s).glob}
				values, complete := (&judge{work: &work{left: maxWork}}).witnessStrings(globs)
				if !complete {
					t.Fatalf("gave up on %q, %q", first, second)
				}
				found, possible := map[string]bool{}, map[string]string{}
				kind := func(v string) string {
					return fmt.Sprint(globs[0].match(v), globs[1].match(v), globs[2].match(v))
				}
				for _, v := range values {
					found[kind(v)] = true
				}
				for _, v := range all {
					possible[kind(v)] = v
				}
				for k, v := range possible {
					if !found[k] {
						t.Errorf("%q, %q (%+v): of the kind of %q (%s) there is none among %q", first, second, s, v, k, values)
					}
				}
				checked++
			}
		}
	}
	t.Logf("%d combinations", checked)
}
