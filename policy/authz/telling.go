package authz

import (
	"slices"
	"unicode"
)

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

// maxSteps bounds the search for strings.
const maxSteps = 1 << 20

// searchStrings walks all globs at once over every string, keeping one string for each set of places that they can be at.
func searchStrings(globs []glob, alphabet []rune) (values []string, complete bool) {
	alphabet = appendNew(alphabet, ':') // where some wildcards stop
	type placeOf struct{ glob, at, base int }
	var all []placeOf // by number
	start := places{}
	for i, g := range globs {
		base := len(all)
		for at := range len(g.tokens) + 1 {
			all = append(all, placeOf{i, at, base})
		}
		start = start.grow(len(all))
		g.enter(start, base, 0)
	}
	type stop struct {
		at   places
		text string
	}
	queue := []stop{{start, ""}}
	seen := map[string]bool{start.id(): true}
	accepted := map[string]bool{} // which globs match, of the texts so far
	var empty string
	steps := 0
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		ends := make([]byte, len(globs))
		next := make([]places, len(alphabet))
		for i := range next {
			next[i] = newPlaces(len(all))
		}
		for n := range p.at.all() {
			of := all[n]
			g := &globs[of.glob]
			if of.at == len(g.tokens) {
				ends[of.glob] = 1
				continue
			}
			for i, r := range alphabet {
				g.step(next[i], of.base, of.at, r)
			}
			steps += len(alphabet)
		}
		if p.text == "" {
			empty = string(ends) // where another string does as well, it is better: set operators skip the empty one
		} else if !accepted[string(ends)] {
			accepted[string(ends)] = true
			values = append(values, p.text)
		}
		if steps > maxSteps {
			return values, false
		}
		for i, r := range alphabet {
			if id := next[i].id(); !seen[id] {
				seen[id] = true
				queue = append(queue, stop{next[i], p.text + string(r)})
			}
		}
	}
	if !accepted[empty] {
		values = append(values, "")
	}
	return values, true
}
