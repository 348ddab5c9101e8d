package xacct

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// codeOrder puts the verdicts first among findings of one weight.
func codeOrder(c Code) int {
	if i := slices.Index([]Code{CodeAllowed, CodeDenied, CodeUndetermined}, c); i >= 0 {
		return i
	}
	return 3
}

var marks = map[Op]string{NoOp: " ", Create: "+", Update: "~", Replace: "±", Delete: "-"}

// text is the plan as text for people.
func (p *draft) text() string {
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

func (p *draft) title() string {
	if len(p.Transfers) == 1 {
		return p.Transfers[0].Name
	}
	return fmt.Sprintf("%d transfers", len(p.Transfers))
}

// counts is the first line: "5 to create, 2 to update, 0 blocked".
func (p *draft) counts() string {
	n := map[Op]int{}
	held := map[Hold]int{}
	for _, c := range p.Changes {
		if c.Hold != "" {
			held[c.Hold]++
			continue
		}
		n[c.Op]++
	}
	var parts []string
	for _, o := range []struct {
		op   Op
		verb string
		show bool
	}{{Create, "create", p.Mode == SetUp}, {Update, "update", p.Mode == SetUp}, {Replace, "replace", false}, {Delete, "delete", p.Mode == TearDown}} {
		if o.show || n[o.op] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n[o.op], o.verb))
		}
	}
	if held[Handover] > 0 {
		parts = append(parts, fmt.Sprintf("%d to hand over", held[Handover]))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d blocked", held[Blocked])), ", ")
}

func (p *draft) owns(account string) string {
	for _, t := range p.Transfers {
		if t.TaskAccount == account {
			return " (task account)"
		}
	}
	return ""
}

// byAccount groups the changes that do something.
func (p *draft) byAccount() [][]Change {
	var out [][]Change
	for _, c := range p.Changes {
		if c.Op == NoOp {
			continue
		}
		if n := len(out); n > 0 && out[n-1][0].Account == c.Account {
			out[n-1] = append(out[n-1], c)
			continue
		}
		out = append(out, []Change{c})
	}
	return out
}

func writeChanges(b *strings.Builder, changes []Change) {
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

// listed reports whether a change's details stand below it, a line each, rather than beside it.
func listed(c Change) bool {
	return c.Kind == BucketPolicy || c.Kind == KeyPolicy || len(c.Details) > 1
}

// writeFindings prints what was checked, what blocks, what is to be looked at and what is unknown, each under its word.
func (p *draft) writeFindings(b *strings.Builder) {
	sections := []struct {
		title string
		has   func(Finding) bool
	}{
		{"Checked", func(f Finding) bool { return f.Code == CodeAllowed }},
		{"Blocked", func(f Finding) bool { return f.Severity == Blocking }},
		{"Warning", func(f Finding) bool {
			return f.Severity == Warning && f.Code != CodeUndetermined && f.Code != CodeUnread
		}},
		{"Unknown", func(f Finding) bool {
			return f.Code == CodeNotGiven || f.Severity == Warning && (f.Code == CodeUndetermined || f.Code == CodeUnread)
		}},
		{"Note", func(f Finding) bool { return f.Severity == Info && f.Code != CodeAllowed && f.Code != CodeNotGiven }},
	}
	for _, s := range sections {
		var lines []string
		for _, f := range p.Findings {
			if !s.has(f) {
				continue
			}
			line := f.Detail
			if len(p.Transfers) > 1 {
				line = f.Transfer + ": " + line
			}
			if f.Overridden {
				line += " (overridden)"
			}
			if f.Severity != Info {
				line += " [" + f.Code + "]"
			}
			if f.Severity == Blocking && f.Remedy != "" {
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
