package authz

import (
	"slices"
	"strings"
)

// claim says whether a statement names the caller. If truth is maybe, the statement does if all clauses hold.
type claim struct {
	truth
	clauses []clause
}

// claims says in which ways a statement names the caller. The ways differ in what an Allow needs besides within an account: see
// judge.granted.
type claims struct {
	direct  claim // as the session, the user or the service, or as everybody
	role    claim // as the role of the session
	account claim // the account
}

func (c *claims) isNo() bool {
	return c.direct.truth == no && c.role.truth == no && c.account.truth == no
}

// any combines the three claims: the statement names the caller in one way or another.
func (c *claims) any() claim {
	out := claim{}
	var either clause
	for _, one := range [...]*claim{&c.direct, &c.role, &c.account} {
		switch {
		case one.truth == yes:
			return claim{truth: yes}
		case one.truth == maybe && len(one.clauses) > 1: // from NotPrincipal, which makes a direct claim only
			return *one
		case one.truth == maybe:
			out.truth = maybe
			either = append(either, one.clauses[0]...)
		}
	}
	out.clauses = []clause{either}
	return out
}

// named says which of the caller's names a list of principals contains.
type named struct {
	everyone, self, role, account bool
	sessions, roleIDs, userIDs    []string // if the session or id is unknown: the values in the list that it may be
	roleARNs                      []string // if the path is unknown: the ARNs in the list that the role may have
	canonicals                    []string
}

// principal decides whether the caller is among the principals to which the statement applies.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
func (j *judge) principal(s *statement) claims {
	if !s.hasPrincipal { // not in the grammar: an Allow allows nothing, a Deny applies to everybody
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

// name adds to n how p names the caller, if it does.
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

// claim returns a claim that holds if sure, or else if one of the options does.
func (j *judge) claim(sure bool, options []claimed) claim {
	var either clause
	for _, o := range options {
		switch {
		case o.truth == yes:
			sure = true
		case o.truth == maybe:
			either = append(either, o.literal)
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

// claimed is a truth value. If it is maybe, the literal gives the answer.
type claimed struct {
	truth
	literal
}

// notExempt decides whether a Deny with NotPrincipal applies to the caller. It exempts a session only if session, role and account are all
// listed, and a user only if user and account are. The documentation says that fewer may not be enough. It never exempts a role or user
// with a permissions boundary.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
func (j *judge) notExempt(n *named) claim {
	w := &j.who
	// names holds what must be listed. Each element is a set of alternatives, one of which must be listed.
	var names [][]claimed
	listed := func(sure bool, options ...claimed) {
		if sure {
			options = []claimed{{truth: yes}}
		}
		names = append(names, options)
	}
	bounded := !j.policies.Boundary.IsZero() || j.policies.Unread&Boundary != 0
	switch {
	case w.isRole() && bounded, w.kind == user && bounded: // a boundary rules out an exemption
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
	// The Deny applies unless all names are listed. In clauses: each choice of one alternative per name has one that is not listed.
	clauses := []clause{nil}
	for _, options := range names {
		sure := slices.ContainsFunc(options, func(c claimed) bool { return c.truth == yes })
		options = slices.DeleteFunc(slices.Clone(options), func(c claimed) bool { return c.truth == no })
		switch {
		case sure:
			continue
		case len(options) == 0:
			return claim{truth: yes}
		}
		var longer []clause
		for _, c := range clauses {
			for _, o := range options {
				longer = append(longer, append(slices.Clone(c), o.literal.negated()))
			}
		}
		clauses = longer
	}
	if len(clauses) == 1 && len(clauses[0]) == 0 {
		return claim{}
	}
	return claim{truth: maybe, clauses: clauses}
}

// notListed decides whether an Allow with NotPrincipal applies to the caller: it does if none of the caller's names is listed.
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
			out.clauses = append(out.clauses, clause{c.literal.negated()})
		}
	}
	return out
}

// userIDs decides whether aws:userid, which is ROLEID:SESSION or a user's id, is before+text+after for one of texts, or one of exact.
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

// ask decides whether the value of the key matches one of the globs.
func (j *judge) ask(key string, globs []glob) []claimed {
	if len(globs) == 0 {
		return nil
	}
	holds := func(values []string, there bool) bool {
		return there && slices.ContainsFunc(globs, func(g glob) bool { return j.work.match(&g, values[0]) })
	}
	values, s := j.facts.key(key)
	if s == unknown {
		return []claimed{{truth: maybe, literal: literal{atom: j.add(&atom{key: key, family: strings_, globs: globs, holds: holds})}}}
	}
	return []claimed{{truth: truthOf(holds(values, s == present))}}
}

func (l literal) negated() literal { return literal{l.atom, !l.not} }

func appendNew[T comparable](to []T, values ...T) []T {
	for _, v := range values {
		if !slices.Contains(to, v) {
			to = append(to, v)
		}
	}
	return to
}

// displayKey returns the key as AWS writes it if this package uses it itself, else as the policies write it.
func (j *judge) displayKey(key string) string {
	if s, ok := shownKeys[key]; ok {
		return s
	}
	for ; j.spelled < len(j.atoms); j.spelled++ {
		for _, s := range j.atoms[j.spelled].shown {
			if j.shown == nil {
				j.shown = map[string]string{}
			}
			if k := strings.ToLower(s); j.shown[k] == "" {
				j.shown[k] = s
			}
		}
	}
	if s := j.shown[key]; s != "" {
		return s
	}
	return key
}
