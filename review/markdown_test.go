package review_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/xacct/xacct/review"
)

// parser reads Markdown with all that GitHub adds to it, and more.
var parser = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList)).Parser()

// seen is what a reader of Markdown sees.
type seen struct {
	words  strings.Builder // outside of code
	all    strings.Builder // but for the picture
	kinds  map[string]int
	strays []string // what a review must not have
}

// reads parses the Markdown.
func reads(t *testing.T, source []byte) *seen {
	t.Helper()
	s := &seen{kinds: map[string]int{}}
	err := ast.Walk(parser.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		s.kinds[n.Kind().String()]++
		switch n := n.(type) {
		case *ast.Text:
			s.words.Write(n.Segment.Value(source))
			s.all.Write(n.Segment.Value(source))
		case *ast.CodeSpan:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				s.all.Write(c.(*ast.Text).Segment.Value(source))
			}
			return ast.WalkSkipChildren, nil
		case *ast.FencedCodeBlock:
			if string(n.Language(source)) != "mermaid" {
				s.all.Write(n.Lines().Value(source))
			}
		case *ast.Emphasis:
			if n.Level != 2 {
				s.strays = append(s.strays, "emphasis")
			}
		case *ast.Document, *ast.Heading, *ast.Paragraph, *ast.TextBlock, *ast.List, *ast.ListItem:
		default:
			s.strays = append(s.strays, n.Kind().String())
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// checkMarkdown checks that the Markdown shows our words as text, and what others wrote as code, all of it and nothing else.
func checkMarkdown(t *testing.T, d *review.Doc) *seen {
	t.Helper()
	source, _ := review.Written(d)
	s := reads(t, source)
	if len(s.strays) > 0 {
		t.Errorf("Markdown of others: %q", s.strays)
	}
	if want, got := bare(review.Text(d)), bare(s.all.String()); want != got {
		t.Errorf("text (-want +got):\n%s", cmp.Diff(want, got))
	}
	if want, got := bare(review.Words(d)), bare(s.words.String()); want != got {
		t.Errorf("text outside of code (-want +got):\n%s", cmp.Diff(want, got))
	}
	return s
}

// every are the reviews of plans of each kind, of many transfers, and with texts of others wherever words do not follow from the transfers.
func every(t *testing.T) map[string]*review.Doc {
	t.Helper()
	plans := situations(t)
	plans["hostile"], plans["fleet"], plans["companies"] = hostile(t), fleet(t, 12), companies(t)
	up, down := base(t)
	for i, s := range evil {
		plans[fmt.Sprint("up ", i)], plans[fmt.Sprint("down ", i)] = told(t, up, s), told(t, down, s)
	}
	out := map[string]*review.Doc{}
	for name, p := range plans {
		d, err := review.Document(p)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = d
	}
	return out
}

func TestMarkdownOfEveryPlan(t *testing.T) {
	for name, d := range every(t) {
		t.Run(name, func(t *testing.T) {
			if s := checkMarkdown(t, d); s.kinds["CodeSpan"] == 0 || s.kinds["FencedCodeBlock"] == 0 {
				t.Errorf("nothing was looked at: %v", s.kinds)
			}
		})
	}
}

// What the check looks for is noticed.
func TestMarkdownNotices(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"a link", "[a](b)"}, {"an address", "https://evil.example"}, {"an image", "![a](b)"}, {"HTML", "a <b>c</b>"}, {"a block of HTML", "<div>\n</div>"},
		{"a table", "| a |\n|---|\n| b |"}, {"a mail address", "a@evil.example"}, {"a box to tick", "- [x] a"}, {"emphasis", "*a*"}, {"struck out", "~~a~~"},
		{"a quote", "> a"}, {"a rule", "---"}, {"indented code", "    a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if s := reads(t, []byte(tt.text)); len(s.strays) == 0 {
				t.Errorf("nothing was noticed: %v", s.kinds)
			}
		})
	}
}

// Whatever others write, Markdown shows it as it is, and as code.
func FuzzMarkdown(f *testing.F) {
	for _, s := range evil {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkMarkdown(t, review.Sample(s)) })
}
