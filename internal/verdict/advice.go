package verdict

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Advise returns a finding for each statement of the document of which its warnings say something. what names the policy, such as "the trust policy", and
// subject whose it is; base has the fields that the findings have in common.
func Advise(base plan.Finding, what, subject string, d policy.Document, kind policy.Kind) []plan.Finding {
	warnings := byStatement(d, kind)
	var out []plan.Finding
	i := 0
	for st := range d.All() {
		if about := warnings[i]; len(about) > 0 {
			out = append(out, advice(base, fmt.Sprintf("statement %d of %s", i+1, what), st.Sid(), what, subject, about))
		}
		i++
	}
	return out
}

// byStatement returns the warnings on the document by the number of the statement that they are about, with paths within the statement.
func byStatement(d policy.Document, kind policy.Kind) map[int][]policy.Problem {
	out := map[int][]policy.Problem{}
	for _, p := range d.Warnings(kind) {
		at, within, _ := strings.Cut(p.Path, ".")
		i := 0 // also of a document whose Statement is not a list
		_, _ = fmt.Sscanf(at, "Statement[%d]", &i)
		p.Path = within
		out[i] = append(out[i], p)
	}
	return out
}

// mostWarnings is how many warnings on one statement are told in full.
const mostWarnings = 3

// advice returns the finding on one statement.
func advice(base plan.Finding, number, sid, what, subject string, warnings []policy.Problem) plan.Finding {
	f := base
	f.Severity, f.Code, f.Statement = plan.Warning, plan.CodePolicyAdvice, number
	where := text.Statement(number) + " of " + subject
	if sid != "" && !text.Numbered(sid) {
		f.Statement = sid
		where = text.Statement(sid) + " of " + what + " of " + subject
	}
	var words, remedies []string
	for _, p := range warnings[:min(len(warnings), mostWarnings)] {
		remedy := p.Remedy
		p.Remedy = ""
		words = append(words, p.Error())
		if len(remedies) == 0 || remedies[len(remedies)-1] != remedy {
			remedies = append(remedies, remedy)
		}
	}
	if more := len(warnings) - mostWarnings; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	f.Detail = where + ": " + strings.Join(words, "; ")
	f.Remedy = strings.Join(remedies, "; ")
	return f
}

// advice returns what the warnings say of the statements of others that decided the case's verdicts.
func (c *Case) advice() []plan.Finding {
	if c.Foreign == nil {
		return nil
	}
	type place struct {
		layer           authz.Layer
		level, document int
	}
	known := map[place]map[int][]policy.Problem{}
	var out []plan.Finding
	for _, m := range decidingAll(c.Verdicts) {
		if m.Statement < 0 || !c.Foreign(m) {
			continue
		}
		at := place{m.Layer, m.Level, m.Document}
		if known[at] == nil {
			known[at] = byStatement(*documentOf(&c.Policies, m), c.kindOf(m.Layer))
		}
		if about := known[at][m.Statement]; len(about) > 0 {
			base, subject := c.ownerOf(m.Layer)
			f := advice(base, fmt.Sprintf("statement %d of the %s", m.Statement+1, m.Layer), m.Sid, "the "+m.Layer.String(), subject, about)
			f.Remedy = "let " + c.keeper(m.Layer) + " look at the statement: " + f.Remedy
			out = append(out, f)
		}
	}
	return out
}

// kindOf is the kind of the policies of the layer.
func (c *Case) kindOf(l authz.Layer) policy.Kind {
	switch {
	case l != authz.Resource:
		return policy.Identity
	case c.Trust:
		return policy.Trust
	case c.Bucket != "":
		return policy.Bucket
	}
	return policy.Key
}

// ownerOf returns what findings on a policy of the layer have in common, and names whose policy it is.
func (c *Case) ownerOf(l authz.Layer) (plan.Finding, string) {
	f := plan.Finding{Transfer: c.Finding.Transfer, Account: c.Transfer.TaskAccount, Subject: c.Principal}
	switch l {
	case authz.SCP:
		f.Subject = f.Account
	case authz.RCP:
		f.Account, f.Subject = c.Owner, c.Owner
	case authz.Resource:
		f.Account, f.Subject, f.Side = c.Owner, cmp.Or(c.Bucket, c.Resource), c.Finding.Side
	}
	if l == authz.SCP || l == authz.RCP {
		return f, "account " + f.Subject
	}
	return f, f.Subject
}
