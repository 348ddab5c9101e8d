package authz

import "slices"

// Decide judges r by p. It never fails: what is not grammar allows nothing and denies all it may mean, and a request that nobody can
// make is denied. Decide keeps r and p for [Decision.Explain] and changes neither.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
func Decide(r Request, p Policies) Decision {
	asked := &asked{r, p}
	j := newJudge(&asked.request, &asked.policies)
	j.sort()
	d := j.decide()
	d.NotGiven = j.notGiven
	d.asked = asked
	return d
}

// asked is what a decision was asked, kept for Explain.
type asked struct {
	request  Request
	policies Policies
}

func (j *judge) decide() Decision {
	open := make(answers, len(j.atoms)) // all unknown
	open.forget()
	allowed := j.allowed(open)
	denied := j.denies.holds(open)
	var w *worlds
	if allowed == maybe || allowed == no && denied == maybe {
		w = j.worlds()
	}
	if allowed == maybe {
		may, mayNot := w.exists(yes, j.allowed), w.exists(no, j.allowed)
		switch {
		case may && mayNot:
			return j.undetermined(w)
		case may:
			allowed = yes
		default:
			allowed = no
		}
	}
	if allowed == yes {
		return Decision{Effect: Allowed, Deciding: j.allowing(open)}
	}
	if denied == maybe && !w.exists(no, j.denies.holds) {
		denied = yes
	}
	if denied == yes {
		return Decision{Effect: ExplicitlyDenied, Deciding: j.denying()}
	}
	return Decision{Effect: ImplicitlyDenied, Deciding: j.lacking(open)}
}

// allowed says whether the request is let in, given answers to some of the open questions.
func (j *judge) allowed(a answers) truth {
	denied := j.denies.holds(a)
	if denied == yes {
		return no
	}
	return min(not(denied), j.granted(a))
}

// granted says whether all who have to allow the request do.
func (j *judge) granted(a answers) truth {
	direct := j.direct.holds(a)
	if !j.who.hasIdentity() {
		return direct // nobody's own policies count: the resource policy allows by itself, or it does not
	}
	role, account := j.role.holds(a), j.account.holds(a)
	scps := yes
	for i := range j.scps {
		scps = min(scps, j.scps[i].holds(a))
	}
	limits := min(j.boundary.holds(a), j.session.holds(a))
	own := j.own(a)

	// Across accounts each side has to allow.
	across := min(scps, own, max(direct, role, account))

	// Within one account either suffices. What the resource policy allows to a user, a session or everybody is not limited by what a
	// boundary or session policy merely leaves out; what it allows to a role is; allowing the account leaves it to the identity policies.
	// A key and a role are used only as their own policy allows.
	within := own
	if j.mustAllow {
		within = min(own, account)
	}
	within = min(scps, max(direct, min(role, limits), within))

	switch same := j.sameAccount(a); {
	case same == yes, within == across:
		return within
	case same == no:
		return across
	}
	return maybe
}

// own says whether the policies of the caller allow the request. The root user of an account needs none, and has none.
func (j *judge) own(a answers) truth {
	limits := min(j.boundary.holds(a), j.session.holds(a))
	if j.who.kind == rootUser {
		return limits
	}
	return min(j.identity.holds(a), limits)
}

func (j *judge) sameAccount(a answers) truth {
	if j.same == maybe {
		return a[j.sameAtom]
	}
	return j.same
}

// answers is the answer to each atom.
type answers []truth

func (a answers) forget() {
	for i := range a {
		a[i] = maybe
	}
}

func not(t truth) truth { return yes - t }

// holds says whether one of the statements applies; where there is no such policy it limits nothing.
func (s *side) holds(a answers) truth {
	if s.none || len(s.sure) > 0 {
		return yes
	}
	t := no
	for i := range s.may {
		if t = max(t, s.may[i].holds(a)); t == yes {
			break
		}
	}
	return t
}

func (o *open) holds(a answers) truth {
	all := yes
	for _, c := range o.clauses {
		either := no
		for _, l := range c {
			t := a[l.atom]
			if l.not {
				t = not(t)
			}
			either = max(either, t)
		}
		if all = min(all, either); all == no {
			break
		}
	}
	return all
}

// undetermined names what the answer depends on.
func (j *judge) undetermined(w *worlds) Decision {
	d := Decision{Effect: Undetermined}
	matter := make([]bool, len(j.atoms))
	for i := range w.unknowns {
		u := &w.unknowns[i]
		if !w.matters(i, j.allowed) {
			continue
		}
		for _, n := range u.atoms {
			matter[n] = true
		}
		d.Unread |= u.unread
		for _, key := range u.keys {
			d.DependsOn = append(d.DependsOn, j.displayKey(key))
		}
	}
	slices.Sort(d.DependsOn)
	d.DependsOn = slices.Compact(d.DependsOn)
	d.Deciding = j.pending(matter)
	return d
}
