package verdict

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Exemptions are the statements that findings propose to change. Several findings may propose to change the same statement: each then
// proposes it with all of them exempt, because who writes one over another would undo it.
type Exemptions struct{ list []*exemption }

// exemption is a statement that is there, and as it reads with everybody exempt for whom that was proposed so far.
type exemption struct {
	document, before string
	after            policy.Statement
	exempted         []string
	proposals        []*string // in the findings
}

// add makes the proposal one of those to change the statement in the document.
func (e *Exemptions) add(j *Case, document string, st policy.Statement, proposal *string) {
	i := slices.IndexFunc(e.list, func(x *exemption) bool { return x.document == document && x.before == st.String() })
	if i < 0 {
		i, e.list = len(e.list), append(e.list, &exemption{document: document, before: st.String(), after: st})
	}
	x := e.list[i]
	x.proposals = append(x.proposals, proposal)
	if who := j.exempted(); !slices.Contains(x.exempted, who) {
		x.after, _ = j.exempt(x.after) // as it could be for the statement alone
		x.exempted = append(x.exempted, who)
	}
}

// Share writes into all proposals for a statement what they come to together.
func (e *Exemptions) Share() {
	for _, x := range e.list {
		for _, p := range x.proposals {
			*p = string(x.after.Bytes())
		}
	}
}

// document names the documents of a layer among which one statement stands once: those of an organisation, a resource or a principal.
func (j *Case) document(l authz.Layer, resource string) string {
	of := j.Principal
	switch l {
	case authz.SCP:
		of = cmp.Or(j.Organisations[j.Transfer.TaskAccount], j.Transfer.TaskAccount)
	case authz.RCP:
		of = cmp.Or(j.Organisations[j.Owner], j.Owner)
	case authz.Resource:
		of = cmp.Or(j.Bucket, resource)
	}
	return l.String() + " of " + of
}
