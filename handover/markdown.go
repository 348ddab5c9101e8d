package handover

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// code is a text as a code span of Markdown, in which nothing is read as anything else. https://spec.commonmark.org/0.31.2/#code-spans
func code(s string) string {
	if s = text.Printable(s); s == "" {
		return "` `"
	}
	fence, longest := "`", 0
	run := 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	if longest > 0 {
		fence, s = strings.Repeat("`", longest+1), " "+s+" "
	}
	return fence + s + fence
}

// codes are the texts as code spans, with commas.
func codes(texts []string) string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = code(s)
	}
	return strings.Join(out, ", ")
}

// prose is a text within a line of Markdown, in which nothing is read as anything else: no markup, no HTML, no link, no mention, no formula.
// https://spec.commonmark.org/0.31.2/#backslash-escapes, https://github.github.com/gfm/#autolinks-extension-
func prose(s string) string {
	var b strings.Builder
	s = text.Printable(s)
	for i, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>#|~!&$@", r) || r == '.' && strings.HasSuffix(strings.ToLower(s[:i]), "www") || r == ':' && strings.HasPrefix(s[i:], "://") {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// page is a page of Markdown while it is written.
type page struct{ strings.Builder }

// para writes a paragraph.
func (p *page) para(words ...string) { p.WriteString(strings.Join(words, " ") + "\n\n") }

// head writes a heading of the level.
func (p *page) head(level int, words string) { p.para(strings.Repeat("#", level), words) }

// list writes a list, numbered or not.
func (p *page) list(numbered bool, lines []string) {
	for i, line := range lines {
		mark := "- "
		if numbered {
			mark = fmt.Sprintf("%d. ", i+1)
		}
		p.WriteString(mark + line + "\n")
	}
	if len(lines) > 0 {
		p.WriteString("\n")
	}
}

// shell writes commands, each a line of ours.
func (p *page) shell(lines ...string) {
	p.WriteString("```sh\n" + strings.Join(lines, "\n") + "\n```\n\n")
}
