package planner

import (
	"fmt"
	"slices"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/report"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// reports are what operators of other accounts reported, and what of it is gone by.
type reports struct {
	claims   map[string]plan.Claim // by change ID: those that nothing speaks against
	partial  map[string]plan.Claim // by change ID: those that hold for some of the policy's transfers, and show their statements alone
	standing map[string][]string   // by change ID: the Sids of ours that stand in a policy by a report that counts for nothing else
	findings []plan.Finding
}

// readReports finds out which claims the plan goes by. The plan keeps those alone.
func (b *Builder) readReports() {
	b.reports = &reports{claims: map[string]plan.Claim{}, partial: map[string]plan.Claim{}, standing: map[string][]string{}}
	if len(b.settings.Reported) == 0 {
		return
	}
	wanted, owners := b.reportable()
	var kept []plan.Claim
	for _, c := range b.settings.Reported {
		id := report.ID(c)
		w, known := wanted[id]
		switch ownedBy := owners[c.Name]; {
		case b.CanRead(c.Account):
			b.doubt(c, nil, "the account is read here, and what is read decides")
		case c.Kind == plan.BucketOwnership && ownedBy != nil && ownedBy[0].Destination.Account == c.Account && ownedBy[0].Destination.Region == c.Region:
			b.reports.claims[id] = c
			if ownedBy[0].Destination.DisableACLs && b.mode == plan.SetUp && c.Ownership != s3types.ObjectOwnershipBucketOwnerEnforced {
				delete(b.reports.claims, id)
				b.doubt(c, ownedBy, "the Object Ownership is "+string(c.Ownership)+" in it")
				continue
			}
			kept = append(kept, c)
			b.noteReport(ownedBy, plan.Finding{Severity: plan.Info, Code: plan.CodeReported, Account: c.Account, Subject: c.Name,
				Detail: fmt.Sprintf("nobody here has seen it, but by %s the Object Ownership of bucket %s is %s", c, c.Name, c.Ownership)})
		case !known:
			b.doubt(c, nil, "no transfer has anything there")
		default:
			if why := report.Doubt(c, w, b.Snap); why != "" {
				b.reports.standing[id] = w.Standing(c)
				if part, ok := b.partlyHolds(c, w); ok {
					kept = append(kept, part)
					continue
				}
				b.doubt(c, w.Transfers, why)
				continue
			}
			c = report.Bound(c, w, b.Snap)
			b.reports.claims[id] = c
			kept = append(kept, c)
			b.believe(c, w)
		}
	}
	b.settings.Reported = kept
}

// partlyHolds takes from a claim that does not hold for all transfers which want statements in the policy what holds for some of them: another transfer may
// have been added since. It says of the others why it counts for nothing. ok is false if it holds for none.
func (b *Builder) partlyHolds(c plan.Claim, w report.Wanted) (part plan.Claim, ok bool) {
	if len(w.Statements) == 0 || len(w.Transfers) < 2 {
		return c, false
	}
	var holds report.Wanted
	type doubted struct {
		of  []*transfer.Transfer
		why string
	}
	var rest []doubted
	wanted := map[string]policy.Statement{}
	for _, st := range w.Statements {
		wanted[st.Sid()] = st
	}
	for _, t := range w.Transfers {
		one := w
		one.Transfers, one.Ours, one.Statements = []*transfer.Transfer{t}, slices.Concat(t.End(plan.SourceSide).Sids, t.End(plan.DestinationSide).Sids, t.KeySids), nil
		for _, sid := range one.Ours {
			if st, ok := wanted[sid]; ok {
				one.Statements = append(one.Statements, st)
			}
		}
		if why := report.Doubt(c, one, b.Snap); why != "" || len(one.Statements) == 0 {
			rest = append(rest, doubted{one.Transfers, why})
			continue
		}
		holds.Transfers, holds.Ours = append(holds.Transfers, t), append(holds.Ours, one.Ours...)
		holds.Statements, holds.Roles = append(holds.Statements, one.Statements...), w.Roles
	}
	if len(holds.Transfers) == 0 {
		return c, false
	}
	for _, d := range rest {
		if d.why != "" {
			b.doubt(c, d.of, d.why)
		}
	}
	part = report.Bound(c, holds, b.Snap)
	b.reports.partial[report.ID(c)] = part
	b.believe(part, holds)
	return part, true
}

// reported adds the findings on reports.
func (b *Builder) reported() {
	for _, i := range b.ignored {
		b.ignore(nil, i)
	}
	b.ignored = nil
	for _, f := range b.reports.findings {
		b.Findings.Add(f)
	}
}

// reportable are the policies in other accounts that a report can be about, by the ID of the change, and by the name of a destination's bucket the
// transfers that write there.
func (b *Builder) reportable() (map[string]report.Wanted, map[string][]*transfer.Transfer) {
	all := b.Snap.WithFormer(desired.Of(b.transfers))
	out := map[string]report.Wanted{}
	roles := map[string][]string{} // ARNs by transfer
	for _, r := range slices.Concat(all.Roles, b.Snap.OrphanRoles(all)) {
		for _, name := range desired.Names(r.Transfers) {
			roles[name] = append(roles[name], r.Arn)
		}
	}
	add := func(id string, p desired.SharedPolicy, bucket string, former bool, statements policy.Statements) {
		if !p.Grants {
			return
		}
		w := report.Wanted{SharedPolicy: p, Bucket: bucket}
		if !former && b.mode == plan.SetUp {
			w.Statements = statements
		}
		for _, t := range p.Transfers {
			for _, arn := range roles[t.Name] {
				if !slices.Contains(w.Roles, arn) {
					w.Roles = append(w.Roles, arn)
				}
			}
			for _, side := range transfer.Sides {
				if arn := t.End(side).RoleARN; arn != "" && len(w.Statements) > 0 && !slices.Contains(w.Roles, arn) {
					w.Roles = append(w.Roles, arn)
				}
			}
		}
		out[id] = w
	}
	for _, w := range all.Buckets {
		add(w.ID(), w.SharedPolicy, w.Spec.Name, w.Former, w.Spec.Statements)
	}
	for _, w := range all.Keys {
		add(w.ID(), w.SharedPolicy, "", w.Former, w.Spec.Statements)
	}
	owners := map[string][]*transfer.Transfer{}
	for _, t := range b.transfers {
		owners[t.Destination.Bucket] = append(owners[t.Destination.Bucket], t)
	}
	return out, owners
}

// doubt notes that the claim counts for nothing, and why.
func (b *Builder) doubt(c plan.Claim, transfers []*transfer.Transfer, why string) {
	b.ignore(transfers, report.Ignored{Account: c.Account, Subject: c.Name, Why: fmt.Sprintf("%s on %s: %s", c, whose(c), why)})
}

// ignore notes a part of a report that counts for nothing.
func (b *Builder) ignore(transfers []*transfer.Transfer, i report.Ignored) {
	account := i.Account
	if !mentioned(b.transfers, account) && !b.touches(account) { // for those who plan
		account = b.transfers[0].TaskAccount
	}
	b.noteReport(transfers, plan.Finding{Severity: plan.Warning, Code: plan.CodeReported, Account: account, Subject: i.Subject,
		Detail: "a report counts for nothing: " + i.Why, Remedy: "ask the operator for a new report, of an apply of the part of the plan that is theirs now"})
}

// believe notes what the plan goes by without having seen it.
func (b *Builder) believe(c plan.Claim, w report.Wanted) {
	var sids []string
	for _, st := range w.Statements {
		sids = append(sids, st.Sid())
	}
	detail := fmt.Sprintf("nobody here has seen it, but by %s no statement of ours stands in the policy of %s any more", c, whose(c))
	switch len(sids) {
	case 0:
	case 1:
		detail = fmt.Sprintf("nobody here has seen it, but by %s %s stands in the policy of %s as it is wanted", c, text.NamedAll(sids), whose(c))
	default:
		detail = fmt.Sprintf("nobody here has seen it, but by %s %s stand in the policy of %s as they are wanted", c, text.NamedAll(sids), whose(c))
	}
	b.noteReport(w.Transfers, plan.Finding{Severity: plan.Info, Code: plan.CodeReported, Account: c.Account, Subject: c.Name, Detail: detail})
}

// whose says whose policy or Object Ownership the claim is about.
func whose(c plan.Claim) string {
	if c.Kind == plan.KeyPolicy {
		return "key " + c.Name
	}
	return "bucket " + c.Name
}

// noteReport keeps a finding for each of the transfers, or one of the plan if there are none, until it is time for findings.
func (b *Builder) noteReport(transfers []*transfer.Transfer, f plan.Finding) {
	if len(transfers) == 0 {
		b.reports.findings = append(b.reports.findings, f)
	}
	for _, name := range desired.Names(transfers) {
		f.Transfer = name
		b.reports.findings = append(b.reports.findings, f)
	}
}

// byReport completes a change of a policy that nobody here can read with what was reported of it: it is done by somebody's word, or this stands there.
func (b *Builder) byReport(c *plan.Change) {
	claim, ok := b.reports.claims[c.ID]
	if part, some := b.reports.partial[c.ID]; some && !c.Add.IsZero() && len(c.Remove) == 0 {
		claim, ok = part, true
		for st := range c.Add.All() { // those that are planned together, which may be fewer than all
			_, stands := part.Ours.Statement(st.Sid())
			ok = ok && stands
		}
	}
	if ok {
		c.Hold, c.Reason = plan.Reported, "done by "+claim.String()
	}
}

// standing are the Sids that stand in the policy of the step by a report that counts for nothing else, as far as they are those of its transfers. A transfer
// that is blocked is planned apart from the others, and keeps its statements while they are.
func (b *Builder) standing(s policyStep) []string {
	return slices.DeleteFunc(slices.Clone(b.reports.standing[s.change.ID]), func(sid string) bool { return len(s.owners(sid)) == 0 })
}

// factsReported are the claims on policies, by bucket name or key ARN, with those statements alone that the transfers want.
func (b *Builder) factsReported() map[string]plan.Claim {
	out := map[string]plan.Claim{}
	add := func(name, id string, statements policy.Statements) {
		c, ok := b.reports.claims[id]
		if part, some := b.reports.partial[id]; some {
			c, ok = part, true
			statements = slices.DeleteFunc(slices.Clone(statements), func(st policy.Statement) bool {
				_, stands := part.Ours.Statement(st.Sid())
				return !stands
			})
		}
		if ok && len(statements) > 0 {
			c.Ours = policy.New(statements)
			out[name] = c
		}
	}
	for _, w := range b.Desired.Buckets {
		add(w.Spec.Name, w.ID(), w.Spec.Statements)
	}
	for _, w := range b.Desired.Keys {
		add(w.Spec.ARN, w.ID(), w.Spec.Statements)
	}
	return out
}
