package authz

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// simpleValues returns values for which the atom may have either answer: the shortest string that each glob matches, a string that no glob mentions,
// and the empty string; or the first number and those on either side of it.
func (j *judge) simpleValues(a *atom) []string {
	switch a.family {
	case strings_, arns:
	case numbers:
		values, _ := j.witnessNumbers(a.texts[:min(1, len(a.texts))])
		return values
	default:
		return nil
	}
	fresh := unused(mentioned(a.globs))
	out := make([]string, 0, len(a.globs)+2)
	for _, g := range a.globs {
		var b strings.Builder
		for _, t := range g.tokens {
			switch t.op {
			case char:
				b.WriteRune(t.r)
			case one, oneHere:
				b.WriteRune(fresh)
			}
		}
		out = append(out, b.String())
	}
	return append(out, string(fresh), "")
}

// mentioned returns the characters in the globs.
func mentioned(globs []glob) map[rune]bool {
	used := map[rune]bool{}
	for _, g := range globs {
		for _, t := range g.tokens {
			if t.op != char {
				continue
			}
			used[t.r] = true
			if g.fold { // also the character in other letter case
				for r := unicode.SimpleFold(t.r); r != t.r; r = unicode.SimpleFold(r) {
					used[r] = true
				}
			}
		}
	}
	return used
}

// witnessStrings returns strings that together show every combination of globs that can match the same string. complete is false if the
// search was given up.
func (j *judge) witnessStrings(globs []glob) (values []string, complete bool) {
	simple := !slices.ContainsFunc(globs, func(g glob) bool { return g.fold || !g.exact && !g.prefix })
	used := mentioned(globs)
	fresh := unused(used)
	if !simple {
		return j.searchStrings(globs, append(slices.Sorted(maps.Keys(used)), fresh))
	}
	// All globs are exact texts or prefixes. Which of them match a string depends only on whether it is one of the texts, and on the longest
	// prefix that it begins with.
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

// unused returns a character that is not in used, to represent all characters that no glob mentions.
func unused(used map[rune]bool) rune {
	for _, r := range "xyz019~_-" {
		if !used[r] {
			return r
		}
	}
	for r := 'А'; ; r++ {
		if !used[r] {
			return r
		}
	}
}

// maxSteps bounds the work of searchStrings.
const maxSteps = 1 << 20

// searchStrings runs all globs in parallel over all strings of the alphabet, shortest first. It keeps one string for each set of places
// that the globs can reach.
func (j *judge) searchStrings(globs []glob, alphabet []rune) (values []string, complete bool) {
	alphabet = appendNew(alphabet, ':') // some wildcards do not match a colon
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
	accepted := map[string]bool{} // the combinations of matching globs found so far
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
			if !j.spend(len(alphabet)) {
				return values, false
			}
		}
		if p.text == "" {
			empty = string(ends) // prefer a non-empty string for this combination, because set operators skip empty ones
		} else if !accepted[string(ends)] {
			accepted[string(ends)] = true
			values = append(values, p.text)
		}
		if steps > maxSteps || !j.spend(len(alphabet)*(1+len(all)/64)+(len(globs)+len(p.text))/8) {
			j.work.cut = true
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
