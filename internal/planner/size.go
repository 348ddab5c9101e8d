package planner

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// policySize is the size that a policy is going to have, and what each transfer takes of it.
type policySize struct {
	account, subject string
	title            string                // what the finding calls the policy
	used, quota      int                   // in characters, as the service counts them
	hard             bool                  // the quota cannot be raised
	takes            func() map[string]int // by transfer name: the part of it; nil where no transfer has a part of its own
	ways             []string              // what to do when room runs low
}

// size adds a finding from three quarters of a quota on, which warns from nine tenths on. Over a hard limit it blocks; over a raisable one it only warns.
func (b *Builder) size(ts []*transfer.Transfer, s policySize) {
	if s.used*4 < s.quota*3 {
		return
	}
	f := plan.Finding{Severity: plan.Info, Code: plan.CodeSize, Account: s.account, Subject: s.subject}
	switch {
	case s.used > s.quota && s.hard:
		f.Severity = plan.Blocking
	case s.used*10 >= s.quota*9:
		f.Severity = plan.Warning
	}
	takes, ours := map[string]int{}, 0
	if s.takes != nil {
		takes = s.takes()
	}
	for _, n := range takes {
		ours += n
	}
	for _, t := range ts {
		f.Detail = s.detail(t.Name, takes[t.Name], s.used-ours)
		f.Remedy = strings.Join(s.ways, ", or ")
		b.find([]*transfer.Transfer{t}, f)
	}
}

// detail says what is used and left, how much of it the transfer takes (each), and how many like it have room. others is what the transfers of the plan
// do not take.
func (s policySize) detail(name string, each, others int) string {
	text := fmt.Sprintf("%s would have %d of %d characters", s.title, s.used, s.quota)
	left := s.quota - s.used
	switch {
	case left < 0 && each == 0:
		return text + fmt.Sprintf(", %d too many", -left)
	case left < 0:
		return text + fmt.Sprintf(", %d too many; transfer %s takes %d of them, and beside what is not of this plan there is room for %d like it",
			-left, name, each, max(0, s.quota-others)/each)
	case each == 0:
		return text + fmt.Sprintf(", %d are left", left)
	}
	return text + fmt.Sprintf(", %d are left; transfer %s takes %d, and there is room for %d more like it", left, name, each, left/each)
}

// more says that as many more fit into a quota of things, or how many are too many.
func more(used, quota int) string {
	if used > quota {
		return fmt.Sprintf("%d too many", used-quota)
	}
	return fmt.Sprintf("%d are left", quota-used)
}

// statementSizes are the characters that the statements of each transfer take in a policy, with the comma behind each.
func statementSizes(d policy.Document, kind policy.Kind, ts []*transfer.Transfer) map[string]int {
	owner := map[string]string{}
	for _, t := range ts {
		for _, sids := range [][]string{t.End(plan.SourceSide).Sids, t.End(plan.DestinationSide).Sids, t.KeySids} {
			for _, sid := range sids {
				owner[sid] = t.Name
			}
		}
	}
	out := map[string]int{}
	empty, _ := policy.New().Size(kind)
	for st := range d.All() {
		if name, ok := owner[st.Sid()]; ok {
			n, _ := policy.New(st).Size(kind)
			out[name] += n - empty + len(",")
		}
	}
	return out
}

// rolePolicySizes are the characters that the inline policies of each transfer take on the role.
func rolePolicySizes(w desired.Role) map[string]int {
	out := map[string]int{}
	for _, t := range w.Transfers {
		for _, r := range t.Resources().Roles {
			if r.Account != w.Account || r.Name != w.Spec.Name {
				continue
			}
			for _, d := range r.Policies {
				n, _ := d.Size(policy.Identity)
				out[t.Name] += n
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
