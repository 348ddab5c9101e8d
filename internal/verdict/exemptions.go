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
type Exemptions struct{ list []*amendment }

// amendment is one statement and its proposed form.
type amendment struct {
	document  string // the name of its policy
	before    string
	after     policy.Statement // with everybody exempt so far
	exempted  []string
	proposals []*string // of the findings
}

// add notes that the proposal of a finding changes the statement of the document.
func (e *Exemptions) add(c *Case, document string, st policy.Statement, proposal *string) {
	before := st.String()
	i := slices.IndexFunc(e.list, func(a *amendment) bool { return a.document == document && a.before == before })
	if i < 0 {
		i, e.list = len(e.list), append(e.list, &amendment{document: document, before: before, after: st})
	}
	a := e.list[i]
	a.proposals = append(a.proposals, proposal)
	if who := c.exempted(); !slices.Contains(a.exempted, who) {
		a.after, _ = c.exempt(a.after) // it succeeded for the statement as it is, so that it cannot fail here
		a.exempted = append(a.exempted, who)
	}
}

// Share replaces all proposals for a statement by the one with everybody exempt.
func (e *Exemptions) Share() {
	for _, a := range e.list {
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
