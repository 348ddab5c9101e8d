package authz

import "slices"

// maxHoles bounds the number of values that addHoles tries for a variable.
const maxHoles = 1 << 13

// addHoles finds the values of the unknown variable key with which p matches text, and adds them to the globs of the atom. All such values
// are substrings of text. If there are too many substrings to try, it makes the atom free.
func (a *atom) addHoles(p *pattern, key, text string, j *judge) {
	if p.never || !slices.Contains(p.keys, key) {
		return
	}
	for i := 0; len(a.shown) == 0; i++ {
		if p.parts[i].key == key {
			a.shown = []string{p.parts[i].shown}
		}
	}
	starts, ends := p.hole(key, text, j.variable)
	if len(starts)*len(ends) > maxHoles || !j.spend(len(starts)*len(ends)*p.longest(len(text))) {
		a.key, a.keys, a.says = "", []string{key}, p.source
		j.work.cut = true
		return
	}
	for _, from := range starts {
		for _, to := range ends {
			if to < from {
				continue
			}
			g, ok := p.resolve(func(of string) (string, bool) {
				if of == key {
					return text[from:to], true
				}
				return j.variable(of)
			})
			if ok && j.work.match(&g, text) {
				a.globs = append(a.globs, newGlob(appendLiteral(nil, text[from:to]), p.fold))
			}
		}
	}
}

// longest returns how many parts and tokens the pattern has at most, and n more for the text that it is compared with, if no variable is longer than n.
func (p *pattern) longest(n int) int {
	tokens := len(p.parts) + (1+len(p.keys))*n
	for i := range p.parts {
		tokens += len(p.parts[i].tokens)
	}
	return tokens
}

// hole returns where in text the value of the variable may start and end at its first occurrence in p. If plain text surrounds the
// variable, there is one start or end; otherwise it can be anywhere.
func (p *pattern) hole(key, text string, known func(string) (string, bool)) (starts, ends []int) {
	head, tail := 0, 0 // lengths of the plain text before and after the variable
	plainHead, plainTail := true, true
	passed := false
	for i := range p.parts {
		part := &p.parts[i]
		length, plain := part.length(known)
		switch {
		case part.key == key && passed:
			plainTail = false
		case part.key == key:
			passed = true
		case passed:
			tail += length
			plainTail = plainTail && plain
		default:
			head += length
			plainHead = plainHead && plain
		}
	}
	for i := range len(text) + 1 {
		if !plainHead || i == head {
			starts = append(starts, i)
		}
		if !plainTail || i == len(text)-tail {
			ends = append(ends, i)
		}
	}
	return starts, ends
}

// length returns the length of the text that the part stands for; plain is false if that is not fixed.
func (v *part) length(known func(string) (string, bool)) (n int, plain bool) {
	if v.key != "" {
		text, ok := known(v.key)
		if !ok {
			text = v.fallback
		}
		return len(text), true
	}
	for _, t := range v.tokens {
		if t.op != char {
			return 0, false
		}
		n += len(string(t.r))
	}
	return n, true
}
