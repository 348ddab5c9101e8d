package inert

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// Code is a text as a code span of Markdown, in which nothing is read as anything else. https://spec.commonmark.org/0.31.2/#code-spans
func Code(s string) string {
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

// Codes are the texts as code spans, with commas.
func Codes(texts []string) string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = Code(s)
	}
	return strings.Join(out, ", ")
}

// Prose is a text within a line of Markdown, in which nothing is read as anything else: no markup, no HTML, no link, no mention, no formula.
// https://spec.commonmark.org/0.31.2/#backslash-escapes, https://github.github.com/gfm/#autolinks-extension-
func Prose(s string) string {
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

// Page is a page of Markdown while it is written.
type Page struct{ strings.Builder }

// Para writes a paragraph.
func (p *Page) Para(words ...string) { p.WriteString(strings.Join(words, " ") + "\n\n") }

// Head writes a heading of the level.
func (p *Page) Head(level int, words string) { p.Para(strings.Repeat("#", level), words) }

// List writes a list, numbered or not.
func (p *Page) List(numbered bool, lines []string) {
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

// Commands writes commands, each a line of ours.
func (p *Page) Commands(lines ...string) {
	p.WriteString("```sh\n" + strings.Join(lines, "\n") + "\n```\n\n")
}
