// Package part cuts out of a plan what the operator of one account gets: the changes there and what Apply needs for them, and nothing that others keep to
// themselves. It makes no call and reads no policy but those of the settings and of proposals.
package part

import (
	"slices"
	"strings"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/report"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Of returns the part of the plan that is for one account's operator: the changes in the account, the transfers that touch it, the findings about
// both, and of the settings what Apply needs for them. It names no account, bucket or policy of a transfer that does not touch the account, unless
// the account's own policies do. Of an account that the plan does not know, the part has one blocking finding and nothing else.
func Of(p *planner.Plan, account string) *planner.Plan {
	q := &planner.Plan{Schema: p.Schema, Mode: p.Mode}
	if f, unknown := p.UnknownAccount(account); unknown {
		q.Findings = []plan.Finding{f}
		return q
	}
	touching, changing := map[string]bool{}, map[string]bool{}
	for _, c := range p.Changes {
		if c.Account != account {
			continue
		}
		if c.Hold == plan.Handover {
			c.Hold, c.Reason = "", strings.TrimPrefix(strings.TrimPrefix(c.Reason, "for the operator of account "+account), ": ")
		}
		if c.Hold == plan.Reported { // its operator sees whether that is so
			if c.Hold, c.Reason = "", planner.ReasonMerge; c.Add.IsZero() && len(c.Remove) > 0 {
				c.Reason = planner.ReasonTake
			}
			if c.Kind == plan.BucketOwnership {
				c.Reason = ""
			}
		}
		q.Changes = append(q.Changes, c)
		for _, name := range c.Transfers {
			touching[name], changing[name] = true, true
		}
	}
	for _, f := range p.Findings {
		touching[f.Transfer] = touching[f.Transfer] || f.Account == account
	}
	for _, t := range p.Transfers {
		if touching[t.Name] || slices.Contains(t.Accounts(), account) {
			q.Transfers = append(q.Transfers, t)
		}
	}
	q.Settings = settings(p, account, q.Transfers)
	others := notFor(p, account, q)
	for _, f := range p.Findings {
		if seesBetter(f, account) {
			continue
		}
		if f.Account == account || f.Account == "" && f.Transfer == "" || changing[f.Transfer] && (f.Account == "" || f.Severity == plan.Blocking) {
			q.Findings = append(q.Findings, others.told(f))
		}
	}
	return q
}

// seesBetter reports whether the finding is about what was not read in the account and what stood in for it: its operator reads it.
func seesBetter(f plan.Finding, account string) bool {
	if f.Account != account || f.Severity == plan.Blocking {
		return false
	}
	switch f.Code {
	case plan.CodeUndetermined:
		return len(f.DependsOn) > 0 && !slices.ContainsFunc(f.DependsOn, func(what string) bool {
			return what != "report" && !(strings.HasPrefix(what, "the resource policy of ") && strings.HasSuffix(what, "which was not read"))
		})
	case plan.CodeObserved, plan.CodeReported:
		return true
	case plan.CodeWrongOwner:
		return f.Severity == plan.Info
	}
	return false
}

// settings are those that Apply needs in the account for the transfers.
func settings(p *planner.Plan, account string, transfers []*transfer.Transfer) plan.Settings {
	s := p.Settings
	named := map[string]bool{}
	for _, t := range transfers {
		for _, a := range t.Accounts() {
			named[a] = true
		}
	}
	concerned := map[string]bool{} // IDs of the changes that belong to one of the transfers
	belongs := setOf(transfers)
	for _, c := range p.Changes {
		if slices.ContainsFunc(c.Transfers, belongs) {
			named[c.Account], concerned[c.ID] = true, true // what the transfer used before too
		}
	}
	s.HandOver = slices.DeleteFunc(slices.Clone(s.HandOver), func(a string) bool { return a == account || !named[a] })
	if len(s.HandOver) == 0 {
		s.HandOver = nil
	}
	s.OrgIDs, s.SCPs, s.RCPs = only(s.OrgIDs, account), only(s.SCPs, account), only(s.RCPs, account)
	s.Regions = only(s.Regions, account)
	s.Reported = reported(p, account, transfers, concerned)
	s.Ownership = nil
	for _, t := range transfers {
		if o, ok := p.Settings.Ownership[t.Destination.Bucket]; ok && t.Destination.Account == account && t.Destination.DisableACLs {
			if s.Ownership == nil {
				s.Ownership = map[string]s3types.ObjectOwnership{}
			}
			s.Ownership[t.Destination.Bucket] = o
		}
	}
	return s
}

// setOf tells the names of the transfers from others.
func setOf(transfers []*transfer.Transfer) func(name string) bool {
	names := make(map[string]bool, len(transfers))
	for _, t := range transfers {
		names[t.Name] = true
	}
	return func(name string) bool { return names[name] }
}

// reported are the claims about other accounts that Apply needs for the transfers, whose changes are concerned. One that quotes a statement of another
// transfer is left out.
func reported(p *planner.Plan, account string, transfers []*transfer.Transfer, concerned map[string]bool) []plan.Claim {
	var out []plan.Claim
	sids, roles := map[string]bool{}, map[string]bool{}
	for _, t := range transfers {
		for _, side := range transfer.Sides {
			e := t.End(side)
			roles[e.DataSyncRole] = true
			for _, sid := range slices.Concat(e.Sids, t.KeySids) {
				sids[sid] = true
			}
		}
	}
	for _, c := range p.Settings.Reported {
		if c.Account == account || !concerned[report.ID(c)] {
			continue
		}
		whole := true
		for st := range c.Ours.All() {
			whole = whole && sids[st.Sid()]
		}
		for arn := range c.Roles {
			whole = whole && roles[arn]
		}
		if whole {
			c.Sids = slices.DeleteFunc(slices.Clone(c.Sids), func(sid string) bool { return !sids[sid] })
			out = append(out, c)
		}
	}
	return out
}

// only is the map with the one key, as far as it has it.
func only[V any](m map[string]V, key string) map[string]V {
	if v, ok := m[key]; ok {
		return map[string]V{key: v}
	}
	return nil
}

// others is what the operator of an account is not told about others.
type others struct {
	account string
	owners  map[string]string // by the name of a transfer: its task account
	names   map[string]bool   // accounts, organisations, buckets, roles and transfers of which only the rest of the plan knows
	scps    map[string]bool   // Sids in SCPs of other accounts
	rcps    map[string]bool   // Sids in RCPs of other accounts
	quoted  []*quoted         // of the SCPs and RCPs of other accounts
	own     *own
}

// notFor is what the operator is not told who gets the part for the account.
func notFor(p *planner.Plan, account string, part *planner.Plan) *others {
	o := &others{account: account, owners: map[string]string{}, names: map[string]bool{}, own: ownOf(part)}
	known := map[string]bool{account: true}
	for _, t := range part.Transfers {
		o.owners[t.Name] = t.TaskAccount
		for _, name := range namesOf(t) {
			known[name] = true
		}
	}
	hide := func(names ...string) {
		for _, name := range names {
			o.names[name] = name != "" && !known[name]
		}
	}
	for _, t := range p.Transfers {
		hide(namesOf(t)...)
	}
	for _, c := range p.Changes {
		if !slices.ContainsFunc(c.Transfers, func(name string) bool { return o.owners[name] != "" }) {
			hide(c.Account, c.Name)
		}
	}
	for a, id := range p.Settings.OrgIDs {
		if a != account && id != p.Settings.OrgIDs[account] {
			hide(a, id)
		}
	}
	scps, rcps := allOf(p.Settings.SCPs, account), allOf(p.Settings.RCPs, account)
	o.scps, o.rcps, o.quoted = sidsOf(scps), sidsOf(rcps), quotedOf(append(scps, rcps...), o.own)
	return o
}

// namesOf are the names that a transfer has and gives, and those of what it uses.
func namesOf(t *transfer.Transfer) []string {
	out := append([]string{t.Name}, t.Accounts()...)
	for _, side := range transfer.Sides {
		out = append(out, t.End(side).Bucket, t.End(side).RoleName)
	}
	for _, g := range t.DataGrants {
		out = append(out, g.Bucket)
	}
	for _, k := range t.Keys {
		out = append(out, transfer.KeyName(k.ARN))
	}
	for _, op := range t.Operators {
		if name, ok := transfer.RoleNameOf(op); ok {
			out = append(out, name)
		}
	}
	return out
}

// sidsOf are the Sids of the documents.
func sidsOf(docs []policy.Document) map[string]bool {
	out := map[string]bool{}
	for _, d := range docs {
		for st := range d.All() {
			out[st.Sid()] = st.Sid() != ""
		}
	}
	return out
}

// told is the finding as the operator is told it. Proposals are for the owners of the policies that they change. A finding that quotes what is not
// the operator's keeps its place and loses its words.
func (o *others) told(f plan.Finding) plan.Finding {
	f.Proposal = slices.DeleteFunc(slices.Clone(f.Proposal), func(text string) bool { return !o.keeps(f, text) })
	if len(f.Proposal) == 0 {
		f.Proposal = nil
	}
	words := strings.Join(append([]string{f.Subject, f.Statement, f.Detail, f.Remedy}, f.DependsOn...), "\n")
	if !o.organisations(f) && (f.Account == o.account || !mentions(words, o.names)) {
		return f
	}
	return o.withheld(f)
}

// keeps reports whether the operator keeps the policy that the proposal changes: a statement with a principal is the resource's, one without is the
// principal's.
func (o *others) keeps(f plan.Finding, proposal string) bool {
	d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + proposal + `]}`))
	if err != nil {
		return f.Account == o.account
	}
	for st := range d.All() {
		if principals, not := st.Principals(); not || len(principals) > 0 {
			return f.Account == o.account
		}
	}
	return o.owners[f.Transfer] == o.account
}

// mentions reports whether one of the names stands in the text, as a word of its own.
func mentions(text string, names map[string]bool) bool {
	return slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool {
		return !strings.ContainsRune("-_.", r) && (r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z')
	}), func(word string) bool { return names[word] || names[strings.TrimRight(word, ".")] })
}
