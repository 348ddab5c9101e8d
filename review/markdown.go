package review

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// markdown writes the document as Markdown. What others wrote stands only in code spans and fences that it cannot end.
// https://spec.commonmark.org/0.31.2/#code-spans, https://spec.commonmark.org/0.31.2/#fenced-code-blocks
func (d *doc) markdown(b *bufio.Writer) {
	fmt.Fprintf(b, "# %s\n", d.title.markdown())
	for _, bl := range d.blocks {
		b.WriteByte('\n')
		switch bl.kind {
		case heading2:
			fmt.Fprintf(b, "## %s\n", bl.line.markdown())
		case heading3:
			fmt.Fprintf(b, "### %s\n", bl.line.markdown())
		case paragraph:
			b.WriteString(bl.line.markdown() + "\n")
		case bullets, steps:
			markdownList(b, bl.items, bl.kind == steps, "")
		case fence:
			markdownFence(b, bl.language, text.JSON(bl.text))
		case drawing:
			markdownFence(b, "mermaid", d.picture.mermaid())
		}
	}
}

// markdownList writes the items, and those below them further in.
func markdownList(b *bufio.Writer, items []item, ordered bool, indent string) {
	for i, it := range items {
		bullet := "- "
		if ordered {
			bullet = fmt.Sprintf("%d. ", i+1)
		}
		label := ""
		if l := it.mark.label(); l != "" {
			label = "**" + strings.TrimSpace(l) + "** "
		}
		b.WriteString(indent + bullet + label + it.line.markdown() + "\n")
		markdownList(b, it.below, false, indent+strings.Repeat(" ", len(bullet)))
	}
}

// markdownFence writes the text between fences that are longer than any run of backticks in it.
func markdownFence(b *bufio.Writer, language, text string) {
	ticks := strings.Repeat("`", max(3, longestRun(text)+1))
	b.WriteString(ticks + language + "\n" + strings.TrimSuffix(text, "\n") + "\n" + ticks + "\n")
}

func (l line) markdown() string {
	var b strings.Builder
	for _, s := range l {
		switch s.kind {
		case words:
			b.WriteString(s.text)
		case strong:
			b.WriteString("**" + s.text + "**")
		case name, foreign:
			if !strings.HasSuffix(b.String(), " ") && !strings.HasSuffix(b.String(), "(") && b.Len() > 0 {
				b.WriteByte(' ') // backticks of two spans would be one run, and a word before an @ an address
			}
			b.WriteString(codeSpan(shown(s.text)))
		}
	}
	return b.String()
}

// codeSpan is the text, which has one line, as a code span. One space inside each end is not part of the text.
func codeSpan(s string) string {
	ticks := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// longestRun is the length of the longest run of backticks in the text.
func longestRun(s string) int {
	longest, n := 0, 0
	for _, r := range s {
		if r != '`' {
			n = 0
			continue
		}
		n++
		longest = max(longest, n)
	}
	return longest
}
