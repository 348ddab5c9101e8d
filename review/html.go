package review

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// html writes the document as a page. It is XML too, so that there is one way to read it: every element is closed, and every text is escaped.
func (d *doc) html(b *bufio.Writer) {
	sum := sha256.Sum256([]byte(style))
	fmt.Fprintf(b, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
<title>%s</title>
<style>%s</style>
</head>
<body>
<main>
<h1>%s</h1>
`, base64.StdEncoding.EncodeToString(sum[:]), html.EscapeString(d.title.plain()), style, d.title.html())
	for _, bl := range d.blocks {
		switch bl.kind {
		case heading2:
			fmt.Fprintf(b, "<h2>%s</h2>\n", bl.line.html())
		case heading3:
			fmt.Fprintf(b, "<h3>%s</h3>\n", bl.line.html())
		case paragraph:
			fmt.Fprintf(b, "<p>%s</p>\n", bl.line.html())
		case bullets:
			htmlList(b, "ul", bl.items)
		case steps:
			htmlList(b, "ol", bl.items)
		case fence:
			fmt.Fprintf(b, "<pre><code>%s</code></pre>\n", html.EscapeString(text.JSON(bl.text)))
		case drawing:
			b.WriteString("<figure>\n")
			d.picture.svg(b)
			b.WriteString("</figure>\n")
		}
	}
	b.WriteString("</main>\n</body>\n</html>\n")
}

func htmlList(b *bufio.Writer, element string, items []item) {
	fmt.Fprintf(b, "<%s>\n", element)
	for _, it := range items {
		b.WriteString("<li>")
		if l := it.mark.label(); l != "" {
			fmt.Fprintf(b, `<span class="mark %s">%s</span> `, it.mark.class(), html.EscapeString(strings.TrimSpace(l)))
		}
		b.WriteString(it.line.html())
		if len(it.below) > 0 {
			b.WriteByte('\n')
			htmlList(b, "ul", it.below)
		}
		b.WriteString("</li>\n")
	}
	fmt.Fprintf(b, "</%s>\n", element)
}

func (l line) html() string {
	var b strings.Builder
	for _, s := range l {
		switch s.kind {
		case words:
			b.WriteString(html.EscapeString(s.text))
		case strong:
			b.WriteString("<strong>" + html.EscapeString(s.text) + "</strong>")
		case name:
			b.WriteString("<code>" + html.EscapeString(shown(s.text)) + "</code>")
		case foreign:
			b.WriteString("<q>" + html.EscapeString(shown(s.text)) + "</q>")
		}
	}
	return b.String()
}

// plain is the text of the line.
func (l line) plain() string {
	var b strings.Builder
	for _, s := range l {
		if s.kind == name || s.kind == foreign {
			b.WriteString(shown(s.text))
		} else {
			b.WriteString(s.text)
		}
	}
	return b.String()
}

// style is the whole look of the page.
const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #f3f5f8; --line: #c4cbd4; --quiet: #57606a;
  --yes: #116329; --no: #a40e26; --ask: #7a4d00; --note: #0a4f9e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #1b222c; --line: #46505c; --quiet: #9da7b3;
  --yes: #56d364; --no: #ff8182; --ask: #e3b341; --note: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .5rem 0; }
ul, ol { margin: .5rem 0; padding-left: 1.25rem; }
li { margin: .25rem 0; }
q { quotes: none; }
code { font: .85em/1.4 ui-monospace, monospace; background: var(--soft); padding: .1em .3em; border-radius: .25em; }
pre { overflow-x: auto; background: var(--soft); padding: .75rem; border-radius: .25rem; }
pre code { padding: 0; background: none; white-space: pre-wrap; }
.mark { display: inline-block; font-size: .8rem; font-weight: 600; padding: 0 .4em; border: 1px solid currentColor; border-radius: .25em; }
.yes { color: var(--yes); } .no { color: var(--no); } .ask { color: var(--ask); } .note { color: var(--note); } .ends { color: var(--quiet); }
figure { margin: .5rem 0; }
svg { display: block; width: 100%; max-width: 34rem; height: auto; font: 10px ui-monospace, monospace; }
svg text { fill: var(--ink); }
svg .quiet { fill: var(--quiet); }
svg .account { fill: none; stroke: var(--line); }
svg .node { fill: var(--soft); stroke: var(--line); }
svg .edge { fill: none; stroke: var(--quiet); stroke-width: 1.2; }
svg .edge.yes { stroke: var(--yes); } svg .edge.no { stroke: var(--no); stroke-dasharray: 2 2; } svg .edge.ask { stroke: var(--ask); stroke-dasharray: 5 3; }
svg .edge.ends { stroke: var(--quiet); stroke-dasharray: 1 3; }
svg text.yes { fill: var(--yes); } svg text.no { fill: var(--no); } svg text.ask { fill: var(--ask); } svg text.ends { fill: var(--quiet); }
@media print { :root { --ink: #000000; --paper: #ffffff; --soft: #f3f5f8; --line: #888888; --quiet: #444444; --yes: #0b4d1e; --no: #8a0a1f; --ask: #5c3a00; --note: #083c78; }
  main { max-width: none; padding: 0; } h2, h3 { break-after: avoid; } figure, li { break-inside: avoid; } a { color: inherit; } }
`
