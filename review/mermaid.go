package review

import (
	"fmt"
	"strings"
)

// arrows are the forms of arrows: denied and ending ones end in a cross, those of which something is unknown are dotted.
var arrows = map[mark]string{allowed: "-->", limited: "-.->", denied: "--x", unknown: "-.->", removed: "-.-x", notes: "-->", none: "-.->"}

// mermaid is the picture as a Mermaid flowchart. Every label is in quotes, with all but letters, digits and a few signs as entities.
// https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
func (p *picture) mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, a := range p.accounts {
		title := "account " + a.id
		if a.ownsTask {
			title += " (task account)"
		}
		fmt.Fprintf(&b, "  subgraph a%d[%s]\n", i+1, label(title))
		for _, n := range append(append([]*node(nil), a.left...), a.right...) {
			form := map[string]string{"task": "[%s]", "bucket": "[(%s)]", "key": "{{%s}}"}[n.word]
			if form == "" {
				form = "([%s])"
			}
			fmt.Fprintf(&b, "    %s"+form+"\n", n.id, label(n.word+" "+shown(n.name)))
		}
		b.WriteString("  end\n")
	}
	for _, u := range p.uses {
		fmt.Fprintf(&b, "  %s ---|%s| %s\n", u[0].id, label("runs as"), u[1].id)
	}
	for _, e := range p.edges {
		fmt.Fprintf(&b, "  %s %s|%s| %s\n", e.from.id, arrows[e.state], label(e.label()), e.to.id)
	}
	for i, m := range p.more {
		fmt.Fprintf(&b, "  more%d[%s]\n", i+1, label(m))
	}
	return b.String()
}

// label is a text in quotes, in which Mermaid finds nothing but text.
func label(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(" -.:/(),", r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
