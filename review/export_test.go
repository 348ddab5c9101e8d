package review

import (
	"bufio"
	"bytes"
	"slices"

	"github.com/xacct/xacct"
)

// Doc is a review before it is written.
type Doc = doc

// Document is the review of the plan.
func Document(p *xacct.Plan) (*Doc, error) { return document(p) }

// Sample is a review that has the text of others wherever a review may have one.
func Sample(s string) *Doc {
	items := []item{{mark: denied, line: say("Names ", s, ", ", s, ".").with(quote(s)), below: []item{{line: quote(s)}, {line: say("", s, " and (", s, "): ", s)}}}, {line: names([]string{s, s, s})}}
	task, bucket := &node{id: "n1", word: "task", name: s}, &node{id: "n2", word: "bucket", name: s}
	grant := &edge{from: task, to: bucket, verb: "may read", state: unknown}
	bucket.in = []*edge{grant}
	return &doc{title: say("Title ", s), picture: &picture{accounts: []*account{{id: "111122223333", left: []*node{task}, right: []*node{bucket}}}, edges: []*edge{grant}},
		blocks: []block{{kind: heading2, line: say("Heading ", s)}, {kind: heading3, line: quote(s)}, {kind: paragraph, line: quote(s).with(bold("ours"), quote(s))}, {kind: drawing},
			{kind: bullets, items: items}, {kind: steps, items: items}, {kind: fence, language: "json", text: s}, {kind: paragraph, line: say("The end.")}}}
}

// Written is the review as Markdown and as HTML.
func Written(d *Doc) (markdown, html []byte) {
	var m, h bytes.Buffer
	for _, out := range []struct {
		to    *bytes.Buffer
		write func(*bufio.Writer)
	}{{&m, d.markdown}, {&h, d.html}} {
		b := bufio.NewWriter(out.to)
		out.write(b)
		b.Flush()
	}
	return m.Bytes(), h.Bytes()
}

// Text is all text of the review but that of its picture.
func Text(d *Doc) string { return d.plain() }

// Drawn are the texts that the picture must have: the names of what is in it, and the words of each arrow.
func Drawn(d *Doc) []string {
	var drawn []string
	if d.picture != nil {
		for _, a := range d.picture.accounts {
			drawn = append(drawn, a.id)
			for _, n := range append(append([]*node(nil), a.left...), a.right...) {
				drawn = append(drawn, n.word+" "+shown(n.name))
			}
		}
		for _, e := range d.picture.edges {
			drawn = append(drawn, e.label())
		}
		drawn = append(drawn, d.picture.more...)
	}
	return drawn
}

// Words are our own words in the review, without what others wrote.
func Words(d *Doc) string {
	ours := func(l line) line {
		return slices.DeleteFunc(slices.Clone(l), func(s span) bool { return s.kind == name || s.kind == foreign })
	}
	var list func(items []item) []item
	list = func(items []item) []item {
		var out []item
		for _, it := range items {
			out = append(out, item{mark: it.mark, line: ours(it.line), below: list(it.below)})
		}
		return out
	}
	own := &doc{title: ours(d.title)}
	for _, b := range d.blocks {
		own.blocks = append(own.blocks, block{kind: b.kind, line: ours(b.line), items: list(b.items)})
	}
	return own.plain()
}

// Label is how a text stands in Mermaid.
func Label(s string) string { return label(s) }
