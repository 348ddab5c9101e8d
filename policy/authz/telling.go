package authz

import (
	"slices"
	"strings"
	"unicode"
)

// maxStates bounds the search for strings.
const maxStates = 1 << 12

// tellingStrings gives strings that between them show every combination of the globs that can match together.
// complete is false if the search was given up.
func tellingStrings(globs []glob) (values []string, complete bool) {
	var used []rune
	simple := true
	for _, g := range globs {
		simple = simple && (g.exact || g.prefix) && !g.fold
		for _, t := range g.tokens {
			if t.op != literal {
				continue
			}
			used = appendNew(used, t.r)
			if g.fold { // and its other cases
				for r := unicode.SimpleFold(t.r); r != t.r; r = unicode.SimpleFold(r) {
					used = appendNew(used, r)
				}
			}
		}
	}
	fresh := unused(used)
	if !simple {
		return searchStrings(globs, append(used, fresh))
	}
	// Texts and beginnings of texts: a string is one of the texts, or its longest beginning decides; what follows that does not matter.
	values = []string{string(fresh)}
	for _, g := range globs {
		if g.exact {
			values = append(values, g.text)
		} else {
			values = append(values, g.text+string(fresh))
		}
	}
	return values, true
}

// unused is a character that no glob mentions, so that it stands for all others.
func unused(used []rune) rune {
	for _, r := range "xyz019~_-" {
		if !slices.Contains(used, r) {
			return r
		}
	}
	for r := 'А'; ; r++ {
		if !slices.Contains(used, r) {
			return r
		}
	}
}

// searchStrings walks all globs at once over every string, keeping one string for each set of places that they can be at.
func searchStrings(globs []glob, alphabet []rune) (values []string, complete bool) {
	if !slices.Contains(alphabet, ':') { // where some wildcards stop
		alphabet = append(alphabet, ':')
	}
	offsets := make([]int, len(globs))
	size := 0
	for i, g := range globs {
		offsets[i] = size
		size += len(g.tokens) + 1
	}
	start := newPlaces(size)
	for i := range globs {
		globs[i].enter(start, offsets[i], 0)
	}
	type place struct {
		at   places
		text string
	}
	queue := []place{{start, ""}}
	seen := map[string]bool{start.id(): true}
	accepted := map[string]bool{}
	var ends strings.Builder
	var empty string
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		ends.Reset()
		for i, g := range globs {
			if p.at.has(offsets[i] + len(g.tokens)) {
				ends.WriteByte('y')
			} else {
				ends.WriteByte('n')
			}
		}
		if p.text == "" {
			empty = ends.String() // where another string does as well, it is better: set operators skip the empty one
		} else if !accepted[ends.String()] {
			accepted[ends.String()] = true
			values = append(values, p.text)
		}
		for _, r := range alphabet {
			next := newPlaces(size)
			for i := range globs {
				for at := range globs[i].tokens {
					if p.at.has(offsets[i] + at) {
						globs[i].step(next, offsets[i], at, r)
					}
				}
			}
			if id := next.id(); !seen[id] {
				if len(seen) >= maxStates {
					return values, false
				}
				seen[id] = true
				queue = append(queue, place{next, p.text + string(r)})
			}
		}
	}
	if !accepted[empty] {
		values = append(values, "")
	}
	return values, true
}

// id is the set as a key of a map.
func (p places) id() string {
	var b strings.Builder
	for _, word := range p {
		for shift := 0; shift < 64; shift += 8 {
			b.WriteByte(byte(word >> shift))
		}
	}
	return b.String()
}
