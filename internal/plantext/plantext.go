// Package plantext writes a plan as text for people: what changes in which account, what was checked, what stands in the way and what would help. Long
// has a line for every change, detail and check; Short sums them up by transfer, so that a plan of a hundred transfers can be read. Both say every
// finding that is more than information, with its remedy below it. The same plan always gives the same text.
package plantext

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// Plan is what the text is about.
type Plan struct {
	Mode         plan.Mode
	Transfers    []string // their names, sorted
	TaskAccounts []string // the accounts that own tasks
	Changes      []plan.Change
	Findings     []plan.Finding
}

// few is up to how many transfers a plan is short as it is.
const few = 3

// Short returns the text with a line for each transfer in each account, and one for its checks. Of few transfers it is the same as [Long].
func Short(p *Plan) string { return p.text(len(p.Transfers) > few) }

// Long returns the text with every line.
func Long(p *Plan) string { return p.text(false) }

func (p *Plan) text(short bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s%s\n", text.Escape(p.title()), p.counts(), p.waits())
	if p.Mode == plan.Drift {
		b.WriteString("Only what differs was looked for. Nothing was checked, and this plan cannot be applied, handed over or reviewed.\n")
	}
	account := ""
	for _, group := range p.byAccount() {
		if group[0].Account != account {
			account = group[0].Account
			b.WriteString("\n" + text.Escape(account) + p.owns(account) + "\n")
		}
		if short {
			writeRows(&b, shortRows(group))
		} else {
			writeRows(&b, longRows(group))
		}
	}
	p.writeFindings(&b, short)
	return strings.TrimRight(b.String(), "\n")
}

func (p *Plan) title() string {
	if len(p.Transfers) == 1 {
		return p.Transfers[0]
	}
	return fmt.Sprintf("%d transfers", len(p.Transfers))
}

// counts returns the first line: "5 to create, 2 to update, 0 blocked".
func (p *Plan) counts() string {
	n := map[plan.Op]int{}
	held := map[plan.Hold]int{}
	for _, c := range p.Changes {
		if c.Hold != "" {
			held[c.Hold]++
			continue
		}
		n[c.Op]++
	}
	var parts []string
	for _, o := range []struct {
		op   plan.Op
		verb string
		show bool
	}{{plan.Create, "create", p.Mode == plan.SetUp}, {plan.Update, "update", p.Mode == plan.SetUp}, {plan.Replace, "replace", false}, {plan.Delete, "delete", p.Mode == plan.TearDown}} {
		if o.show || n[o.op] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n[o.op], o.verb))
		}
	}
	if p.Mode == plan.Drift && len(parts) == 0 {
		parts = append(parts, "0 differ")
	}
	if held[plan.Handover] > 0 {
		parts = append(parts, fmt.Sprintf("%d to hand over", held[plan.Handover]))
	}
	if held[plan.Reported] > 0 {
		parts = append(parts, fmt.Sprintf("%d done by report", held[plan.Reported]))
	}
	if p.Mode == plan.Drift && held[plan.Blocked] == 0 {
		return strings.Join(parts, ", ")
	}
	return strings.Join(append(parts, fmt.Sprintf("%d blocked", held[plan.Blocked])), ", ")
}

func (p *Plan) owns(account string) string {
	if slices.Contains(p.TaskAccounts, account) {
		return " (task account)"
	}
	return ""
}

// byAccount groups the changes that do something by their account.
func (p *Plan) byAccount() [][]plan.Change {
	var out [][]plan.Change
	for _, c := range p.Changes {
		if c.Op == plan.NoOp {
			continue
		}
		if n := len(out); n > 0 && out[n-1][0].Account == c.Account {
			out[n-1] = append(out[n-1], c)
			continue
		}
		out = append(out, []plan.Change{c})
	}
	return out
}
