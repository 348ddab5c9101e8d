package planner

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/xacct/xacct/plan"
)

// Text returns the plan as text for people.
func (p *Plan) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", p.title(), p.counts())
	account := ""
	for _, group := range p.byAccount() {
		if group[0].Account != account {
			account = group[0].Account
			b.WriteString("\n" + account + p.owns(account) + "\n")
		}
		writeChanges(&b, group)
	}
	p.writeFindings(&b)
	return strings.TrimRight(b.String(), "\n")
}

func (p *Plan) title() string {
	if len(p.Transfers) == 1 {
		return p.Transfers[0].Name
	}
	return fmt.Sprintf("%d transfers", len(p.Transfers))
}

// counts is the first line: "5 to create, 2 to update, 0 blocked".
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
	if held[plan.Handover] > 0 {
		parts = append(parts, fmt.Sprintf("%d to hand over", held[plan.Handover]))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d blocked", held[plan.Blocked])), ", ")
}

func (p *Plan) owns(account string) string {
	for _, t := range p.Transfers {
		if t.TaskAccount == account {
			return " (task account)"
		}
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

// writeFindings prints the findings in sections: checked, blocked, warning, unknown, note.
func (p *Plan) writeFindings(b *strings.Builder) {
	sections := []struct {
		title string
		has   func(plan.Finding) bool
	}{
		{"Checked", func(f plan.Finding) bool { return f.Code == plan.CodeAllowed }},
		{"Blocked", func(f plan.Finding) bool { return f.Severity == plan.Blocking }},
		{"Warning", func(f plan.Finding) bool {
			return f.Severity == plan.Warning && f.Code != plan.CodeUndetermined && f.Code != plan.CodeUnread
		}},
		{"Unknown", func(f plan.Finding) bool {
			return f.Code == plan.CodeNotGiven || f.Severity == plan.Warning && (f.Code == plan.CodeUndetermined || f.Code == plan.CodeUnread)
		}},
		{"Note", func(f plan.Finding) bool {
			return f.Severity == plan.Info && f.Code != plan.CodeAllowed && f.Code != plan.CodeNotGiven
		}},
	}
	for _, s := range sections {
		var lines []string
		for _, f := range p.Findings {
			if !s.has(f) {
				continue
			}
			line := f.Detail
			if len(p.Transfers) > 1 && f.Transfer != "" {
				line = f.Transfer + ": " + line
			}
			if f.Overridden {
				line += " (overridden)"
			}
			if f.Severity != plan.Info {
				line += " [" + f.Code + "]"
			}
			if f.Severity == plan.Blocking && f.Remedy != "" {
				line += "\n           → " + f.Remedy
			}
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
		for i, line := range lines {
			lead := "         "
			if i == 0 {
				lead = "\n" + fmt.Sprintf("%-9s", s.title)
			}
			b.WriteString(lead + line + "\n")
		}
	}
}

func writeChanges(b *strings.Builder, changes []plan.Change) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, c := range changes {
		last := ""
		if len(c.Details) == 1 && !listed(c) {
			last = c.Details[0]
		}
		if c.Hold != "" {
			last = strings.TrimSpace(last + "  " + string(c.Hold) + ": " + c.Reason)
		}
		fmt.Fprintf(w, "  %s %s\t%s\t%s\t%s\n", marks[c.Op], c.Kind, c.Name, c.Region, last)
	}
	w.Flush()
	lines := strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n")
	for i, c := range changes {
		b.WriteString(strings.TrimRight(lines[i], " ") + "\n")
		if listed(c) {
			for _, d := range c.Details {
				b.WriteString("      " + d + "\n")
			}
		}
	}
}

// listed reports whether the details of a change are printed below it, a line each, and not beside it.
func listed(c plan.Change) bool {
	return c.Kind == plan.BucketPolicy || c.Kind == plan.KeyPolicy || len(c.Details) > 1
}

var marks = map[plan.Op]string{plan.NoOp: " ", plan.Create: "+", plan.Update: "~", plan.Replace: "±", plan.Delete: "-"}
