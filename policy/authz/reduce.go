package authz

// reduce replaces, in a copy of the judge, unknowns that do not interact with others by one. Unknowns that each stand in one statement alone can together
// make it apply or not; that is one question, whatever their number. Statements of one side that hang on nothing else are one question again.
//
// Each of the replaced unknowns matters if and only if the question does: the others can always be chosen so that this one decides.
func (w *assignments) reduce() {
	r := *w.judge
	w.judge = &r
	w.members = make([][]int, len(w.unknowns))
	homes := w.homes()
	n := 0 // of the statement, over all sides
	for _, s := range r.sides() {
		may := s.may
		s.may, s.sure = nil, s.sure[:len(s.sure):len(s.sure)]
		var alone []open // statements that hang on one question only, which nothing else asks
		for _, o := range may {
			kept, asked, never := w.private(o, n, homes)
			n++
			switch {
			case never:
			case len(kept) == 0 && len(asked) == 0:
				s.sure = append(s.sure, o.ref)
			default:
				next := open{ref: o.ref, clauses: kept}
				if len(asked) > 0 {
					next.clauses = append(next.clauses[:len(kept):len(kept)], w.ask(asked))
				}
				if len(kept) == 0 {
					alone = append(alone, next)
				} else {
					s.may = append(s.may, next)
				}
			}
		}
		if len(alone) > 1 {
			var asked []int
			for _, o := range alone {
				u := w.asking[o.clauses[0][0].atom]
				asked = append(asked, w.members[u]...)
				w.members[u] = nil
			}
			alone = []open{{ref: alone[0].ref, clauses: []clause{w.ask(asked)}}}
		}
		s.may = append(s.may, alone...)
	}
	w.keep(homes)
}

// sides returns all sides of the judge.
func (j *judge) sides() []*side {
	out := []*side{&j.denies, &j.identity, &j.boundary, &j.session, &j.direct, &j.role, &j.account}
	j.scps = append([]side(nil), j.scps...)
	for i := range j.scps {
		out = append(out, &j.scps[i])
	}
	return out
}

// The homes of unknowns that do not stand in exactly one statement.
const (
	nowhere = -1
	several = -2
)

// homes returns, by unknown, the number of the only statement that it stands in. One that shares a clause with another unknown, or answers whose the
// resource is, counts as standing in several.
func (w *assignments) homes() []int {
	out := make([]int, len(w.unknowns))
	for i := range out {
		out[i] = nowhere
	}
	n := 0
	for _, s := range w.judge.sides() {
		for _, o := range s.may {
			for _, c := range o.clauses {
				mixed := false
				for _, l := range c {
					mixed = mixed || w.of[l.atom] != w.of[c[0].atom]
				}
				for _, l := range c {
					if u := w.of[l.atom]; mixed || out[u] != nowhere && out[u] != n {
						out[u] = several
					} else {
						out[u] = n
					}
				}
			}
			n++
		}
	}
	if w.judge.same == maybe {
		out[w.of[w.judge.sameAtom]] = several
	}
	return out
}

// private splits the clauses of statement n into those that are kept, and the unknowns that stand in it alone and can go either way. never reports
// that one of them cannot let the statement apply.
func (w *assignments) private(o open, n int, homes []int) (kept []clause, asked []int, never bool) {
	own := map[int][]clause{}
	for _, c := range o.clauses {
		u := nowhere
		if len(c) > 0 {
			u = w.of[c[0].atom]
		}
		if u == nowhere || homes[u] != n {
			kept = append(kept, c)
			continue
		}
		if own[u] == nil {
			asked = append(asked, u)
		}
		own[u] = append(own[u], c)
	}
	both := asked[:0]
	for _, u := range asked {
		can := map[truth]bool{}
		part := open{clauses: own[u]}
		for _, kind := range w.unknowns[u].kinds {
			w.unknowns[u].set(w.answers, kind)
			can[part.holds(w.answers)] = true
		}
		w.unknowns[u].unset(w.answers)
		switch {
		case can[maybe]:
			kept = append(kept, own[u]...)
			homes[u] = several
		case can[yes] && can[no]:
			both = append(both, u)
		case !can[yes]:
			never = true
		}
	}
	return kept, both, never
}

// ask returns the clause of a new question, which stands for the unknowns.
func (w *assignments) ask(members []int) clause {
	atom := len(w.answers)
	w.answers = append(w.answers, maybe)
	if w.asking == nil {
		w.asking = map[int]int{}
	}
	w.asking[atom] = len(w.unknowns)
	w.unknowns = append(w.unknowns, unknownKey{atoms: []int{atom}, kinds: [][]truth{{yes}, {no}}})
	w.members = append(w.members, members)
	return clause{{atom: atom}}
}

// keep leaves out the unknowns that a question stands for, and those that stand nowhere.
func (w *assignments) keep(homes []int) {
	w.all = w.unknowns
	w.unknowns = nil
	var members [][]int
	for i, u := range w.all {
		switch {
		case i < len(homes) && homes[i] == several:
			members = append(members, []int{i})
		case i >= len(homes) && w.members[i] != nil:
			members = append(members, w.members[i])
		default:
			continue
		}
		w.unknowns = append(w.unknowns, u)
	}
	w.members = members
}
