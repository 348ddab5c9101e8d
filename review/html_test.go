package review_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/review"
)

// The elements and attributes of a page. None of them runs, loads or links to anything.
var (
	elements   = strings.Fields("html head meta title style body main h1 h2 h3 p ul ol li q code pre strong span figure svg rect text path g")
	attributes = strings.Fields("lang charset http-equiv content name class xmlns role viewBox x y width height rx d")
)

// checkHTML checks that the page has only what pages have, and shows all text and nothing else.
func checkHTML(t *testing.T, d *review.Doc) {
	t.Helper()
	_, source := review.Written(d)
	shown, strays := page(t, source)
	if len(strays) > 0 {
		t.Errorf("HTML of others: %q", strays)
	}
	if want, got := bare(review.Text(d)), bare(shown["main"]); want != got {
		t.Errorf("text (-want +got):\n%s", cmp.Diff(want, got))
	}
	for _, s := range review.Drawn(d) {
		if !strings.Contains(bare(shown["svg"]), bare(s)) {
			t.Errorf("the picture lacks %q", s)
		}
	}
}

// page reads a page: its text, in the picture and elsewhere, and what a page must not have.
func page(t *testing.T, source []byte) (shown map[string]string, strays []string) {
	t.Helper()
	shown = map[string]string{}
	var open []string
	d := xml.NewDecoder(bytes.NewReader(source))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return shown, strays
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
			if !slices.Contains(elements, token.Name.Local) {
				strays = append(strays, token.Name.Local)
			}
			for _, a := range token.Attr {
				if !slices.Contains(attributes, a.Name.Local) {
					strays = append(strays, fmt.Sprintf("%s of %s", a.Name.Local, token.Name.Local))
				}
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, place := range []string{"svg", "main"} {
				if slices.Contains(open, place) {
					shown[place] += string(token)
					break
				}
			}
		case xml.Comment, xml.ProcInst:
			strays = append(strays, fmt.Sprintf("%T", token))
		}
	}
}

func TestHTMLOfEveryPlan(t *testing.T) {
	for name, d := range every(t) {
		t.Run(name, func(t *testing.T) { checkHTML(t, d) })
	}
}

func TestHTMLNotices(t *testing.T) {
	for _, text := range []string{"<main><script>x</script></main>", `<p onclick="x">a</p>`, "<main><!-- x --></main>", `<a href="x">a</a>`, `<p style="x">a</p>`} {
		if _, strays := page(t, []byte(text)); len(strays) == 0 {
			t.Errorf("%s: nothing was noticed", text)
		}
	}
}

// Whatever others write, a page shows it as it is, and as text.
func FuzzHTML(f *testing.F) {
	for _, s := range evil {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkHTML(t, review.Sample(s)) })
}
