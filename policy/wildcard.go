package policy

import "strings"

// wildcard is a text in which * stands for any characters and ? for one, without two stars in a row.
type wildcard struct {
	text  string
	least int // length of the shortest text that matches
}

func newWildcard(text string) wildcard {
	var b strings.Builder
	for i := range len(text) {
		if text[i] != '*' || i == 0 || text[i-1] != '*' {
			b.WriteByte(text[i])
		}
	}
	return wildcard{b.String(), b.Len() - strings.Count(b.String(), "*")}
}

// matches reports whether s matches. Its work is at most that of comparing each character of s with each of twice as many.
func (w wildcard) matches(s string) bool {
	if len(s) < w.least {
		return false
	}
	p, i := 0, 0
	star, from := -1, 0 // the last star, and where in s its text may end at the earliest
	for i < len(s) {
		switch {
		case p < len(w.text) && w.text[p] == '*':
			star, from = p, i
			p++
		case p < len(w.text) && (w.text[p] == '?' || w.text[p] == s[i]):
			p, i = p+1, i+1
		case star >= 0:
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(w.text[p:], "*") == ""
}
