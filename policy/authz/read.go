package authz

import (
	"slices"

	"github.com/xacct/xacct/policy"
)

// sort reads all policies and fills the sides.
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

// withoutRCPs are the services used by this module to whose resources RCPs do not apply.
//
// Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html (list of services)
var withoutRCPs = map[string]bool{"iam": true, "datasync": true}

// readUnread adds, for each layer that could not be read, an Allow and a Deny that may apply.
func (j *judge) readUnread() {
	unread := j.policies.Unread
	switch {
	case !j.who.hasIdentity():
		unread &= RCP | Resource
	case j.who.kind == rootUser: // the root user has no policies attached
		unread &= SCP | RCP | Resource
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
			return open{ref: ref{layer: layer, document: -1, statement: -1}, clauses: []clause{{literal{atom: n}}}}
		}
		spared := no
		if layer == Resource {
			spared = j.spared()
		}
		if spared != yes {
			deny := maybeSays()
			if spared == maybe {
				deny.clauses = append(deny.clauses, clause{j.notOwn()})
			}
			j.denies.may = append(j.denies.may, deny)
		}
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

// read sorts the statements of one document. Its Allow statements go to allows; if that is nil, those of the resource policy are sorted by
// principal and others are dropped.
func (j *judge) read(at ref, d policy.Document, allows *side) {
	if d.IsZero() {
		return
	}
	statements := prepare(d).statements
	for i := range statements {
		s := &statements[i]
		if !s.deny && at.layer == RCP {
			continue // an Allow in an RCP has no effect
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
	} else if by.direct.truth = yes; s.hasPrincipal && !s.deny { // Principal is not in the grammar of an identity policy
		return
	}
	if by.isNo() {
		return
	}
	if clauses, ok = j.conditions(s, clauses); !ok {
		return
	}
	if s.deny && at.layer == Resource {
		switch j.spared() {
		case yes:
			return
		case maybe:
			clauses = append(slices.Clip(clauses), clause{j.notOwn()})
		}
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

// ownersActions are the actions that the root user of a bucket's account may do even if the bucket policy denies them. Lower case.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
var ownersActions = map[string]bool{"s3:getbucketpolicy": true, "s3:putbucketpolicy": true, "s3:deletebucketpolicy": true}

// spared says whether Deny statements of the resource policy do not apply to the caller. If it is maybe, they apply if notOwn holds.
func (j *judge) spared() truth {
	if j.who.kind != rootUser || !ownersActions[j.action] {
		return no
	}
	return j.same
}

// notOwn returns the literal that the resource does not belong to the caller's account. Use it only where that is unknown.
func (j *judge) notOwn() literal { return literal{atom: j.sameAtom, not: true} }

// put adds a statement to the side. The statement applies if its clauses and the claim hold.
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
