package plantext

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// row is a line of the table of changes, with the lines below it.
type row struct {
	columns []string
	below   []string
}

var marks = map[plan.Op]string{plan.NoOp: " ", plan.Create: "+", plan.Update: "~", plan.Replace: "±", plan.Delete: "-"}

// longRows returns a row for each change, with its details.
func longRows(changes []plan.Change) []row {
	var out []row
	for _, c := range changes {
		r := row{}
		last := ""
		if listed(c) {
			r.below = details(c)
		} else if len(c.Details) == 1 {
			last = c.Details[0]
		}
		r.columns = rowOf(c, last)
		out = append(out, r)
	}
	return out
}

// shortRows returns one row for all that is created, or deleted, for one transfer alone, and one for each other change, with its details counted.
func shortRows(changes []plan.Change) []row {
	type group struct {
		op       plan.Op
		hold     plan.Hold
		reason   string
		transfer string
	}
	var out []row
	at := map[group]int{}
	kinds := map[group]*counted{}
	for _, c := range changes {
		g := group{c.Op, c.Hold, c.Reason, strings.Join(c.Transfers, "")}
		if len(c.Transfers) != 1 || listed(c) || c.Op != plan.Create && c.Op != plan.Delete {
			out = append(out, row{columns: rowOf(c, counts(c))})
			continue
		}
		if kinds[g] == nil {
			kinds[g], at[g] = &counted{}, len(out)
			out = append(out, row{})
		}
		kinds[g].add(string(c.Kind))
		out[at[g]].columns = []string{marks[c.Op] + " " + g.transfer, kinds[g].String(), "", held(c, "")}
	}
	return out
}

// rowOf returns the columns of one change, the last of which is given.
func rowOf(c plan.Change, last string) []string {
	return []string{fmt.Sprintf("%s %s", marks[c.Op], c.Kind), c.Name, c.Region, held(c, last)}
}

// held returns the text with the reason why the change is held back, if it is.
func held(c plan.Change, last string) string {
	if c.Hold == "" {
		return last
	}
	return strings.TrimSpace(last + "  " + string(c.Hold) + ": " + c.Reason)
}

// details returns the details of a change. Of one that is done by a report, they leave out what was to do before and afterwards.
func details(c plan.Change) []string {
	if c.Hold != plan.Reported {
		return c.Details
	}
	var out []string
	for _, d := range c.Details {
		if !strings.HasPrefix(d, text.Before) && !strings.HasPrefix(d, text.Afterwards) {
			out = append(out, d)
		}
	}
	return out
}

// listed reports whether the details of a change are printed below it, a line each, and not beside it.
func listed(c plan.Change) bool {
	return c.Kind == plan.BucketPolicy || c.Kind == plan.KeyPolicy || len(c.Details) > 1
}

// counts sums up the details of a change: how many lines add, remove and change something.
func counts(c plan.Change) string {
	if !listed(c) {
		return strings.Join(c.Details, "; ")
	}
	n := map[string]int{}
	var rest []string
	for _, d := range c.Details {
		switch mark, _, _ := strings.Cut(d, " "); mark {
		case "+", "-", "~":
			n[mark]++
		default:
			if !strings.HasPrefix(d, text.InWords) && !strings.HasPrefix(d, text.Before) && !strings.HasPrefix(d, text.Afterwards) {
				rest = append(rest, d)
			}
		}
	}
	var out []string
	for _, m := range []struct{ mark, verb string }{{"+", "added"}, {"~", "changed"}, {"-", "removed"}} {
		if n[m.mark] > 0 {
			out = append(out, fmt.Sprintf("%d statement%s %s", n[m.mark], text.Plural(n[m.mark]), m.verb))
		}
	}
	return strings.Join(append(out, rest...), ", ")
}

// counted counts words, in the order in which they came first.
type counted struct {
	words []string
	n     map[string]int
}

func (c *counted) add(word string) {
	if c.n == nil {
		c.n = map[string]int{}
	}
	if c.n[word]++; c.n[word] == 1 {
		c.words = append(c.words, word)
	}
}

// String returns such as "2 iam-role, 1 datasync-task".
func (c *counted) String() string {
	var out []string
	for _, w := range c.words {
		out = append(out, fmt.Sprintf("%d %s", c.n[w], w))
	}
	return strings.Join(out, ", ")
}

// writeRows writes the rows as a table.
func writeRows(b *strings.Builder, rows []row) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		for i, c := range r.columns {
			r.columns[i] = text.Escape(c)
		}
		fmt.Fprintf(w, "  %s\n", strings.Join(r.columns, "\t"))
	}
	w.Flush()
	lines := strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n")
	for i, r := range rows {
		b.WriteString(strings.TrimRight(lines[i], " ") + "\n")
		for _, d := range r.below {
			b.WriteString("      " + text.Escape(d) + "\n")
		}
	}
}
