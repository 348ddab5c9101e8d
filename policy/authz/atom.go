package authz

import (
	"slices"
	"strings"
)

// atom is a question that the request leaves open.
type atom struct {
	key    string                                 // whose value answers it; "" if it is free
	holds  func(values []string, there bool) bool // the answer for a value of the key
	keys   []string                               // of a free atom: the keys that answer it together. What they answer is not looked into.
	says   string                                 // of a free atom: what it asks
	unread Layer                                  // of a free atom: the layer whose unread part answers it
	shown  []string                               // the keys as written

	// What values make a difference.
	family family
	globs  []glob   // of strings: those that match one of these, or none
	texts  []string // of others: as written
	lists  bool     // a set operator asks, so that several values make a difference
}

func (j *judge) add(a *atom) int {
	j.atoms = append(j.atoms, a)
	return len(j.atoms) - 1
}

// addFree adds an atom over several keys. Two that ask the same are one.
func (j *judge) addFree(says string, keys []string, shown ...string) int {
	if n, ok := j.free[says]; ok {
		return n
	}
	if j.free == nil {
		j.free = map[string]int{}
	}
	n := j.add(&atom{says: says, keys: keys, shown: shown})
	j.free[says] = n
	return n
}

// addCondition adds a condition whose key is unknown, and nothing else in it.
func (j *judge) addCondition(c *condition) int {
	a := &atom{key: c.key, shown: []string{c.shown}, family: c.op.family, texts: c.values, lists: c.quantifier != plain}
	a.holds = func(values []string, there bool) bool { return c.holds(values, there, j.resolve) }
	for i := range c.patterns {
		if g, ok := j.resolve(&c.patterns[i]); ok {
			a.globs = append(a.globs, g)
		}
	}
	return j.add(a)
}

// freeCondition is the literal of a condition over several unknown keys.
func (j *judge) freeCondition(c *condition, keys []string) lit {
	op, not := strings.ToLower(c.operator), false
	if c.quantifier == plain && !c.ifExists && c.op.negated { // the opposite of the operator without Not
		op, not = strings.Replace(op, "not", "", 1), true
	}
	shown := []string{c.shown}
	for _, p := range c.patterns {
		for _, part := range p.parts {
			if part.key != "" {
				shown = append(shown, part.shown)
			}
		}
	}
	says := strings.Join(slices.Concat([]string{op, c.key}, slices.Sorted(slices.Values(c.values))), "\x00")
	return lit{atom: j.addFree(says, keys, shown...), not: not}
}

// addVariable adds a question that only the value of one variable leaves open. p, if given, is matched with text.
func (j *judge) addVariable(key string, holds func(func(*pattern) (glob, bool)) bool, p *pattern, text string) int {
	a := &atom{key: key, family: strings_}
	a.holds = func(values []string, there bool) bool {
		return holds(func(p *pattern) (glob, bool) {
			return p.resolve(func(k string) (string, bool) {
				if k != key {
					return j.variable(k)
				}
				if !there || len(values) != 1 {
					return "", false
				}
				return values[0], true
			})
		})
	}
	if p != nil {
		a.addHoles(p, key, text, j)
	}
	return j.add(a)
}
