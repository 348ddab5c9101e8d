package authz

import (
	"strings"
	"unicode"
)

// variables reads the variables of a text, from left to right. It remembers where the signs of a variable stand next, so that the text is
// searched once, however many variables begin in it and never end.
type variables struct {
	text                string
	brace, comma, slash next
	quote, last         next
	filled              int // the first place after the last comma at which no white space stands
	filledAfter         int // that comma
}

// next is where a sign stands next in the text.
type next struct {
	sign  string
	known bool
	at    int // the length of the text if the sign does not follow
}

func newVariables(text string) variables {
	return variables{text: text, brace: next{sign: "}"}, comma: next{sign: ","}, slash: next{sign: "/"}, quote: next{sign: "'"}, last: next{sign: "'}"}, filledAfter: -1}
}

// after returns the first place of the sign at or after i, which must not decrease from call to call.
func (n *next) after(text string, i int) int {
	if n.known && n.at >= i {
		return n.at
	}
	n.known, n.at = true, len(text)
	if at := strings.Index(text[i:], n.sign); at >= 0 {
		n.at = i + at
	}
	return n.at
}

// parse reads ${key}, ${key, 'default'}, ${*}, ${?} or ${$} at place i, at which ${ stands. It returns the part and its length in the text; 0
// if there is no variable. For the last three, the part has no key and the character as its fallback. i must not decrease from call to call.
func (in *variables) parse(i int) (part, int) {
	s, start := in.text, i+2
	end := in.brace.after(s, start)
	if end == len(s) {
		return part{}, 0
	}
	if one := s[start:end]; one == "*" || one == "?" || one == "$" {
		return part{fallback: one}, end + 1 - i
	}
	v, ended := part{}, end // the places where the key and the variable end
	if comma := in.comma.after(s, start); comma < end {
		// The default may contain a closing brace, so that only a quote followed by a brace ends it.
		open := in.quote.after(s, comma+1)
		if open == len(s) || in.blankUntil(comma) != open {
			return part{}, 0
		}
		last := in.last.after(s, open+1)
		if last == len(s) {
			return part{}, 0
		}
		v.fallback, v.hasDefault = s[open+1:last], true
		end, ended = comma, last+1
	}
	if in.slash.after(s, start) >= end { // the keys of tags have slashes, and may have other signs
		if at := strings.IndexAny(s[start:end], "${'"); at >= 0 {
			return part{}, 0
		}
	}
	v.shown = strings.TrimSpace(s[start:end])
	v.key = strings.ToLower(v.shown)
	if v.key == "" || strings.Contains(v.key, " ") && !strings.Contains(v.key, "/") {
		return part{}, 0
	}
	return v, ended + 1 - i
}

// blankUntil returns the first place after the comma at which no white space stands.
func (in *variables) blankUntil(comma int) int {
	if in.filledAfter != comma {
		rest := strings.TrimLeftFunc(in.text[comma+1:], unicode.IsSpace)
		in.filled, in.filledAfter = len(in.text)-len(rest), comma
	}
	return in.filled
}
