package handover_test

import (
	"strings"
	"testing"

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
