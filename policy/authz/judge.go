package authz

import (
	"math/big"
	"strings"
	"time"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// judge decides one request. It sorts the statements that apply or may apply into sides. Whether a statement applies that only may apply
// depends on the answers to atoms.
type judge struct {
	request  *Request
	policies *Policies
	who      who
	facts    facts
	linked   bool   // the caller is a service-linked role
	action   string // lower case
	service  string // of the action
	atoms    []*atom
	free     map[string]int // numbers of the free atoms over several keys, by their question
	spelled  int            // number of the atoms whose keys are in shown
	shown    map[string]string

	same      truth // whether the resource belongs to the principal's account
	sameAtom  int   // if that is unknown
	mustAllow bool  // the resource's own policy must allow, also within one account

	denies                      side
	identity, boundary, session side
	scps                        []side // by level
	direct, role, account       side   // Allow statements of the resource policy, by how they name the principal
	notGiven                    Layer

	underSCPs, underRCPs bool // whether SCPs and RCPs limit this request

	work *work // shared by the copies of a judge
}

// work bounds what one decision may cost, whatever the policies hold.
type work struct {
	left  int  // units, of about ten nanoseconds
	spent bool // nothing is left
	cut   bool // a part of the decision had too much to do, and left something out

	lastNumber last[*big.Rat]
	lastDate   last[time.Time]
}

// last is the value that was read last. All conditions on a key are asked about one value after the other.
type last[T any] struct {
	text  string
	value T
	ok    bool
}

// number is readNumber, and takes the work of it.
func (w *work) number(text string) (*big.Rat, bool) {
	if l := &w.lastNumber; text != l.text {
		l.text = text
		l.value, l.ok = readNumber(text)
		w.left -= 16 + len(text)
	}
	return w.lastNumber.value, w.lastNumber.ok
}

// date is parseDate, and takes the work of it.
func (w *work) date(text string) (time.Time, bool) {
	if l := &w.lastDate; text != l.text {
		l.text = text
		l.value, l.ok = parseDate(text)
		w.left -= 64
	}
	return w.lastDate.value, w.lastDate.ok
}

const maxWork = 1 << 22

// spend takes units of work, and reports whether there were enough left.
func (j *judge) spend(units int) bool {
	if j.work.left -= units; j.work.left < 0 {
		j.work.spent = true
	}
	return !j.work.spent
}

// match reports whether g matches s, and takes the work of it.
func (w *work) match(g *glob, s string) bool {
	ok, steps := g.measured(s)
	w.left -= steps / 4
	return ok
}

// truth is a value of three-valued logic. The values are ordered so that min is "and" and max is "or".
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

// side is a set of statements of which one must apply.
type side struct {
	none bool   // there is no policy, which then limits nothing
	sure []ref  // statements that apply
	may  []open // statements that may apply
}

// ref identifies a statement.
type ref struct {
	layer                      Layer
	level, document, statement int
	at                         *statement
}

// open is a statement that applies if every clause holds. Its statement is -1 if it stands for a layer that could not be read.
type open struct {
	ref
	clauses []clause
}

// clause is a disjunction: it holds if one of its literals does.
type clause []literal

// literal is an atom or its negation.
type literal struct {
	atom int
	not  bool
}

// newJudge returns a judge that can be asked about requests of the same caller with the same keys: see about.
func newJudge(r *Request, p *Policies) *judge {
	j := &judge{request: r, policies: p, who: newWho(r), work: &work{}}
	j.facts = newFacts(r, &j.who)
	j.facts.considered = newKeySet(keyPrincipalARN) // findRole asks for it
	j.findRole()
	j.linked = j.who.serviceLinked(&j.facts)
	j.underSCPs = j.who.hasIdentity() && !j.linked
	return j
}

// about makes the judge ready to decide its request, of which the action and the resource may have changed. Nothing of an earlier decision is left.
func (j *judge) about() *judge {
	j.action = strings.ToLower(j.request.Action)
	j.service, _, _ = strings.Cut(j.action, ":")
	*j.work = work{left: maxWork}
	j.atoms, j.free, j.spelled, j.shown = j.atoms[:0], nil, 0, nil
	j.facts.follows[ownerFollows] = follow{}
	j.same, j.sameAtom = no, 0
	for _, s := range [...]*side{&j.denies, &j.identity, &j.boundary, &j.session, &j.direct, &j.role, &j.account} {
		*s = side{sure: s.sure[:0], may: s.may[:0]}
	}
	j.scps, j.notGiven = nil, 0
	j.findOwner()
	j.underRCPs = !j.linked && !withoutRCPs[j.service]
	j.mustAllow = j.service == "kms" && strings.Contains(j.request.Resource, ":key/") || j.service == "sts" && strings.Contains(j.request.Resource, ":role/")
	return j
}

// documents returns all given policies, prepared.
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

// findOwner finds out which account owns the resource, and whether it is the principal's account.
func (j *judge) findOwner() {
	r, f := j.request, &j.facts
	owner := ""
	if given, s := f.key(keyResourceAccount); s == present {
		owner = given[0]
	} else if r.ResourceAccount != "" {
		owner = r.ResourceAccount
	} else if r.Resource == "*" {
		owner = j.who.account
	} else if a, ok := region.ParseARN(r.Resource); ok && region.ValidAccount(a.Account) {
		owner = a.Account
	} else if ok && a.Account != "" { // the account "aws" owns what AWS provides to every account, such as managed policies
		j.same = yes
		return
	}
	if owner != "" {
		if _, s := f.key(keyResourceAccount); s != present && r.Resource != "*" {
			f.infer(ownerFollows, keyResourceAccount, owner)
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

// findRole finds the possible ARNs of the role of a session. There are several if a policy names a role of the same name at another path.
func (j *judge) findRole() {
	f := &j.facts
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
