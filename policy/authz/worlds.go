package authz

import (
	"cmp"
	"slices"
)

// worlds are all the ways in which what is unknown could turn out, as far as the policies tell them apart: for each unknown, a few
// kinds of values, and for each kind the answers to the atoms.
type worlds struct {
	judge    *judge
	unknowns []unknownKey
	answers  answers
	budget   int // how many more worlds may be looked at
}

// unknownKey is a condition key without a value, or several that cannot be told apart, or what an unread layer says.
type unknownKey struct {
	keys   []string
	unread Layer
	atoms  []int
	kinds  [][]truth // for each kind of value, the answer to each of the atoms
}

// maxWorlds bounds the search. A search that runs out leaves the answer undetermined, and depending on all that was not looked at.
const maxWorlds = 1 << 15

// worlds gathers the unknowns of the atoms.
func (j *judge) worlds() *worlds {
	w := &worlds{judge: j, answers: make(answers, len(j.atoms))}
	w.answers.forget()
	byKey := map[string]int{}
	for n, a := range j.atoms {
		switch {
		case a.unread != 0:
			i := slices.IndexFunc(w.unknowns, func(u unknownKey) bool { return u.unread == a.unread })
			if i < 0 {
				i = len(w.unknowns)
				w.unknowns = append(w.unknowns, unknownKey{unread: a.unread})
			}
			w.unknowns[i].atoms = append(w.unknowns[i].atoms, n)
		case a.key == "":
			w.unknowns = append(w.unknowns, unknownKey{keys: a.keys, atoms: []int{n}})
		default:
			i, ok := byKey[a.key]
			if !ok {
				i = len(w.unknowns)
				byKey[a.key] = i
				w.unknowns = append(w.unknowns, unknownKey{keys: []string{a.key}})
			}
			w.unknowns[i].atoms = append(w.unknowns[i].atoms, n)
		}
	}
	for i := range w.unknowns {
		u := &w.unknowns[i]
		u.kinds = j.kinds(u)
	}
	slices.SortStableFunc(w.unknowns, func(a, b unknownKey) int { return cmp.Compare(len(a.kinds), len(b.kinds)) })
	return w
}

// exists reports whether there is a world in which f has the value. If the search runs out, there may be one.
func (w *worlds) exists(value truth, f func(answers) truth) bool {
	w.answers.forget()
	w.budget = maxWorlds
	return w.search(0, value, f)
}

func (w *worlds) search(i int, value truth, f func(answers) truth) bool {
	if w.budget--; w.budget < 0 {
		return true
	}
	switch t := f(w.answers); {
	case t != maybe:
		return t == value
	case i == len(w.unknowns): // the kinds did not tell
		return true
	}
	u := &w.unknowns[i]
	for _, kind := range u.kinds {
		u.set(w.answers, kind)
		if w.search(i+1, value, f) {
			return true
		}
	}
	u.unset(w.answers)
	return false
}

// matters reports whether there are two worlds that differ in the unknown k alone and in the value of f.
func (w *worlds) matters(k int, f func(answers) truth) bool {
	w.answers.forget()
	w.budget = maxWorlds
	return w.differs(k, 0, f)
}

func (w *worlds) differs(k, i int, f func(answers) truth) bool {
	if w.budget--; w.budget < 0 {
		return true
	}
	if f(w.answers) != maybe {
		return false
	}
	if i == k {
		i++
	}
	u := &w.unknowns[k]
	if i >= len(w.unknowns) {
		first := maybe
		for _, kind := range u.kinds {
			u.set(w.answers, kind)
			t := f(w.answers)
			if first == maybe && t != maybe {
				first = t
			} else if t != first || t == maybe {
				u.unset(w.answers)
				return true
			}
		}
		u.unset(w.answers)
		return false
	}
	other := &w.unknowns[i]
	for _, kind := range other.kinds {
		other.set(w.answers, kind)
		if w.differs(k, i+1, f) {
			other.unset(w.answers)
			return true
		}
	}
	other.unset(w.answers)
	return false
}

func (u *unknownKey) set(a answers, kind []truth) {
	for i, n := range u.atoms {
		a[n] = kind[i]
	}
}

func (u *unknownKey) unset(a answers) {
	for _, n := range u.atoms {
		a[n] = maybe
	}
}
