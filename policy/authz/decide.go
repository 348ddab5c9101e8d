package authz

import (
	"slices"
	"strings"
)

// Decide decides r under p. It never fails. An Allow that is not in the grammar allows nothing, and a Deny that is not in the grammar
// denies everything that it may mean. A request that nobody can make is denied. Decide changes neither r nor p, and the Decision keeps
// both for [Decision.Explain].
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
func Decide(r Request, p Policies) Decision {
	return NewDecider(r, p).Decide(r.Action, r.Resource)
}

// Decider decides many actions and resources of one caller under the same policies. What the requests have in common is prepared once.
type Decider struct {
	common *input
	own    Request // as common has it, with the action and the resource that are decided
	judge  *judge
}

// NewDecider returns a Decider for requests that are like r but for Action and Resource, under p. As long as it is used, nobody may change the maps and
// slices of r and p.
func NewDecider(r Request, p Policies) *Decider {
	d := &Decider{common: &input{r, p}, own: r}
	d.judge = newJudge(&d.own, &d.common.policies)
	return d
}

// Decide is the function [Decide] for the request with the action and the resource. Several goroutines need a Decider each.
func (d *Decider) Decide(action, resource string) Decision {
	d.own.Action, d.own.Resource = action, resource
	j := d.judge.about()
	j.sort()
	out := j.decide()
	out.NotGiven = j.notGiven
	out.Exhausted = out.Exhausted && out.Effect == Undetermined
	out.input, out.action, out.resource = d.common, action, resource
	return out
}

// Considered reports whether a decision so far asked for the condition key, or for one with the prefix if key ends with *. The decisions stay the same
// whatever is known of a key that they did not ask for.
func (d *Decider) Considered(key string) bool {
	prefix, many := strings.CutSuffix(key, "*")
	for _, k := range d.judge.facts.considered.list {
		if sameKey(k, key) || many && len(k) >= len(prefix) && sameKey(k[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

// input is what decisions have in common, kept for Explain.
type input struct {
	request  Request
	policies Policies
}

func (j *judge) decide() Decision {
	open := make(answers, len(j.atoms)) // no atom is answered
	open.forget()
	allowed := j.allowed(open)
	denied := j.denies.holds(open)
	var w *assignments
	if allowed == maybe || allowed == no && denied == maybe {
		w = j.assignments()
	}
	if allowed == maybe {
		may, mayNot := w.exists(yes, w.judge.allowed), w.exists(no, w.judge.allowed)
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
	if denied == maybe && !w.exists(no, w.judge.denies.holds) {
		denied = yes
	}
	if denied == yes {
		return Decision{Effect: ExplicitlyDenied, Deciding: j.denying()}
	}
	return Decision{Effect: ImplicitlyDenied, Deciding: j.lacking(open)}
}

// allowed says whether the request is allowed, given answers to some of the atoms.
func (j *judge) allowed(a answers) truth {
	denied := j.denies.holds(a)
	if denied == yes {
		return no
	}
	return min(not(denied), j.granted(a))
}

// granted says whether every side that must allow the request does. Deny statements are not considered.
func (j *judge) granted(a answers) truth {
	direct := j.direct.holds(a)
	if !j.who.hasIdentity() {
		return direct // only the resource policy can allow: the caller has no identity policies
	}
	role, account := j.role.holds(a), j.account.holds(a)
	scps := yes
	for i := range j.scps {
		scps = min(scps, j.scps[i].holds(a))
	}
	limits := min(j.boundary.holds(a), j.session.holds(a))
	own := j.own(a)

	// Across accounts both sides must allow: the caller's policies and the resource policy.
	across := min(scps, own, max(direct, role, account))

	// Within one account either side suffices. What the resource policy allows to a user, a session or everybody needs no allow in the
	// boundary or session policy; what it allows to a role does. A resource policy that allows the account delegates to the identity
	// policies. The policies of keys and roles must allow in any case.
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

// own says whether the policies of the caller allow the request. The root user of an account has no identity policies and needs none.
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

// answers holds the answer to each atom; maybe is not answered.
type answers []truth

func (a answers) forget() {
	for i := range a {
		a[i] = maybe
	}
}

func not(t truth) truth { return yes - t }

// holds says whether one of the statements applies. A side without a policy limits nothing, and so holds.
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

// undetermined returns the decision with everything that the answer depends on.
func (j *judge) undetermined(w *assignments) Decision {
	d := Decision{Effect: Undetermined}
	matter := make([]bool, len(j.atoms))
	for i := range w.unknowns {
		if !w.matters(i, w.judge.allowed) {
			continue
		}
		for _, member := range w.members[i] {
			u := &w.all[member]
			for _, n := range u.atoms {
				matter[n] = true
			}
			d.Unread |= u.unread
			for _, key := range u.keys {
				d.DependsOn = append(d.DependsOn, j.displayKey(key))
			}
		}
	}
	d.Exhausted = j.work.spent || j.work.cut
	slices.Sort(d.DependsOn)
	d.DependsOn = slices.Compact(d.DependsOn)
	d.Deciding = j.pending(matter)
	return d
}
