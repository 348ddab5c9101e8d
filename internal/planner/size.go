package planner

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// policySize is the size that a policy is going to have, and what each transfer takes of it.
type policySize struct {
	account, subject string
	title            string                 // what the finding calls the policy
	used, quota      int                    // in characters, as the service counts them
	hard             bool                   // the quota cannot be raised
	takes            func() map[string]part // by transfer name: the part of it; nil where no transfer has a part of its own
	ways             []string               // what to do when room runs low
}

// part is what a transfer takes of a policy, in characters.
type part struct {
	sent  int // as we write it
	kept  int // as the service gives it back, and as it is sent again with the next write
	grows int // by which it will be longer when it is read than it is in the policy that is planned
}

// size adds a finding from three quarters of a quota on, which warns from nine tenths on. Over a hard limit it blocks; over a raisable one it only warns.
func (b *Builder) size(ts []*transfer.Transfer, s policySize) {
	if s.used*4 < s.quota*3 {
		return
	}
	f := plan.Finding{Severity: plan.Info, Code: plan.CodeSize, Account: s.account, Subject: s.subject, Remedy: strings.Join(s.ways, ", or ")}
	switch {
	case s.used > s.quota && s.hard:
		f.Severity = plan.Blocking
	case s.used*10 >= s.quota*9:
		f.Severity = plan.Warning
	}
	takes := map[string]part{}
	if s.takes != nil {
		takes = s.takes()
	}
	f.Detail = s.detail(desired.Names(ts), takes)
	b.findOnce(ts, f)
}

// detail says what is used and left, how much of it each transfer takes, and how many like the largest have room.
func (s policySize) detail(names []string, takes map[string]part) string {
	text, left := fmt.Sprintf("%s would have %d of %d characters", s.title, s.used, s.quota), s.quota-s.used
	ours, grows, largest := 0, 0, part{}
	for _, p := range takes {
		ours, grows = ours+p.kept-p.grows, grows+p.grows
		if p.kept > largest.kept {
			largest = p
		}
	}
	who := fmt.Sprintf("transfer %s takes %d", strings.Join(names, ""), largest.sent)
	if len(names) > 1 {
		who = fmt.Sprintf("%d transfers take up to %d each", len(names), largest.sent)
	}
	switch {
	case left < 0 && largest.sent == 0:
		return text + fmt.Sprintf(", %d too many", -left)
	case left < 0:
		return text + fmt.Sprintf(", %d too many; %s, and what is not of this plan leaves room for %d of them, each planned and applied before the next", -left, who,
			largest.fit(s.quota-s.used+ours))
	case largest.sent == 0:
		return text + fmt.Sprintf(", %d are left", left)
	}
	return text + fmt.Sprintf(", %d are left; %s, and there is room for %d more, each planned and applied before the next", left, who, largest.fit(left-grows))
}

// fit is how many parts like it fit into the room if they are written one after the other: all but the last are there in the longer form by then.
func (p part) fit(room int) int {
	if room < p.sent {
		return 0
	}
	return 1 + (room-p.sent)/p.kept
}

// more says that as many more fit into a quota of things, or how many are too many.
func more(used, quota int) string {
	if used > quota {
		return fmt.Sprintf("%d too many", used-quota)
	}
	return fmt.Sprintf("%d are left", quota-used)
}

// statementSizes are the characters that the statements of each transfer take in a policy, with the comma behind each. S3 gives an account back as the
// ARN of its root.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func statementSizes(d policy.Document, kind policy.Kind, ts []*transfer.Transfer) map[string]part {
	owner := map[string]*transfer.Transfer{}
	for _, t := range ts {
		for _, sids := range [][]string{t.End(plan.SourceSide).Sids, t.End(plan.DestinationSide).Sids, t.KeySids} {
			for _, sid := range sids {
				owner[sid] = t
			}
		}
	}
	out := map[string]part{}
	empty, _ := policy.New().Size(kind)
	for st := range d.All() {
		t := owner[st.Sid()]
		if t == nil {
			continue
		}
		n, _ := policy.New(st).Size(kind)
		p := out[t.Name]
		short, long := n-empty+len(","), n-empty+len(",")
		around := len(region.ARN{Partition: t.Partition, Service: "iam", Resource: "root"}.String()) // the id
		principals, _ := st.Principals()
		for _, who := range principals {
			switch {
			case kind != policy.Bucket:
			case region.ValidAccount(who.Value()):
				long, p.grows = long+around, p.grows+around
			case strings.HasSuffix(who.Value(), ":root"):
				short -= around
			}
		}
		p.sent, p.kept = p.sent+short, p.kept+long
		out[t.Name] = p
	}
	return out
}

// rolePolicySizes are the characters that the inline policies of each transfer take on the role.
func rolePolicySizes(w desired.Role) map[string]part {
	out := map[string]part{}
	for _, t := range w.Transfers {
		for _, r := range t.Resources().Roles {
			if r.Account != w.Account || r.Name != w.Spec.Name {
				continue
			}
			for _, d := range r.Policies {
				n, _ := d.Size(policy.Identity)
				all := out[t.Name].sent + n
				out[t.Name] = part{sent: all, kept: all}
			}
		}
	}
	return out
}

// inTheAccount is the way out of a policy of another account's bucket or key, which what names.
func inTheAccount(account, what string) string {
	return fmt.Sprintf("set TaskAccount to %s, because a task in the account of the %s needs no statements there, and Operators to roles or users of that account",
		account, what)
}

// oneTransfer is the way out of several transfers that each take room of their own.
const oneTransfer = "make one transfer with a common prefix of several"
