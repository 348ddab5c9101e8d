package authz

import (
	"slices"

	"github.com/xacct/xacct/internal/text"
)

// denying returns the statements that deny the request. If none denies in every case, but one of several does in each, it returns all
// of these.
func (j *judge) denying() []Match {
	out := make([]Match, 0, max(len(j.denies.sure), 1))
	for _, at := range j.denies.sure {
		out = append(out, j.applied(at))
	}
	if len(out) == 0 {
		for i := range j.denies.may {
			out = append(out, j.match(j.denies.may[i].ref))
		}
	}
	return out
}

// allowing returns the statements by which the request is allowed.
func (j *judge) allowing(a answers) []Match {
	n := len(j.scps) + 2
	for _, s := range [...]*side{&j.boundary, &j.session} {
		if !s.none {
			n++
		}
	}
	out := make([]Match, 0, n)
	settled := j.granted(a) == yes // otherwise one of several statements applies in each case
	first := func(sides ...*side) {
		for _, s := range sides {
			if len(s.sure) > 0 {
				out = append(out, j.applied(s.sure[0]))
				return
			}
		}
		for _, s := range sides {
			for i := range s.may {
				if settled {
					return
				}
				out = append(out, j.match(s.may[i].ref))
			}
		}
	}
	for i := range j.scps {
		first(&j.scps[i])
	}
	if !j.who.hasIdentity() {
		first(&j.direct)
		return out
	}
	// Within an account, a resource policy that allows the account as a whole allows nothing by itself.
	resource := []*side{&j.direct, &j.role}
	if j.same != yes || j.mustAllow {
		resource = append(resource, &j.account)
	}
	first(resource...)
	if j.own(a) != no {
		first(&j.identity)
		if !j.boundary.none {
			first(&j.boundary)
		}
		if !j.session.none {
			first(&j.session)
		}
	}
	return out
}

// lacking returns the layers that would have to allow the request and do not.
func (j *judge) lacking(a answers) []Match {
	var out []Match
	lacks := func(layer Layer, level int, sides ...*side) bool {
		for _, s := range sides {
			if s.holds(a) != no {
				return false
			}
		}
		out = append(out, Match{Layer: layer, Level: level, Document: -1, Statement: -1, Outcome: NotApplies,
			Why: text.Escape("no statement allows " + j.request.Action + " on " + j.request.Resource)})
		return true
	}
	if !j.who.hasIdentity() {
		if lacks(Resource, 0, &j.direct); len(out) == 0 { // a statement that may allow can never apply
			out = append(out, Match{Layer: Resource, Document: -1, Statement: -1, Outcome: NotApplies,
				Why: text.Escape("no statement can allow " + j.request.Action + " on " + j.request.Resource + ", whatever the unknown keys are")})
		}
		return out
	}
	for i := range j.scps {
		lacks(SCP, i, &j.scps[i])
	}
	resource := []*side{&j.direct, &j.role, &j.account}
	if j.same == yes && !j.mustAllow {
		resource = resource[:2]
	}
	lacks(Resource, 0, resource...)
	if j.who.kind != rootUser {
		lacks(Identity, 0, &j.identity)
	}
	lacks(Boundary, 0, &j.boundary)
	lacks(Session, 0, &j.session)
	if len(out) == 0 {
		return j.pending(nil)
	}
	return out
}

// pending returns the statements that may apply and depend on an atom that matters. If matter is nil, every atom matters.
func (j *judge) pending(matter []bool) []Match {
	var out []Match
	seen := map[ref]bool{}
	sides := []*side{&j.denies, &j.direct, &j.role, &j.account, &j.identity, &j.boundary, &j.session}
	for i := range j.scps {
		sides = append(sides, &j.scps[i])
	}
	for _, s := range sides {
		for _, o := range s.may {
			if matter != nil && !o.hangsOn(matter) || seen[o.ref] {
				continue
			}
			seen[o.ref] = true
			out = append(out, j.match(o.ref))
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		if a.Layer != b.Layer {
			return int(a.Layer) - int(b.Layer)
		}
		return 0
	})
	return out
}

func (o *open) hangsOn(matter []bool) bool {
	for _, c := range o.clauses {
		for _, l := range c {
			if matter[l.atom] {
				return true
			}
		}
	}
	return false
}
