package review_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/review"
)

// What is looked at in a page. The text is that which a reader sees, without the picture.
const (
	textOf    = `(() => { const f = document.querySelector("figure"); if (f) f.hidden = true; const s = document.querySelector("main").innerText; if (f) f.hidden = false; return s })()`
	pictureOf = `[...document.querySelectorAll("svg text, svg title")].map(e => e.textContent).join("\n")`

	// Of everything that reaches beyond the window, the element and its right edge.
	overflowing = `[...document.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 0.5 ||
		e.scrollWidth > e.clientWidth + 1 && !["inline", "block"].includes(getComputedStyle(e).display) && e.tagName != "svg").map(e => e.tagName + " " + e.className)
		.concat(document.documentElement.scrollWidth > innerWidth ? ["the page"] : [])`

	// Of texts, each of two overlapping ones in the picture.
	overlapping = `(() => { const t = [...document.querySelectorAll("svg text, svg .node")].map(e => [e, e.getBoundingClientRect()]), out = [];
		for (const [a, r] of t) for (const [b, s] of t) if (a !== b && a.parentNode !== b.parentNode && a.tagName == "rect" &&
			r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 1 && s.top < r.bottom - 1) out.push(b.textContent || b.tagName);
		for (const r of document.querySelectorAll("svg .node")) for (const x of r.parentNode.querySelectorAll("text")) {
			const a = r.getBoundingClientRect(), b = x.getBoundingClientRect(); if (b.right > a.right || b.left < a.left || b.bottom > a.bottom + 2) out.push("out of its box: " + x.textContent) }
		return out })()`

	// Of texts whose colour is too near that behind them, which text. WCAG asks for 4.5.
	faint = `(() => { const rgb = c => c.match(/[\d.]+/g).map(Number), lum = c => { const [r, g, b] = rgb(c).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
			return 0.2126 * r + 0.7152 * g + 0.0722 * b };
		const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$/.test(c)) return c } return getComputedStyle(document.body).backgroundColor };
		return [...document.querySelectorAll("main *:not(title)")].filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())).filter(e => { const s = getComputedStyle(e);
			const a = lum(e.closest("svg") ? s.fill : s.color), b = lum(behind(e)); return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5 }).map(e => e.textContent) })()`
)

// TestChromium opens pages of plans of each kind, of a fleet and of a plan whose texts are hostile.
func TestChromium(t *testing.T) {
	b := open(t)
	plans := situations(t)
	plans["hostile"], plans["fleet"], plans["companies"] = hostile(t), fleet(t, 12), companies(t)
	pages, characters := 0, 0
	for _, name := range slices.Sorted(maps.Keys(plans)) {
		p := plans[name]
		d, err := review.Document(p)
		if err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := review.HTML(&page, p); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name+".html")
		if err := os.WriteFile(path, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{360, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				b.show(path, width, scheme)
				var got, picture string
				b.eval(textOf, &got)
				if diff := cmp.Diff(bare(review.Text(d)), bare(got)); diff != "" {
					t.Errorf("%s at %d: text (-want +got):\n%s", name, width, diff)
				}
				b.eval(pictureOf, &picture)
				for _, s := range review.Drawn(d) {
					if !strings.Contains(bare(picture), bare(s)) {
						t.Errorf("%s: the picture lacks %q", name, s)
					}
				}
				for what, expression := range map[string]string{"reaches out of the window": overflowing, "overlaps in the picture": overlapping, "is faint": faint} {
					var found []string
					if b.eval(expression, &found); len(found) > 0 {
						t.Errorf("%s at %d, %s: %s: %q", name, width, scheme, what, found)
					}
				}
				if len(b.errors) > 0 {
					t.Errorf("%s at %d: the console got %q", name, width, b.errors)
				}
				pages++
				characters += len([]rune(bare(got)))
			}
		}
	}
	if pages == 0 || characters == 0 {
		t.Error("nothing was looked at")
	}
	t.Logf("review: %d plans, %d views, %d characters in equal those out", len(plans), pages, characters)
}

// TestChromiumNotices opens a page in which everything is wrong that the other test looks for.
func TestChromiumNotices(t *testing.T) {
	b := open(t)
	path := filepath.Join(t.TempDir(), "bad.html")
	bad := `<!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/></head>
<body style="color:#999;background:#aaa"><main><p style="width:2000px">faint</p><script>document.body.textContent = "gone"</script>
<figure><svg viewBox="0 0 9 9"><g><rect class="node" x="0" y="0" width="9" height="9"/></g><g><rect class="node" x="1" y="1" width="9" height="9"/></g></svg></figure></main></body></html>`
	if err := os.WriteFile(path, []byte(bad), 0o644); err != nil {
		t.Fatal(err)
	}
	b.show(path, 360, "light")
	for what, expression := range map[string]string{"overflow": overflowing, "overlap": overlapping, "faint text": faint} {
		var found []string
		if b.eval(expression, &found); len(found) == 0 {
			t.Errorf("%s was not noticed", what)
		}
	}
	var text string
	if b.eval(textOf, &text); bare(text) != "faint" {
		t.Errorf("the script ran, or the text was not read: %q", text)
	}
	if len(b.errors) == 0 {
		t.Error("the console's errors were not noticed")
	}
}

// bare is the text without white space.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
