package authz

import (
	"slices"
	"strings"
)

// atom is a yes-or-no question about the request whose answer depends on unknown condition keys. A bound atom depends on the value of one
// key. A free atom depends on several keys, or on a layer that could not be read; either answer to it is considered possible.
type atom struct {
	key    string                                 // of a bound atom: the key whose value gives the answer; "" if the atom is free
	holds  func(values []string, there bool) bool // of a bound atom: the answer for these values of the key
	keys   []string                               // of a free atom: the keys that the answer depends on
	says   string                                 // of a free atom: identifies the question
	unread Layer                                  // of a free atom: the layer that could not be read
	shown  []string                               // the keys as the policies write them

	// What is compared with the value of the key.
	family family
	globs  []glob   // if strings are compared: the patterns
	texts  []string // if other types are compared: the values as the policy writes them
	lists  bool     // a set operator is used, so that lists of several values must be considered
	size   int      // how many comparisons an answer takes for one value; 0 is as many as there are globs
}

func (j *judge) add(a *atom) int {
	j.atoms = append(j.atoms, a)
	return len(j.atoms) - 1
}

// addFree adds a free atom over several keys and returns its number. The same question is added only once.
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

// addCondition adds the atom of a condition in which only the key is unknown, and returns its number.
func (j *judge) addCondition(c *condition) int {
	a := &atom{key: c.key, shown: []string{c.shown}, family: c.op.family, texts: c.values, lists: c.quantifier != plain, size: c.size()}
	a.holds = func(values []string, there bool) bool { return c.holds(values, there, j.matching(j.resolve)) }
	for i := range c.patterns {
		if g, ok := j.resolve(&c.patterns[i]); ok {
			a.globs = append(a.globs, g)
		}
	}
	return j.add(a)
}

// freeCondition returns the literal of a condition in which several keys are unknown.
func (j *judge) freeCondition(c *condition, keys []string) literal {
	op, not := strings.ToLower(c.operator), false
	if c.quantifier == plain && !c.ifExists && c.op.negated { // the negation of the operator without Not, whose atom is used
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
	return literal{atom: j.addFree(says, keys, shown...), not: not}
}

// addVariable adds the atom of a question in which only the value of one variable is unknown, and returns its number. If p is given, the
// question is whether p matches text.
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
