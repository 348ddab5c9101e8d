package plantext

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// sections are the kinds of findings, in the order in which they are printed.
var sections = []struct {
	title string
	has   func(plan.Finding) bool
}{
	{"Checked", func(f plan.Finding) bool { return f.Code == plan.CodeAllowed }},
	{"Blocked", func(f plan.Finding) bool { return f.Severity == plan.Blocking }},
	{"Warning", func(f plan.Finding) bool { return f.Severity == plan.Warning && !unknown(f) }},
	{"Unknown", func(f plan.Finding) bool { return f.Severity != plan.Blocking && unknown(f) }},
	{"Note", func(f plan.Finding) bool { return f.Severity == plan.Info && f.Code != plan.CodeAllowed && !unknown(f) }},
}

// unknown reports whether the finding is about what is not known.
func unknown(f plan.Finding) bool {
	return slices.Contains([]plan.Code{plan.CodeUndetermined, plan.CodeUnread, plan.CodeNotGiven}, f.Code)
}

// writeFindings writes the findings in sections.
func (p *Plan) writeFindings(b *strings.Builder, short bool) {
	for _, s := range sections {
		var found []plan.Finding
		for _, f := range p.Findings {
			if s.has(f) {
				found = append(found, f)
			}
		}
		var lines []string
		if s.title == "Checked" && short {
			lines = p.checked()
		} else {
			lines = p.lines(together(found), s.title != "Checked" && s.title != "Note")
		}
		for i, line := range lines {
			lead := "         "
			if i == 0 {
				lead = "\n" + fmt.Sprintf("%-9s", s.title)
			}
			b.WriteString(lead + text.Escape(line) + "\n")
		}
	}
}

// mostAllowed is how many transfers of which all checks found access allowed have a line each.
const mostAllowed = 10

// checked returns a line for each transfer: how many of the checks of access found it allowed. Many of which all did have one line together.
func (p *Plan) checked() []string {
	all, allowed, blocked := map[string]int{}, map[string]int{}, map[string]string{}
	for _, f := range p.Findings {
		if f.Severity == plan.Blocking {
			blocked[f.Transfer] = ", but it is blocked"
		}
		switch f.Code {
		case plan.CodeAllowed:
			allowed[f.Transfer]++
			all[f.Transfer]++
		case plan.CodeDenied, plan.CodeLimited, plan.CodeUndetermined, plan.CodeNoOperator, plan.CodeCaller:
			all[f.Transfer]++
		}
	}
	plain := func(name string) bool { return all[name] > 0 && allowed[name] == all[name] && blocked[name] == "" }
	var out []string
	if n := len(slices.DeleteFunc(slices.Clone(p.Transfers), func(name string) bool { return !plain(name) })); n > mostAllowed {
		out = append(out, fmt.Sprintf("%d transfers: all checks of access allowed", n))
		maps.DeleteFunc(all, func(name string, _ int) bool { return plain(name) })
	}
	for _, name := range p.Transfers {
		switch n := all[name]; {
		case n == 0:
		case allowed[name] == n:
			out = append(out, fmt.Sprintf("%s: %d check%s, all allowed%s", name, n, text.Plural(n), blocked[name]))
		default:
			out = append(out, fmt.Sprintf("%s: %d check%s, %d allowed%s", name, n, text.Plural(n), allowed[name], blocked[name]))
		}
	}
	return out
}

// entry is what findings of one text say.
type entry struct {
	transfers []string
	line      string
	remedy    string
}

// lines returns a line for each text, and below the lines with one remedy that remedy, if remedies are wanted.
func (p *Plan) lines(findings []plan.Finding, remedies bool) []string {
	var entries []*entry
	at := map[string]*entry{}
	for _, f := range findings {
		line := f.Detail
		if f.Overridden {
			line += " (overridden)"
		}
		if f.Severity != plan.Info {
			line += " [" + f.Code + "]"
		}
		key := line + "\n" + f.Remedy
		e := at[key]
		if e == nil {
			e = &entry{line: line, remedy: f.Remedy}
			at[key], entries = e, append(entries, e)
		}
		if f.Transfer != "" && !slices.Contains(e.transfers, f.Transfer) {
			e.transfers = append(e.transfers, f.Transfer)
		}
	}
	var out []string
	remaining := entries
	for len(remaining) > 0 {
		remedy := remaining[0].remedy
		var others []*entry
		for _, e := range remaining {
			if remedies && e.remedy != remedy {
				others = append(others, e)
				continue
			}
			out = append(out, p.of(e.transfers)+e.line)
		}
		if remedies && remedy != "" {
			out = append(out, "  → "+remedy)
		}
		remaining = others
	}
	return out
}

// of returns whose the line is, unless the plan has one transfer only.
func (p *Plan) of(transfers []string) string {
	switch {
	case len(p.Transfers) < 2 || len(transfers) == 0:
		return ""
	case len(transfers) == len(p.Transfers) && len(transfers) > few:
		return "all transfers: "
	}
	return text.Few(transfers) + ": "
}

// together returns the findings with those on what was not given in one, because it is the same for every transfer of an account.
func together(findings []plan.Finding) []plan.Finding {
	var out []plan.Finding
	first := -1
	var names []string
	for _, f := range findings {
		if f.Code != plan.CodeNotGiven || len(f.DependsOn) == 0 {
			out = append(out, f)
			continue
		}
		names = append(names, f.DependsOn...)
		if first < 0 {
			first = len(out)
			f.Transfer = ""
			out = append(out, f)
		}
	}
	if first >= 0 {
		out[first].Detail = text.NotGiven(names)
	}
	return out
}
