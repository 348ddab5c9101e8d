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

// maxHoles bounds the search for what may stand in a variable's place.
const maxHoles = 4096

// addHoles finds the values of the variable with which p matches text, and notes them as globs.
func (a *atom) addHoles(p *pattern, key, text string, j *judge) {
	if p.never || !slices.Contains(p.keys, key) {
		return
	}
	// The variable's first place: what is before it, if that is plain text, fixes where its value begins.
	from, to := 0, len(text)
	var before, after string
	beforeFixed, afterFixed := true, true
	passed := false
	for _, part := range p.parts {
		switch {
		case part.key == key:
			if !passed {
				passed = true
			} else {
				afterFixed = false
			}
			a.shown = appendNew(a.shown, part.shown)
		case part.key != "":
			v, _ := j.variable(part.key)
			if !passed {
				before += v
			} else {
				after += v
			}
		default:
			for _, t := range part.tokens {
				switch {
				case passed && t.op == literal:
					after += string(t.r)
				case passed:
					afterFixed = false
				case t.op == literal:
					before += string(t.r)
				default:
					beforeFixed = false
				}
			}
		}
	}
	first, last := 0, len(text)
	if beforeFixed {
		from = len(before)
		first = from
	}
	if afterFixed {
		to = len(text) - len(after)
		last = to
	}
	tried := 0
	for i := first; i <= len(text); i++ {
		if beforeFixed && i > from {
			break
		}
		for k := max(i, 0); k <= last; k++ {
			if afterFixed && k < to {
				continue
			}
			if tried++; tried > maxHoles {
				a.key, a.says, a.keys = "", p.source, []string{key}
				return
			}
			value := text[i:k]
			g, ok := p.resolve(func(of string) (string, bool) {
				if of == key {
					return value, true
				}
				return j.variable(of)
			})
			if ok && g.match(text) {
				a.globs = append(a.globs, newGlob(appendLiteral(nil, value), p.fold))
			}
		}
	}
}
