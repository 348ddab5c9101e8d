package handover_test

import (
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// README.md of a plan whose texts are hostile has no markup but ours, read as GitHub reads it.
func TestReadmeShowsForeignTextInert(t *testing.T) {
	t.Parallel()
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	hostileTo(&tr, hostile)
	p := planOf(t, cloud, accountA, tr)
	for i := range p.Findings {
		p.Findings[i].Detail, p.Findings[i].Remedy = hostile+" ![i](x) <b> www.x.org https://x.org\n# h\n- l", "~~"+hostile+"~~ | a | b |"
	}
	for _, account := range []string{accountA, accountB} {
		b, err := handover.New(p, account)
		if err != nil {
			t.Fatal(err)
		}
		page := []byte(read(t, b, "README.md"))
		nodes := 0
		root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(page))
		err = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			nodes++
			switch n.Kind() {
			case ast.KindRawHTML, ast.KindHTMLBlock, ast.KindLink, ast.KindImage, ast.KindAutoLink, ast.KindBlockquote:
				t.Errorf("account %s: a %s: %q", account, n.Kind(), n.Parent().Lines().Value(page))
			case ast.KindEmphasis:
				if n.(*ast.Emphasis).Level != 2 {
					t.Errorf("account %s: emphasis", account)
				}
			case ast.KindHeading:
				if title := string(n.Lines().Value(page)); strings.Contains(title, "pwned") || title == "h" {
					t.Errorf("account %s: heading %q", account, title)
				}
			}
			return ast.WalkContinue, nil
		})
		if err != nil || nodes < 50 {
			t.Errorf("account %s: %d nodes, %v", account, nodes, err)
		}
	}
}

// Every section of README.md has a text, in every situation of the golden files.
func TestReadmeHasNoEmptySection(t *testing.T) {
	sections := 0
	for _, s := range situations {
		for name, page := range readmes(t, s) {
			var open string // the heading above
			for line := range strings.Lines(page) {
				switch {
				case strings.HasPrefix(line, "#"):
					sections++
					if open != "" && strings.HasPrefix(line, "## ") {
						t.Errorf("%s: nothing stands in the section %q", name, open)
					}
					open = strings.TrimSpace(line)
				case strings.TrimSpace(line) != "":
					open = ""
				}
			}
			if open != "" {
				t.Errorf("%s: nothing stands in the section %q", name, open)
			}
		}
	}
	if sections < 50 {
		t.Errorf("%d sections", sections)
	}
}

// What README.md tells people to run is what bash reads.
func TestReadmeCommandsParse(t *testing.T) {
	need(t, "bash")
	commands := 0
	for _, s := range situations {
		for name, page := range readmes(t, s) {
			for _, block := range strings.Split(page, "```sh\n")[1:] {
				commands++
				block, _, _ = strings.Cut(block, "```")
				if out, err := exec.CommandContext(t.Context(), "bash", "-n", "-c", block).CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s\n%s", name, err, out, block)
				}
			}
		}
	}
	if commands < 30 {
		t.Errorf("%d commands", commands)
	}
}

// readmes are the pages of a situation, by situation and account.
func readmes(t *testing.T, s situation) map[string]string {
	t.Helper()
	out := map[string]string{}
	synctest.Test(t, func(t *testing.T) {
		p := s.plan(t)
		for _, account := range s.accounts {
			b, err := handover.New(p, account, func(o *handover.Options) { *o = s.options })
			if err != nil {
				t.Fatal(err)
			}
			out[s.name+"/"+account] = read(t, b, "README.md")
		}
	})
	return out
}
