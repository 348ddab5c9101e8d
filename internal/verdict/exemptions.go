package verdict

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Exemptions are the Deny statements that the findings of several cases propose to change. Findings that propose to change the same statement
// must all propose the same new one, with everybody exempt, because the proposal that is applied last replaces the others. The zero value is
// empty and ready to use.
type Exemptions struct{ noted []noted }

// noted is a proposal of a case that changes a statement of a document.
type noted struct {
	of       *Case
	document string // the name of its policy
	st       policy.Statement
	proposal *string // of a finding
}

// amendment is one statement and its proposed form.
type amendment struct {
	after     policy.Statement // with everybody exempt so far
	exempted  []string
	proposals []*string // of the findings
}

// add notes that the proposal of a finding changes the statement of the document.
func (e *Exemptions) add(c *Case, document string, st policy.Statement, proposal *string) {
	e.noted = append(e.noted, noted{c, document, st, proposal})
}

// Append takes over what other has, behind its own.
func (e *Exemptions) Append(other *Exemptions) { e.noted = append(e.noted, other.noted...) }

// Share replaces all proposals for a statement by the one with everybody exempt, in the order in which the proposals were made.
func (e *Exemptions) Share() {
	type place struct{ document, before string }
	all := map[place]*amendment{}
	for _, n := range e.noted {
		at := place{n.document, n.st.String()}
		a := all[at]
		if a == nil {
			a = &amendment{after: n.st}
			all[at] = a
		}
		a.proposals = append(a.proposals, n.proposal)
		if who := n.of.exempted(); !slices.Contains(a.exempted, who) {
			a.after, _ = n.of.exempt(a.after) // it succeeded for the statement as it is, so that it cannot fail here
			a.exempted = append(a.exempted, who)
		}
	}
	for _, a := range all {
		for _, p := range a.proposals {
			*p = string(a.after.Bytes())
		}
	}
}

// document names the policies of a layer that hold a statement only once between them: those of an organisation, a resource or a principal.
func (c *Case) document(l authz.Layer, resource string) string {
	of := c.Principal
	switch l {
	case authz.SCP:
		of = cmp.Or(c.Organisations[c.account()], c.account())
	case authz.RCP:
		of = cmp.Or(c.Organisations[c.Owner], c.Owner)
	case authz.Resource:
		of = cmp.Or(c.Bucket, resource)
	}
	return l.String() + " of " + of
}
