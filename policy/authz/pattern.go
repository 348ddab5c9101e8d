package authz

import "strings"

// pattern is a value of a policy, split into text, wildcards and variables. Which of these are special depends on the style.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
type pattern struct {
	source string
	parts  []part
	fold   bool
	keys   []string // the keys of its variables, lower case
	glob   glob     // of a pattern without variables
	never  bool     // it matches nothing
}

// part is either a run of tokens or a variable.
type part struct {
	tokens     []token
	key        string // key of the variable, in lower case; "" for a run of tokens
	shown      string // the key as written
	fallback   string // text of the variable if the key is absent
	hasDefault bool
	segment    bool // the variable stands before the last part of an ARN, so that its value cannot contain a colon
}

// style says what is special in a pattern.
type style struct {
	wild      bool // * and ? are wildcards
	variables bool // ${…} is a variable: in documents of Version 2012-10-17
	fold      bool
	colons    colons
}

// colons says how wildcards treat the colons of an ARN.
type colons uint8

const (
	freely     colons = iota // wildcards match colons
	inResource               // in the first five segments, only a * at the end of a segment matches colons
	inARN                    // each of the six parts of the ARN is compared by itself
)

// anyARN is the pattern of all ARNs, part by part.
const anyARN = "arn:*:*:*:*:*"

// parsePattern parses a pattern. It never fails: a variable that is not well-formed is plain text.
func parsePattern(source string, s style) pattern {
	p := pattern{source: source, fold: s.fold}
	if s.colons == inARN && source == "*" { // assumed to match every ARN, and nothing else
		source = anyARN
	}
	run := make([]token, 0, len(source))
	in := newVariables(source)
	seen := 0 // number of colons so far
	for i := 0; i < len(source); {
		rest := source[i:]
		if s.variables && strings.HasPrefix(rest, "${") {
			if v, n := in.parse(i); n > 0 {
				if v.key == "" {
					run = appendLiteral(run, v.fallback)
				} else {
					v.segment = seen < 5 && s.colons == inARN
					p.parts = append(p.parts, part{tokens: run}, v)
					p.keys = append(p.keys, v.key)
					run = nil
				}
				i += n
				continue
			}
		}
		here := seen < 5 && (s.colons == inARN || s.colons == inResource && !(rest[0] == '*' && (len(rest) == 1 || rest[1] == ':')))
		switch c := rest[0]; {
		case s.wild && c == '*' && here:
			run = append(run, token{op: manyHere})
			i++
		case s.wild && c == '*':
			run = append(run, token{op: many})
			i++
		case s.wild && c == '?' && here:
			run = append(run, token{op: oneHere})
			i++
		case s.wild && c == '?':
			run = append(run, token{op: one})
			i++
		default:
			if c == ':' {
				seen++
			}
			n := 1
			for i+n < len(source) && source[i+n]&0xC0 == 0x80 { // the rest of the character
				n++
			}
			run = appendLiteral(run, source[i:i+n])
			i += n
		}
	}
	if s.colons == inARN {
		p.never = seen < 5
	}
	p.parts = append(p.parts, part{tokens: run})
	if len(p.keys) == 0 {
		p.glob = newGlob(run, s.fold)
	}
	return p
}

func appendLiteral(run []token, text string) []token {
	for _, r := range text {
		run = append(run, token{op: char, r: r})
	}
	return run
}

// resolve returns the glob of the pattern for the given values of its variables. ok is false if a variable has no value, because the
// pattern then matches nothing. The value of a variable is assumed to be plain text even if it contains wildcards.
func (p *pattern) resolve(values func(key string) (string, bool)) (g glob, ok bool) {
	if p.never {
		return glob{}, false
	}
	if len(p.keys) == 0 {
		return p.glob, true
	}
	run := make([]token, 0, len(p.source))
	for i := range p.parts {
		v := &p.parts[i]
		if v.key == "" {
			run = append(run, v.tokens...)
			continue
		}
		text, known := values(v.key)
		switch {
		case !known && !v.hasDefault:
			return glob{}, false
		case !known:
			text = v.fallback
		}
		if v.segment && strings.Contains(text, ":") {
			return glob{}, false
		}
		run = appendLiteral(run, text)
	}
	return newGlob(run, p.fold), true
}

// loosely returns the glob of the pattern with every unknown variable replaced by "any text". If it does not match a text, neither does
// the pattern for any value of the variables.
func (p *pattern) loosely(values func(key string) (text string, s state)) (g glob, ok bool) {
	if p.never {
		return glob{}, false
	}
	run := make([]token, 0, len(p.source))
	for i := range p.parts {
		v := &p.parts[i]
		if v.key == "" {
			run = append(run, v.tokens...)
			continue
		}
		text, s := values(v.key)
		switch {
		case s == unknown && v.segment:
			run = append(run, token{op: manyHere})
			continue
		case s == unknown:
			run = append(run, token{op: many})
			continue
		case s == absent && !v.hasDefault:
			return glob{}, false
		case s == absent:
			text = v.fallback
		}
		run = appendLiteral(run, text)
	}
	return newGlob(run, p.fold), true
}
