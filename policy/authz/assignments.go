package authz

import (
	"cmp"
	"slices"
)

// assignments enumerates the possible values of everything unknown, as far as the policies distinguish them: for each unknown a few kinds
// of values, and for each kind the answers to the atoms.
type assignments struct {
	judge    *judge
	unknowns []unknownKey
	answers  answers
	budget   int // number of further steps that the search may take
}

// unknownKey is an unknown condition key, or the keys of a free atom, or a layer that could not be read.
type unknownKey struct {
	keys   []string
	unread Layer
	atoms  []int
	kinds  [][]truth // for each kind of value, the answer to each of the atoms
}

// maxAssignments bounds the steps of a search. If a search runs out of steps, the answer is Undetermined and depends on every unknown that
// was not examined.
const maxAssignments = 1 << 15

// assignments collects the unknowns of the atoms and their kinds.
func (j *judge) assignments() *assignments {
	w := &assignments{judge: j, answers: make(answers, len(j.atoms))}
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

// exists reports whether f has the value in some assignment. It also returns true if the search runs out of steps.
func (w *assignments) exists(value truth, f func(answers) truth) bool {
	w.answers.forget()
	w.budget = maxAssignments
	return w.search(0, value, f)
}

func (w *assignments) search(i int, value truth, f func(answers) truth) bool {
	if w.budget--; w.budget < 0 {
		return true
	}
	switch t := f(w.answers); {
	case t != maybe:
		return t == value
	case i == len(w.unknowns): // a kind was undecided
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

// matters reports whether two assignments that differ in unknown k alone have different values of f. It also returns true if the search
// runs out of steps.
func (w *assignments) matters(k int, f func(answers) truth) bool {
	w.answers.forget()
	w.budget = maxAssignments
	return w.differs(k, 0, f)
}

func (w *assignments) differs(k, i int, f func(answers) truth) bool {
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
