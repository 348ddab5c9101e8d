package house_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// word is a type or constant of package plan, or its alias at the root: what it stands for, and its comment.
type word struct{ value, comment string }

// words are the exported types and constants of the package. A type has the first sentence of its comment.
func words(tr *tree, dir string) map[string]word {
	out := map[string]word{}
	for _, f := range tr.product(dir) {
		for _, d := range f.ast.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE && g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					doc := s.Doc
					if doc == nil {
						doc = g.Doc
					}
					out[s.Name.Name] = word{selector(s.Type), sentence(doc.Text())}
				case *ast.ValueSpec:
					value := ""
					if len(s.Values) == 1 {
						value = selector(s.Values[0])
					}
					out[s.Names[0].Name] = word{value, strings.TrimSpace(s.Comment.Text())}
				}
			}
		}
	}
	return out
}

// selector is a qualified name, such as plan.Change; "" for anything else.
func selector(e ast.Expr) string {
	if sel, ok := e.(*ast.SelectorExpr); ok {
		return fmt.Sprintf("%s.%s", sel.X, sel.Sel.Name)
	}
	return ""
}

// sentence is the first sentence of a text.
func sentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if i := strings.Index(text, ". "); i >= 0 {
		return text[:i+1]
	}
	return text
}

// Everything in package plan has an alias at the root, with the same comment: for a type its first sentence, and where to read on.
func TestTheRootHasTheWordsOfPlan(t *testing.T) {
	tr := source(t)
	root, n := words(tr, "."), 0
	for name, w := range words(tr, "plan") {
		if !ast.IsExported(name) || name == "Schema" {
			continue
		}
		n++
		alias, ok := root[name]
		switch {
		case !ok || alias.value != "plan."+name:
			t.Errorf("the root has no alias of plan.%s", name)
		case alias.comment != w.comment:
			t.Errorf("%s is %q at the root and %q in package plan", name, alias.comment, w.comment)
		}
	}
	if n < 50 {
		t.Errorf("%d words were looked at, want all", n)
	}
	t.Logf("%d words", n)
}
