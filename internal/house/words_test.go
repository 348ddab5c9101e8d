package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unclear are words that have misled readers of the documentation. What to write in their place depends on what is meant: checked or decided, by its
// policies, new, tagged as ours, allowed.
var unclear = regexp.MustCompile(`(?i)\b(judged|on paper|young|bears our mark|let in)\b`)

// pending are the pages that still have unclear words: a package by its directory, or a file. Whoever rewrites one takes it off the list.
var pending = []string{}

// page is one text that people read: the documentation of a package, or a file.
type page struct {
	name string
	text []string // paragraphs or comments
}

// pages are the documentation of every package that is not internal, README.md, SECURITY.md and the files below docs.
func pages(t *testing.T) []page {
	t.Helper()
	tr := source(t)
	var out []page
	for _, dir := range tr.dirs() {
		if strings.Contains("/"+dir+"/", "/internal/") {
			continue
		}
		p := page{name: dir}
		for _, f := range tr.product(dir) {
			p.text = append(p.text, shown(f.ast)...)
		}
		out = append(out, p)
	}
	top := os.DirFS("../..")
	files, err := fs.Glob(top, "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, "README.md", "SECURITY.md") {
		text, err := fs.ReadFile(top, name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page{name, strings.Split(string(text), "\n\n")})
	}
	return out
}

// shown are the comments of the file that go doc shows: of the package, of exported names, and of the exported fields and methods of types.
func shown(f *ast.File) []string {
	var out []string
	add := func(groups ...*ast.CommentGroup) {
		for _, g := range groups {
			if g != nil {
				out = append(out, g.Text())
			}
		}
	}
	add(f.Doc)
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.IsExported() && (decl.Recv == nil || ast.IsExported(receiver(decl.Recv.List[0].Type))) {
				add(decl.Doc)
			}
		case *ast.GenDecl:
			public := false
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() {
						public = true
						add(spec.Doc, spec.Comment)
						add(members(spec.Type)...)
					}
				case *ast.ValueSpec:
					if slices.ContainsFunc(spec.Names, (*ast.Ident).IsExported) {
						public = true
						add(spec.Doc, spec.Comment)
					}
				}
			}
			if public {
				add(decl.Doc)
			}
		}
	}
	return out
}

// members are the comments of the exported fields of a struct and methods of an interface, and of those inside of them.
func members(typ ast.Expr) []*ast.CommentGroup {
	var out []*ast.CommentGroup
	ast.Inspect(typ, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok {
			return true
		}
		if len(field.Names) > 0 && !slices.ContainsFunc(field.Names, (*ast.Ident).IsExported) {
			return false
		}
		out = append(out, field.Doc, field.Comment)
		return true
	})
	return out
}

// misleading are the unclear words of the texts, in which a line break counts as a space.
func misleading(texts []string) []string {
	var out []string
	for _, text := range texts {
		text = strings.Join(strings.Fields(text), " ")
		for _, at := range unclear.FindAllStringIndex(text, -1) {
			from, to := max(0, at[0]-30), min(len(text), at[1]+30)
			out = append(out, "…"+strings.ToValidUTF8(text[from:to], "")+"…")
		}
	}
	return out
}

// Every page uses words that can be read once.
func TestPublicPagesAreClear(t *testing.T) {
	read, known := 0, map[string]bool{}
	for _, p := range pages(t) {
		read += len(p.text)
		known[p.name] = true
		found := misleading(p.text)
		switch waits := slices.Contains(pending, p.name); {
		case waits && len(found) == 0:
			t.Errorf("%s is clear: take it off the pending pages", p.name)
		case waits:
			t.Logf("%s: pending, %d places", p.name, len(found))
		default:
			for _, where := range found {
				t.Errorf("%s: %s", p.name, where)
			}
		}
	}
	for _, name := range pending {
		if !known[name] {
			t.Errorf("pending page %s: there is none", name)
		}
	}
	if read == 0 {
		t.Error("no page was looked at")
	}
	t.Logf("%d pages, %d comments and paragraphs, %d pages pending", len(known), read, len(pending))
}

func TestMisleading(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       int
	}{
		{"nothing", "a new role", 0},
		{"a word", "a young role", 1},
		{"at the start of a sentence", "Young roles", 1},
		{"two", "judged on paper", 2},
		{"over a line break", "whoever is let\nin", 1},
		{"part of a word", "younger, prejudged, outlet in", 0},
		{"the words apart", "lets the role in", 0},
		{"beside another letter", "…young…", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := misleading([]string{tt.text}); len(got) != tt.want {
				t.Errorf("found %q, want %d", got, tt.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	const src = `// yes package
package p

// no: detached

// yes F
func F() {
	// no: inside
}

// no f
func f() {}

// yes T
type T struct {
	// yes A
	A int // yes A behind
	// no b
	b struct {
		// no C
		C int
	}
}

// yes M
func (T) M() {}

// yes I
type I interface {
	// yes N
	N()
}

// no u
type u struct {
	// no D
	D int
}

// no E
func (u) E() {}

// yes group
const (
	// yes X
	X = 1
	y = 2 // no y
)
`
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(shown(f), "")
	if strings.Contains(got, "no") {
		t.Errorf("shown is\n%s", got)
	}
	if n, want := strings.Count(got, "yes"), strings.Count(src, "yes"); n != want {
		t.Errorf("%d comments are shown, want %d:\n%s", n, want, got)
	}
}
