package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// policyStep plans one policy that others write too: that of a bucket, of a key, or of CloudWatch Logs in a Region.
type policyStep struct {
	change    plan.Change // what every change of the policy has
	transfers []*transfer.Transfer
	owners    func(sid string) []*transfer.Transfer // whose statement has the Sid
	subject   string                                // what findings about the policy are about
	title     string                                // what they call it
	what      string                                // what an owner has whose policy it is, such as "bucket media-archive"
	put       string                                // the operation that writes it
	remove    string                                // the operation that deletes it; "" if it always has statements

	seen    bool   // it was looked at, because its account has a client
	unread  error  // why it could not be read; nil if it was
	allow   string // what its reader has to be allowed
	current policy.Document
}

// changed is the change by which the policy becomes what the difference says.
func (s policyStep) changed(d desired.PolicyDiff) plan.Change {
	c := s.change
	c.Op, c.Details, c.Before, c.After = d.Op, d.Lines, string(s.current.Bytes()), string(d.Next.Bytes())
	c.Add, c.Remove = added(d.Added), d.Gone
	if d.Renew {
		c.Reason = reasonRenew
	}
	switch {
	case d.Op == plan.NoOp:
		c.Calls = nil
	case d.Op == plan.Delete && s.remove != "":
		c.Calls = []string{s.remove}
	default:
		c.Calls = []string{s.put}
	}
	return c
}

// unreadable reports that the policy could not be read, and whether that is so.
func (b *Builder) unreadable(s policyStep) bool {
	if s.unread != nil && !(s.change.Kind == plan.BucketPolicy && b.wrongRegion(s.transfers, s.change.Name, s.change.Region)) {
		b.blame(s.transfers, s.unread)
		remedy := s.allow
		if s.change.Kind == plan.BucketPolicy && !b.Snap.Buckets[s.change.Name].OwnerProved { // which may be why
			b.blame(s.transfers, b.Snap.WrongOwner(s.change.Account, s.change.Name))
			remedy = "correct the account, or " + remedy
		}
		b.find(s.transfers, unknownFinding(s.change.Account, s.subject, s.title, s.unread, plan.Blocking, remedy))
	}
	return s.unread != nil
}

// taken reports statements of somebody else that have our Sids.
func (b *Builder) taken(s policyStep, d desired.PolicyDiff, remedy string) {
	for _, sid := range d.Taken {
		detail := "statement " + sid + " has our Sid and is not ours"
		if sid == bucket.TutorialSid {
			detail, remedy = foreignTutorial(s.current), "leave Grant empty, so that our statement gets a Sid of its own, or let the bucket's owner rename or remove that statement"
		}
		b.blame(s.owners(sid), &plan.OwnerError{Account: s.change.Account, Region: s.change.Region, Kind: s.change.Kind, Name: s.change.Name, Detail: detail})
		b.find(s.owners(sid), plan.Finding{Severity: plan.Blocking, Code: plan.CodeSidTaken, Account: s.change.Account, Subject: s.subject, Statement: sid,
			Detail: s.title + ": " + detail, Remedy: remedy})
	}
}

// foreignTutorial says whose the statement is that has the tutorial's Sid and is not what the transfer would write.
func foreignTutorial(d policy.Document) string {
	var who []string
	for st := range d.All() {
		if principals, _ := st.Principals(); st.Sid() == bucket.TutorialSid {
			for _, p := range principals {
				who = append(who, p.Value())
			}
		}
	}
	return "the tutorial's statement, " + bucket.TutorialSid + ", stands there with other words or for another role: it names " + cmp.Or(text.Few(who), "nobody")
}

// dead reports statements that name a deleted role or user and that the policy would go on having: the service refuses the whole policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func (b *Builder) dead(s policyStep, d desired.PolicyDiff) {
	var names, sids []string
	first := ""
	for _, p := range policy.Dangling(d.Next) {
		if d.Op == plan.NoOp || !slices.Contains(b.Snap.Dead, p.ID) {
			continue
		}
		sid := p.Statement.Sid()
		names, sids = append(names, text.Named(sid, p.Index+1)+" names "+p.ID), append(sids, sid)
		first = cmp.Or(first, text.SidOr(sid, p.Index+1))
	}
	if len(names) == 0 {
		return
	}
	b.find(s.transfers, plan.Finding{Severity: plan.Blocking, Code: plan.CodeDeadPrincipal, Account: s.change.Account, Subject: s.subject, Statement: first,
		Detail: s.title + ": " + strings.Join(names, ", ") + ", whose role or user is gone: every change of the policy is refused",
		Remedy: check.DeadRemedy(b.mode, s.what, sids)})
}

// deadBeside is dead for a set-up that is planned without the transfers that are blocked: their statements stay as they are. Those of a set-up of all
// transfers are found by the checks.
func (b *Builder) deadBeside(s policyStep, d desired.PolicyDiff) {
	if b.partly {
		b.dead(s, d)
	}
}

// unseenPolicy plans our statements in a policy that nobody here can look at.
func (b *Builder) unseenPolicy(s policyStep, statements policy.Statements) {
	if len(statements) == 0 {
		return
	}
	c := s.change
	for _, st := range statements {
		c.Details = append(c.Details, "+ "+st.Sid()+"   "+desired.Sentence(st), text.InWords+st.Explain())
	}
	c.Op, c.Add, c.Reason, c.Calls = plan.Update, added(statements), ReasonMerge, []string{s.put}
	for _, sid := range b.standing(s) {
		if !slices.ContainsFunc(statements, func(st policy.Statement) bool { return st.Sid() == sid }) {
			c.Remove, c.Details = append(c.Remove, sid), append(c.Details, "- "+sid)
		}
	}
	c.Details = append(c.Details, b.beforeAndAfter(c, s.transfers)...)
	b.byReport(&c)
	b.add(c)
}

// reasonRenew is why a policy is written in which only the ends of our statements change.
const reasonRenew = "renew"

// beforeAndAfter says to whoever writes a policy that was not read what has to be there first, and what follows.
func (b *Builder) beforeAndAfter(c plan.Change, transfers []*transfer.Transfer) []string {
	var out, accounts []string
	verb := " makes "
	if b.mode == plan.TearDown {
		verb = " deletes "
	}
	for _, id := range c.Requires {
		account, what, _ := strings.Cut(id, "/")
		out = append(out, text.Before+"account "+account+verb+what)
	}
	for _, t := range transfers {
		if !slices.Contains(accounts, t.TaskAccount) {
			accounts = append(accounts, t.TaskAccount)
		}
	}
	return append(out, text.Afterwards+"hand what Result.Report returns to the operator of account "+text.And(accounts)+", who goes on")
}

// What somebody has to know who writes a policy that was not read.
const (
	ReasonMerge = "merge into what is there: the policy was not read"
	ReasonTake  = "take out of what is there: the policy was not read"
)

// added are the statements as a document; the zero Document if there are none.
func added(statements policy.Statements) policy.Document {
	if len(statements) == 0 {
		return policy.Document{}
	}
	return policy.New(statements)
}

// dropPolicy plans that our statements leave the policy, after the changes of its transfers. d is what becomes of it. Where nobody here can
// look, the statements go that are wanted, or if none is, whichever of ours still stand there. It returns the ID of the change, "" if there is none.
func (b *Builder) dropPolicy(s policyStep, after map[string][]string, d func() desired.PolicyDiff, wanted policy.Statements, ours []string) string {
	s.change.Requires = nil
	for _, t := range s.transfers {
		s.change.Requires = append(s.change.Requires, after[t.Name]...)
	}
	if !b.CanRead(s.change.Account) {
		c := s.change
		c.Op, c.Reason, c.Calls = plan.Update, ReasonTake, []string{s.put}
		leaving := b.standing(s)
		if len(leaving) == 0 {
			for _, st := range wanted {
				leaving = append(leaving, st.Sid())
			}
		}
		for _, sid := range leaving {
			c.Remove, c.Details = append(c.Remove, sid), append(c.Details, "- "+sid)
		}
		if len(leaving) == 0 && len(ours) > 0 {
			c.Remove, c.Details = ours, []string{"- whichever of ours still stand there: " + strings.Join(ours, ", ")}
		}
		c.Details = append(c.Details, b.beforeAndAfter(c, s.transfers)...)
		b.byReport(&c)
		c.Calls = appendIf(c.Calls, s.remove != "", s.remove) // nothing else may stand there
		b.add(c)
		return c.ID
	}
	if b.unreadable(s) {
		return ""
	}
	diff := d()
	b.taken(s, diff, "rename or remove that statement by hand")
	if diff.Op == plan.NoOp {
		return ""
	}
	b.dead(s, diff)
	b.add(s.changed(diff))
	return s.change.ID
}
