package review_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/xacct/xacct/review"
)

// The lines of a picture in Mermaid. Whatever stands in a label is neither syntax nor HTML.
const quoted = `"[A-Za-z0-9 .:/(),#;-]*"`

var mermaidLine = regexp.MustCompile(`^(flowchart LR|  subgraph a\d+\[` + quoted + `\]|  end|    n\d+(\[` + quoted + `\]|\(\[` + quoted + `\]\)|\[\(` + quoted + `\)\]|\{\{` + quoted + `\}\})|` +
	`  n\d+ (---|-->|-\.->|--x|-\.-x)\|` + quoted + `\| n\d+|  more\d+\[` + quoted + `\])$`)

// entity is a character by its number: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
var entity = regexp.MustCompile(`#(\d+);`)

func TestMermaidOfEveryPlan(t *testing.T) {
	plans := situations(t)
	plans["hostile"], plans["fleet"], plans["companies"] = hostile(t), fleet(t, 12), companies(t)
	for name, p := range plans {
		t.Run(name, func(t *testing.T) {
			lines := strings.Split(strings.TrimSuffix(review.Mermaid(p), "\n"), "\n")
			if len(lines) < 8 {
				t.Errorf("%d lines", len(lines))
			}
			for _, line := range lines {
				if !mermaidLine.MatchString(line) {
					t.Errorf("a line of another form: %s", line)
				}
			}
		})
	}
}

// Whatever others write, a label in Mermaid has no sign that Mermaid knows, and shows what was written.
func FuzzMermaidLabel(f *testing.F) {
	for _, s := range evil {
		f.Add(s)
	}
	whole := regexp.MustCompile(`^` + quoted + `$`)
	f.Fuzz(func(t *testing.T, s string) {
		label := review.Label(s)
		if !whole.MatchString(label) || strings.Contains(entity.ReplaceAllString(label, ""), "#") {
			t.Fatalf("%q has a sign of Mermaid: %s", s, label)
		}
		got := entity.ReplaceAllStringFunc(strings.Trim(label, `"`), func(e string) string {
			n, err := strconv.Atoi(strings.Trim(e, "#;"))
			if err != nil {
				t.Fatal(err)
			}
			return string(rune(n))
		})
		if want := strings.ToValidUTF8(s, "\uFFFD"); got != want && got != strings.Map(func(r rune) rune { return r }, s) {
			t.Errorf("%q is shown as %q", want, got)
		}
	})
}
