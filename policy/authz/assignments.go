package authz

import (
	"cmp"
	"slices"
)

// assignments enumerates the possible values of everything unknown, as far as the policies distinguish them: for each unknown a few kinds
// of values, and for each kind the answers to the atoms.
type assignments struct {
	judge    *judge       // a copy in which unknowns that do not interact are one question
	unknowns []unknownKey // those that the search goes through
	members  [][]int      // by unknown: those of all that it stands for
	all      []unknownKey
	of       []int       // by atom: its unknown among all
	asking   map[int]int // by atom of a question: its unknown among all
	answers  answers
	steps    int // that the search at hand may still take
	cost     int // of a step
}

// unknownKey is an unknown condition key, or the keys of a free atom, or a layer that could not be read.
type unknownKey struct {
	keys   []string
	unread Layer
	atoms  []int
	kinds  [][]truth // for each kind of value, the answer to each of the atoms
}

// maxAssignments bounds the steps of a search. If a search runs out of steps, or the decision out of work, the answer is Undetermined and depends on every
// unknown that was not examined.
const maxAssignments = 1 << 15

// assignments collects the unknowns of the atoms and their kinds.
func (j *judge) assignments() *assignments {
	w := &assignments{judge: j, answers: make(answers, len(j.atoms)), of: make([]int, len(j.atoms))}
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
		for _, n := range u.atoms {
			w.of[n] = i
		}
	}
	w.reduce()
	for _, s := range w.judge.sides() {
		for _, o := range s.may {
			w.cost++
			for _, c := range o.clauses {
				w.cost += len(c)
			}
		}
	}
	w.sort()
	return w
}

// sort puts the unknowns with the fewest kinds first.
func (w *assignments) sort() {
	order := make([]int, len(w.unknowns))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(w.unknowns[a].kinds), len(w.unknowns[b].kinds)) })
	unknowns, members := slices.Clone(w.unknowns), slices.Clone(w.members)
	for to, from := range order {
		w.unknowns[to], w.members[to] = unknowns[from], members[from]
	}
}

// spend takes a step, and reports whether there was one left.
func (w *assignments) spend() bool {
	if w.steps--; w.steps < 0 {
		w.judge.work.cut = true
		return false
	}
	return w.judge.spend(w.cost)
}

// exists reports whether f has the value in some assignment. It also returns true if the search runs out of steps.
func (w *assignments) exists(value truth, f func(answers) truth) bool {
	w.answers.forget()
	w.steps = maxAssignments
	return w.search(0, value, f)
}

func (w *assignments) search(i int, value truth, f func(answers) truth) bool {
	if !w.spend() {
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
	w.steps = maxAssignments
	return w.differs(k, 0, f)
}

func (w *assignments) differs(k, i int, f func(answers) truth) bool {
	if !w.spend() {
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
