package authz

import (
	"slices"
	"strings"
)

// claim says whether a statement names the caller; if that is unknown, it does if all clauses hold.
type claim struct {
	truth
	clauses []clause
}

// claims is how a statement names the caller. It matters for what an Allow is worth within an account: see grants.
type claims struct {
	direct  claim // the session, the user, the service, or everybody
	role    claim // the role of the session
	account claim // the account
}

func (c *claims) isNo() bool {
	return c.direct.truth == no && c.role.truth == no && c.account.truth == no
}

// any puts the three together.
func (c *claims) any() claim {
	out := claim{}
	var either clause
	for _, one := range [...]*claim{&c.direct, &c.role, &c.account} {
		switch {
		case one.truth == yes:
			return claim{truth: yes}
		case one.truth == maybe && len(one.clauses) > 1: // of NotPrincipal, which has no other claims
			return *one
		case one.truth == maybe:
			out.truth = maybe
			either = append(either, one.clauses[0]...)
		}
	}
	out.clauses = []clause{either}
	return out
}

// named is which of the caller's names a list of principals holds.
type named struct {
	everyone, self, role, account bool
	sessions, roleIDs, userIDs    []string // with an unknown session or id: those that it would have to be
	roleARNs                      []string // with an unknown path: those that the role would have to have
	canonicals                    []string
}

// principal decides whether the statement's Principal or NotPrincipal takes in the caller.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
func (j *judge) principal(s *statement) claims {
	if !s.hasPrincipal { // not grammar: such an Allow gives nothing, such a Deny takes from all
		return claims{direct: claim{truth: truthOf(s.deny)}}
	}
	var n named
	for i := range s.principals {
		j.name(&n, &s.principals[i])
	}
	switch {
	case !s.notPrincipal:
		return claims{
			direct:  j.claim(n.self || n.everyone, j.userIDs("*:", n.sessions, "", n.userIDs)),
			role:    j.claim(n.role, append(j.roleARNs(n.roleARNs), j.userIDs("", n.roleIDs, ":*", nil)...)),
			account: j.claim(n.account, j.canonicals(n.canonicals)),
		}
	case s.deny:
		return claims{direct: j.notExempt(&n)}
	}
	return claims{direct: j.notListed(&n)}
}

// name notes what p says about the caller.
func (j *judge) name(n *named, p *principal) {
	w := &j.who
	switch p.kind {
	case everyone:
		n.everyone = true
	case service:
		n.self = n.self || w.kind == awsService && p.text == w.service
	case wholeAccount:
		n.account = n.account || w.hasIdentity() && p.account == w.account && p.isIn(w.partition)
	case canonical:
		if w.hasIdentity() {
			n.canonicals = append(n.canonicals, p.text)
		}
	case exactARN:
		n.self = n.self || p.text == w.arn && w.arn != ""
	case roleARN:
		if !w.isRole() {
			return
		}
		known, s := j.facts.key(keyPrincipalARN)
		switch {
		case w.kind == roleSession && s == present && len(known) == 1:
			n.role = n.role || p.text == known[0]
		case w.kind == roleSession && s == unknown:
			if j.facts.mayBeRole(p.text) {
				n.roleARNs = append(n.roleARNs, p.text)
			}
		default:
			n.role = n.role || p.text == w.roleARN
		}
	case sessionARN:
		switch {
		case !w.isRole() || p.account != w.account || !p.isIn(w.partition) || p.name != w.role || p.session == "":
		case w.kind == roleSession:
			n.self = n.self || p.session == w.session
		default:
			n.sessions = append(n.sessions, p.session)
		}
	case roleID:
		if w.isRole() {
			n.roleIDs = append(n.roleIDs, p.text)
		}
	case userID:
		if w.kind == user {
			n.userIDs = append(n.userIDs, p.text)
		}
	}
}

// claim holds if the caller is named for sure, or else if one of the literals does.
func (j *judge) claim(sure bool, or []claimed) claim {
	var either clause
	for _, o := range or {
		switch {
		case o.truth == yes:
			sure = true
		case o.truth == maybe:
			either = append(either, o.lit)
		}
	}
	switch {
	case sure:
		return claim{truth: yes}
	case len(either) > 0:
		return claim{truth: maybe, clauses: []clause{either}}
	}
	return claim{}
}

// claimed is a truth value, with a literal if it is unknown.
type claimed struct {
	truth
	lit lit
}

// notExempt decides a Deny with NotPrincipal: it spares those of whom every name is listed that AWS may check: for a session the
// session, the role and the account; for a user the user and the account. Whether less is enough is not documented; here it is not.
// A role or user with a permissions boundary is never spared.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
func (j *judge) notExempt(n *named) claim {
	w := &j.who
	// names holds what has to be listed; each is one claimed for every alternative that would do.
	var names [][]claimed
	listed := func(sure bool, or ...claimed) {
		if sure {
			or = []claimed{{truth: yes}}
		}
		names = append(names, or)
	}
	bounded := !j.policies.Boundary.IsZero() || j.policies.Unread&Boundary != 0
	switch {
	case w.isRole() && bounded, w.kind == user && bounded: // whatever is listed
		return claim{truth: yes}
	case n.everyone:
		return claim{}
	case w.isRole():
		listed(n.self, j.userIDs("*:", n.sessions, "", nil)...)
		listed(n.role, append(j.roleARNs(n.roleARNs), j.userIDs("", n.roleIDs, ":*", nil)...)...)
		listed(n.account, j.canonicals(n.canonicals)...)
	case w.kind == rootUser:
		listed(n.account || n.self, j.canonicals(n.canonicals)...)
	case w.kind == anonymous || w.kind == awsService:
		listed(n.self)
	default:
		listed(n.self, j.userIDs("", nil, "", n.userIDs)...)
		listed(n.account, j.canonicals(n.canonicals)...)
	}
	// Denied unless all names are listed: in clauses, one of each choice of alternatives.
	clauses := []clause{nil}
	for _, or := range names {
		sure := slices.ContainsFunc(or, func(c claimed) bool { return c.truth == yes })
		or = slices.DeleteFunc(slices.Clone(or), func(c claimed) bool { return c.truth == no })
		switch {
		case sure:
			continue
		case len(or) == 0:
			return claim{truth: yes}
		}
		var longer []clause
		for _, c := range clauses {
			for _, o := range or {
				longer = append(longer, append(slices.Clone(c), o.lit.negated()))
			}
		}
		clauses = longer
	}
	if len(clauses) == 1 && len(clauses[0]) == 0 {
		return claim{}
	}
	return claim{truth: maybe, clauses: clauses}
}

// notListed decides an Allow with NotPrincipal: it takes in whoever is listed by none of their names.
func (j *judge) notListed(n *named) claim {
	if n.everyone || n.self || n.role || n.account {
		return claim{}
	}
	all := append(j.userIDs("*:", n.sessions, "", n.userIDs), j.roleARNs(n.roleARNs)...)
	all = append(append(all, j.userIDs("", n.roleIDs, ":*", nil)...), j.canonicals(n.canonicals)...)
	out := claim{truth: yes}
	for _, c := range all {
		switch c.truth {
		case yes:
			return claim{}
		case maybe:
			out.truth = maybe
			out.clauses = append(out.clauses, clause{c.lit.negated()})
		}
	}
	return out
}

// userIDs asks whether aws:userid, which is ROLEID:SESSION or a user's id, is one of those given.
func (j *judge) userIDs(before string, texts []string, after string, exact []string) []claimed {
	if len(texts)+len(exact) == 0 {
		return nil
	}
	var globs []glob
	for _, text := range texts {
		var tokens []token
		for _, part := range [...]string{before, text, after} {
			if part == "*:" {
				tokens = append(tokens, token{op: manyHere}, token{r: ':'})
			} else if part == ":*" {
				tokens = append(tokens, token{r: ':'}, token{op: many})
			} else {
				tokens = appendLiteral(tokens, part)
			}
		}
		globs = append(globs, newGlob(tokens, false))
	}
	for _, text := range exact {
		globs = append(globs, newGlob(appendLiteral(nil, text), false))
	}
	return j.ask(keyUserID, globs)
}

func (j *judge) roleARNs(texts []string) []claimed   { return j.askTexts(keyPrincipalARN, texts) }
func (j *judge) canonicals(texts []string) []claimed { return j.askTexts(keyCanonicalUser, texts) }

func (j *judge) askTexts(key string, texts []string) []claimed {
	var globs []glob
	for _, text := range texts {
		globs = append(globs, newGlob(appendLiteral(nil, text), false))
	}
	return j.ask(key, globs)
}

// ask decides whether the key matches one of the globs.
func (j *judge) ask(key string, globs []glob) []claimed {
	if len(globs) == 0 {
		return nil
	}
	holds := func(values []string, there bool) bool {
		return there && slices.ContainsFunc(globs, func(g glob) bool { return g.match(values[0]) })
	}
	values, s := j.facts.key(key)
	if s == unknown {
		return []claimed{{truth: maybe, lit: lit{atom: j.add(&atom{key: key, family: strings_, globs: globs, holds: holds})}}}
	}
	return []claimed{{truth: truthOf(holds(values, s == present))}}
}

func (l lit) negated() lit { return lit{l.atom, !l.not} }

func appendNew[T comparable](to []T, values ...T) []T {
	for _, v := range values {
		if !slices.Contains(to, v) {
			to = append(to, v)
		}
	}
	return to
}

// displayKey is a condition key as AWS writes it if this package brings it up, else as the policies write it.
func (j *judge) displayKey(key string) string {
	if s, ok := shownKeys[key]; ok {
		return s
	}
	for _, a := range j.atoms {
		for _, s := range a.shown {
			if strings.EqualFold(s, key) {
				return s
			}
		}
	}
	return key
}
