package review

import (
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// doc is a review before it is written as Markdown or HTML. Both are made from it, so that they say the same. What others wrote is kept apart from our
// own words by its type, so that neither can show the one as the other.
type doc struct {
	title   line
	blocks  []block
	picture *picture // nil is none
}

// block is a paragraph, list, heading, fence or the place of the picture.
type block struct {
	kind     kind
	line     line   // of a heading or paragraph
	items    []item // of a list
	language string // of a fence
	text     string // of a fence; may be text of others
}

type kind int

const (
	paragraph kind = iota
	heading2
	heading3
	bullets // a list
	steps   // a list in order
	fence
	drawing
)

// item is an entry of a list, with a list below it.
type item struct {
	mark  mark
	line  line
	below []item
}

// line is running text.
type line []span

// span is a piece of running text. Only words are ours.
type span struct {
	kind spanKind
	text string
}

type spanKind int

const (
	words   spanKind = iota // ours: a constant, a number
	strong                  // ours, emphasised
	name                    // of others, short: the name of a resource, an action
	foreign                 // of others, a sentence that may quote anything
)

// say is a line of our own words alone, or of words and names by turns, beginning with words.
func say(parts ...string) line {
	var out line
	for i, p := range parts {
		switch {
		case p == "":
		case i%2 == 0:
			out = append(out, span{words, p})
		default:
			out = append(out, span{name, p})
		}
	}
	return out
}

// quote is a line of a sentence that others may have written.
func quote(sentence string) line { return line{{foreign, sentence}} }

// bold is a line of our own words, emphasised.
func bold(s string) line { return line{{strong, s}} }

// with appends lines to the line.
func (l line) with(more ...line) line {
	out := append(line(nil), l...)
	for _, m := range more {
		out = append(out, m...)
	}
	return out
}

// names is the list of names in words: a, b and c. No names are "nothing".
func names(list []string) line {
	if len(list) == 0 {
		return say("nothing")
	}
	var out line
	for i, n := range list {
		switch {
		case i == 0:
		case i == len(list)-1:
			out = append(out, span{words, " and "})
		default:
			out = append(out, span{words, ", "})
		}
		out = append(out, span{name, n})
	}
	return out
}

// shown is text of others as a reader may see it: on one line, and with every character escaped that is not printed as itself. Text that would not be
// seen is in quotes.
func shown(s string) string {
	if strings.TrimSpace(s) == "" {
		return `"` + text.Escape(s) + `"`
	}
	return text.Escape(s)
}

// plain is all text of the document without its picture, in the order in which it is shown.
func (d *doc) plain() string {
	var b strings.Builder
	write := func(l line) {
		for _, s := range l {
			if s.kind == name || s.kind == foreign {
				b.WriteString(shown(s.text))
			} else {
				b.WriteString(s.text)
			}
		}
		b.WriteByte('\n')
	}
	var list func(items []item)
	list = func(items []item) {
		for _, it := range items {
			b.WriteString(it.mark.label())
			write(it.line)
			list(it.below)
		}
	}
	write(d.title)
	for _, bl := range d.blocks {
		write(bl.line)
		list(bl.items)
		b.WriteString(text.JSON(bl.text))
	}
	return b.String()
}
