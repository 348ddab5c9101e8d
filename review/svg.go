package review

import (
	"bufio"
	"fmt"
	"html"
	"strings"
)

// The measures of the picture. It is as narrow as a phone, so that its text needs no magnifying glass there. A character is never wider than charWidth.
const (
	width      = 340
	leftEdge   = 10
	leftWidth  = 132
	rightEdge  = 182
	rightWidth = 148
	indent     = 10
	lineHeight = 13
	padding    = 5
	gap        = 8
	leftChars  = 18
	rightChars = 21
	mostLines  = 6 // of a name
)

// rect is where a node stands.
type rect struct{ x, y, w, h int }

// placed is the picture with places for everything. Nothing overlaps: nodes stand in two columns, and arrows run between these. Each arrow ends at a line of
// its own in the node that it points to, which holds its words.
type placed struct {
	*picture
	at     map[*node]rect
	lines  map[*node][]string
	boxes  []rect // of the accounts
	height int
}

func (p *picture) place() *placed {
	out := &placed{picture: p, at: map[*node]rect{}, lines: map[*node][]string{}}
	y := gap
	for _, a := range p.accounts {
		top := y
		left := y + padding + 2*lineHeight + gap
		if a.ownsTask {
			left += lineHeight
		}
		for _, n := range a.left {
			x, w, chars := leftEdge, leftWidth, leftChars
			if n.under != nil {
				x, w, chars = x+indent, w-indent, chars-2
			}
			left = out.put(n, x, left, w, chars)
		}
		right := y + gap
		for _, n := range a.right {
			right = out.put(n, rightEdge, right, rightWidth, rightChars)
		}
		y = max(left, right)
		out.boxes = append(out.boxes, rect{2, top, width - 4, y - top})
		y += gap
	}
	out.height = y + lineHeight*len(p.more) + gap
	return out
}

// put places a node, and returns where the next one may begin.
func (p *placed) put(n *node, x, y, w, chars int) int {
	lines := wrapped(shown(n.name), chars)
	for _, role := range n.also {
		lines = append(lines, wrapped("as "+shown(role), chars)...)
	}
	p.lines[n] = lines
	h := 2*padding + lineHeight*(1+len(lines)+len(n.in))
	p.at[n] = rect{x, y, w, h}
	return y + h + gap
}

// wrapped is the text in lines of so many characters, of which there are not too many. A line ends behind a hyphen or point, if it is half full by then.
func wrapped(s string, chars int) []string {
	r := []rune(s)
	var out []string
	for len(r) > chars && len(out) < mostLines-1 {
		n := chars
		for i := chars; i > chars/2; i-- {
			if strings.ContainsRune("-._", r[i-1]) {
				n = i
				break
			}
		}
		out, r = append(out, string(r[:n])), r[n:]
	}
	if len(r) > chars {
		r = append(r[:chars-1:chars-1], '…')
	}
	return append(out, string(r))
}

// svg writes the picture. Its colours are classes of the page's style.
func (p *picture) svg(b *bufio.Writer) {
	out := p.place()
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %d %d">`+"\n<title>Who may do what: accounts, tasks, roles, buckets and keys</title>\n", width, out.height)
	for i, a := range p.accounts {
		box := out.boxes[i]
		fmt.Fprintf(b, `<rect class="account" x="%d" y="%d" width="%d" height="%d" rx="6"/>`+"\n", box.x, box.y, box.w, box.h)
		svgText(b, leftEdge, box.y+padding+lineHeight, "quiet", "account")
		svgText(b, leftEdge, box.y+padding+2*lineHeight, "", a.id)
		if a.ownsTask {
			svgText(b, leftEdge, box.y+padding+3*lineHeight, "quiet", "(task account)")
		}
	}
	for _, u := range p.uses {
		if task, role := out.at[u[0]], out.at[u[1]]; u[1].under == u[0] {
			fmt.Fprintf(b, `<path class="edge" d="M%d %d V%d H%d"/>`+"\n", task.x+indent/2, task.y+task.h, role.y+padding+lineHeight/2, role.x)
		}
	}
	for _, a := range p.accounts {
		for _, n := range append(append([]*node(nil), a.left...), a.right...) {
			out.node(b, n)
		}
	}
	for _, e := range p.edges {
		out.edge(b, e)
	}
	for i, m := range p.more {
		svgText(b, leftEdge, out.height-gap-lineHeight*(len(p.more)-1-i), "quiet", m)
	}
	b.WriteString("</svg>\n")
}

func (p *placed) node(b *bufio.Writer, n *node) {
	at := p.at[n]
	fmt.Fprintf(b, `<g><title>%s</title><rect class="node" x="%d" y="%d" width="%d" height="%d" rx="4"/>`+"\n", html.EscapeString(n.word+" "+shown(n.name)), at.x, at.y, at.w, at.h)
	y := at.y + padding + lineHeight - 3
	svgText(b, at.x+padding, y, "quiet", n.word)
	for _, l := range p.lines[n] {
		y += lineHeight
		svgText(b, at.x+padding, y, "", l)
	}
	for _, e := range n.in {
		y += lineHeight
		svgText(b, at.x+padding+4, y, stateClasses[e.state], e.label())
	}
	b.WriteString("</g>\n")
}

func (p *placed) edge(b *bufio.Writer, e *edge) {
	from, to := p.at[e.from], p.at[e.to]
	i := 0
	for e.to.in[i] != e {
		i++
	}
	x1, y1 := from.x+from.w, from.y+from.h/2
	x2, y2 := to.x, to.y+padding+lineHeight*(1+len(p.lines[e.to])+i)+lineHeight/2
	middle := (x1 + x2) / 2
	class := stateClasses[e.state]
	fmt.Fprintf(b, `<g><title>%s</title><path class="edge %s" d="M%d %d C%d %d %d %d %d %d"/><path class="edge %s" d="M%d %d L%d %d L%d %d"/></g>`+"\n",
		html.EscapeString(e.from.word+" "+shown(e.from.name)+" "+e.label()), class, x1, y1, middle, y1, middle, y2, x2, y2, class, x2-5, y2-3, x2, y2, x2-5, y2+3)
}

func svgText(b *bufio.Writer, x, y int, class, s string) {
	if class != "" {
		class = fmt.Sprintf(` class="%s"`, class)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d"%s>%s</text>`+"\n", x, y, class, html.EscapeString(s))
}
