package authz

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// judge decides one request. It sorts the statements that apply, and those that may, into sides; what may apply hangs on atoms.
type judge struct {
	request  *Request
	policies *Policies
	who      who
	facts    *facts
	action   string // lower case
	service  string // of the action
	atoms    []*atom
	free     map[string]int // atoms over several keys, by what they say

	same      truth // whether the resource belongs to the principal's account
	sameAtom  int   // if that is unknown
	mustAllow bool  // nothing happens to this resource unless its own policy has a hand in it

	denies                      side
	identity, boundary, session side
	scps                        []side // by level
	direct, role, account       side   // what the resource policy allows, by how it names the principal
	notGiven                    Layer

	underSCPs, underRCPs bool // whether such policies limit this request
}

// truth is a truth value of three-valued logic. The order matters: and is min, or is max.
type truth int8

const (
	no truth = iota
	maybe
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// side is statements any of which would do.
type side struct {
	none bool   // there is no such policy: it limits nothing
	sure []ref  // statements that apply
	may  []open // statements that may apply
}

// ref names a statement.
type ref struct {
	layer                      Layer
	level, document, statement int
	at                         *statement
}

// open is a statement that applies if every clause holds. Without a statement it is what a layer that could not be read may say.
type open struct {
	ref
	clauses []clause
}

// clause holds if one of its literals does.
type clause []lit

// lit is an atom or its negation.
type lit struct {
	atom int
	not  bool
}

func newJudge(r *Request, p *Policies) *judge {
	j := &judge{request: r, policies: p, who: newWho(r), action: strings.ToLower(r.Action)}
	j.service, _, _ = strings.Cut(j.action, ":")
	j.facts = newFacts(r, &j.who)
	j.findOwner()
	j.findRole()
	linked := j.who.serviceLinked(j.facts)
	j.underSCPs = j.who.hasIdentity() && !linked
	j.underRCPs = !linked && !withoutRCPs[j.service]
	j.mustAllow = j.service == "kms" && strings.Contains(r.Resource, ":key/") || j.service == "sts" && strings.Contains(r.Resource, ":role/")
	return j
}

// documents is all policies, ready for deciding.
func (j *judge) documents() []*document {
	p := j.policies
	var all []*document
	add := func(d policy.Document) {
		if !d.IsZero() {
			all = append(all, prepare(d))
		}
	}
	for _, level := range p.SCPs {
		for _, d := range level {
			add(d)
		}
	}
	for _, level := range p.RCPs {
		for _, d := range level {
			add(d)
		}
	}
	add(p.Resource)
	for _, d := range p.Identity {
		add(d)
	}
	add(p.Boundary)
	add(p.Session)
	return all
}

// findOwner settles whose the resource is, if it can.
func (j *judge) findOwner() {
	r, f := j.request, j.facts
	owner := ""
	if given, s := f.key(keyResourceAccount); s == present {
		owner = given[0]
	} else if r.ResourceAccount != "" {
		owner = r.ResourceAccount
	} else if r.Resource == "*" {
		owner = j.who.account
	} else if a, ok := region.ParseARN(r.Resource); ok && region.ValidAccount(a.Account) {
		owner = a.Account
	} else if ok && a.Account != "" { // "aws": what AWS itself provides to every account, such as managed policies
		j.same = yes
		return
	}
	if owner != "" {
		if _, s := f.key(keyResourceAccount); s != present && r.Resource != "*" {
			f.infer(3, keyResourceAccount, owner)
		}
	}
	switch {
	case owner != "":
		j.same = truthOf(owner == j.who.account)
	case r.Complete || f.misses(keyResourceAccount) || !j.who.hasIdentity():
		j.same = yes
	default:
		j.same = maybe
		j.sameAtom = j.add(&atom{
			key:    keyResourceAccount,
			family: strings_,
			globs:  []glob{newGlob(appendLiteral(nil, j.who.account), false)},
			holds:  func(v []string, there bool) bool { return there && v[0] == j.who.account },
		})
	}
}

// findRole sees whether the policies leave it open which role a session is of.
func (j *judge) findRole() {
	f := j.facts
	if _, given := f.given(keyPrincipalARN); given > 0 || j.who.kind != roleSession || f.request.Complete || f.misses(keyPrincipalARN) {
		return
	}
	if _, formed := f.form(keyPrincipalARN); formed {
		return
	}
	if at := j.who.rolesAt(j.documents()); len(at) > 1 {
		f.follows[0].state = unknown
		f.choices = at
	}
}

// sort goes through the policies and fills the sides.
func (j *judge) sort() {
	p := j.policies
	if j.underSCPs {
		j.scps = make([]side, len(p.SCPs), len(p.SCPs)+1)
		for i, level := range p.SCPs {
			for n, d := range level {
				j.read(ref{layer: SCP, level: i, document: n}, d, &j.scps[i])
			}
		}
		if p.SCPs == nil && p.Unread&SCP == 0 {
			j.notGiven |= SCP
		}
	}
	if j.underRCPs {
		for i, level := range p.RCPs {
			for n, d := range level {
				j.read(ref{layer: RCP, level: i, document: n}, d, nil)
			}
		}
		if p.RCPs == nil && p.Unread&RCP == 0 {
			j.notGiven |= RCP
		}
	}
	j.read(ref{layer: Resource}, p.Resource, nil)
	if j.who.hasIdentity() {
		for n, d := range p.Identity {
			j.read(ref{layer: Identity, document: n}, d, &j.identity)
		}
		j.boundary.none = p.Boundary.IsZero()
		j.read(ref{layer: Boundary}, p.Boundary, &j.boundary)
		j.session.none = p.Session.IsZero()
		j.read(ref{layer: Session}, p.Session, &j.session)
	}
	j.readUnread()
}

// withoutRCPs are services, of those that matter here, whose resources RCPs do not cover.
//
// Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html (list of services)
var withoutRCPs = map[string]bool{"iam": true, "datasync": true}

// readUnread adds what layers that could not be read may say: anything.
func (j *judge) readUnread() {
	unread := j.policies.Unread
	if !j.who.hasIdentity() {
		unread &= RCP | Resource
	}
	if !j.underSCPs {
		unread &^= SCP
	}
	if !j.underRCPs {
		unread &^= RCP
	}
	for layer := SCP; layer <= Session; layer <<= 1 {
		if unread&layer == 0 {
			continue
		}
		maybeSays := func() open {
			n := j.add(&atom{unread: layer})
			return open{ref: ref{layer: layer, document: -1, statement: -1}, clauses: []clause{{lit{atom: n}}}}
		}
		j.denies.may = append(j.denies.may, maybeSays())
		switch layer {
		case SCP:
			j.scps = append(j.scps, side{may: []open{maybeSays()}})
		case Resource:
			j.direct.may = append(j.direct.may, maybeSays())
		case Identity:
			j.identity.may = append(j.identity.may, maybeSays())
		case Boundary:
			j.boundary.none = false
			j.boundary.may = append(j.boundary.may, maybeSays())
		case Session:
			j.session.none = false
			j.session.may = append(j.session.may, maybeSays())
		}
	}
}

// read sorts the statements of one document. allows is where its Allow statements go; nil: nowhere, or by principal for the resource policy.
func (j *judge) read(at ref, d policy.Document, allows *side) {
	if d.IsZero() {
		return
	}
	statements := prepare(d).statements
	for i := range statements {
		s := &statements[i]
		if !s.deny && at.layer == RCP {
			continue // of RCPs only what they deny counts
		}
		if !s.matchesAction(j.action) {
			continue
		}
		at.statement, at.at = i, s
		j.readStatement(at, allows)
	}
}

func (j *judge) readStatement(at ref, allows *side) {
	s := at.at
	clauses, ok := j.resource(s, at.layer)
	if !ok {
		return
	}
	var by claims
	if at.layer == Resource || at.layer == RCP {
		by = j.principal(s)
	} else if by.direct.truth = yes; s.hasPrincipal && !s.deny { // not in the grammar of such documents
		return
	}
	if by.isNo() {
		return
	}
	if clauses, ok = j.conditions(s, clauses); !ok {
		return
	}
	switch {
	case s.deny:
		j.denies.put(at, clauses, by.any())
	case at.layer != Resource:
		allows.put(at, clauses, by.direct)
	default:
		j.direct.put(at, clauses, by.direct)
		j.role.put(at, clauses, by.role)
		j.account.put(at, clauses, by.account)
	}
}

// put adds a statement to a side, under the claim besides its clauses.
func (s *side) put(at ref, clauses []clause, c claim) {
	switch {
	case c.truth == no:
		return
	case c.truth == maybe:
		clauses = append(slices.Clip(clauses), c.clauses...)
	}
	if len(clauses) == 0 {
		s.sure = append(s.sure, at)
	} else {
		s.may = append(s.may, open{ref: at, clauses: clauses})
	}
}
