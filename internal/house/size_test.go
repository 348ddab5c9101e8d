package house_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What may be how long.
const (
	functionLines = 70   // of a function in a product file, without its doc comment
	packageLines  = 2000 // of the declarations of a package, with their doc comments

	rootFiles    = 8    // product files of the root package
	rootLines    = 1400 // their lines
	rootAllFiles = 15   // with the test files
)

// excuses is a table of what may be longer: a line each, of the words that name it and the reason. Every one of them must be needed.
type excuses struct {
	path string
	used map[string]bool
}

// newExcuses reads the table, whose entries are named by their first n words.
func newExcuses(text, path string, n int) (*excuses, error) {
	e := &excuses{path: path, used: map[string]bool{}}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) <= n {
			return nil, fmt.Errorf("%s: no reason: %s", path, strings.TrimSpace(line))
		}
		name := strings.Join(words[:n], " ")
		if _, ok := e.used[name]; ok {
			return nil, fmt.Errorf("%s: %s stands there twice", path, name)
		}
		e.used[name] = false
	}
	return e, nil
}

func readExcuses(t *testing.T, name string, n int) *excuses {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	e, err := newExcuses(string(text), name, n)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// tooLong reports whether the thing of that name and length is too long and nothing excuses it.
func (e *excuses) tooLong(name string, lines, limit int) bool {
	if lines <= limit {
		return false
	}
	if _, excused := e.used[name]; !excused {
		return true
	}
	e.used[name] = true
	return false
}

// unused are the entries of the table that nothing needed.
func (e *excuses) unused() []string {
	var out []string
	for name, used := range e.used {
		if !used {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// lines is how many lines lie between the positions, their own included.
func (tr *tree) lines(from, to token.Pos) int {
	return tr.fset.Position(to).Line - tr.fset.Position(from).Line + 1
}

// functionName is the name of a function, with the receiver's type before that of a method.
func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	return receiver(fn.Recv.List[0].Type) + "." + fn.Name.Name
}

// Functions that can be read at once. Those that cannot are listed with the reason.
func TestNoFunctionIsLong(t *testing.T) {
	tr, table := source(t), readExcuses(t, ".ci/long-functions", 2)
	functions, longest := 0, 0
	for _, dir := range tr.dirs() {
		for _, f := range tr.product(dir) {
			for _, decl := range f.ast.Decls {
				fn, ok := decl.(*ast.FuncDecl)
				if !ok {
					continue
				}
				functions++
				n := tr.lines(fn.Pos(), fn.End())
				longest = max(longest, n)
				if name := functionName(fn); table.tooLong(f.path+" "+name, n, functionLines) {
					t.Errorf("%s: %s has %d lines: split it, or list it in %s with a reason", f.path, name, n, table.path)
				}
			}
		}
	}
	for _, name := range table.unused() {
		t.Errorf("%s: %s is not longer than %d lines", table.path, name, functionLines)
	}
	if functions == 0 {
		t.Error("no function was looked at")
	}
	t.Logf("%d functions, the longest has %d lines; %d excused", functions, longest, len(table.used))
}

// size is how large a package is, without its tests.
type size struct {
	files, lines, declarations, exported int
}

func (tr *tree) size(files []file) size {
	var s size
	for _, f := range files {
		if f.test {
			continue
		}
		s.files++
		s.lines += tr.fset.File(f.ast.FileStart).LineCount()
		for _, decl := range f.ast.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.IMPORT {
				continue
			}
			from := decl.Pos()
			if doc := docOf(decl); doc != nil {
				from = doc.Pos()
			}
			s.declarations += tr.lines(from, decl.End())
		}
		s.exported += exportedIn(f.ast)
	}
	return s
}

func docOf(decl ast.Decl) *ast.CommentGroup {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return decl.Doc
	case *ast.GenDecl:
		return decl.Doc
	}
	return nil
}

// exportedIn counts the exported functions, types, constants and variables of the file, and the exported methods of exported types.
func exportedIn(f *ast.File) int {
	n := 0
	count := func(ids ...*ast.Ident) {
		for _, id := range ids {
			if id.IsExported() {
				n++
			}
		}
	}
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil || ast.IsExported(receiver(decl.Recv.List[0].Type)) {
				count(decl.Name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					count(spec.Name)
				case *ast.ValueSpec:
					count(spec.Names...)
				}
			}
		}
	}
	return n
}

// sizes is a table of what can drift: the sizes of packages, the root first. Packages without declarations are left out.
func sizes(of map[string]size) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s%6s%8s%8s%10s", "package", "files", "lines", "decl.", "exported")
	row := func(name string, s size) {
		fmt.Fprintf(&b, "\n%-28s%6d%8d%8d%10d", name, s.files, s.lines, s.declarations, s.exported)
	}
	var all size
	for _, dir := range slices.Sorted(maps.Keys(of)) {
		s := of[dir]
		if s.declarations == 0 {
			continue
		}
		row(shownAs(dir), s)
		all = size{all.files + s.files, all.lines + s.lines, all.declarations + s.declarations, all.exported + s.exported}
	}
	row("all", all)
	return b.String()
}

// Packages of a size that one can learn. Those that are larger are listed with the reason; the root has limits of its own. Prints the size of every
// package.
func TestNoPackageIsLarge(t *testing.T) {
	tr, table := source(t), readExcuses(t, ".ci/large-packages", 1)
	of := map[string]size{}
	for _, dir := range tr.dirs() {
		s := tr.size(tr.files[dir])
		if s.files == 0 {
			continue
		}
		of[dir] = s
		if dir != "." && table.tooLong(dir, s.declarations, packageLines) {
			t.Errorf("%s has %d lines of declarations: split it, or list it in %s with a reason", dir, s.declarations, table.path)
		}
	}
	for _, name := range table.unused() {
		t.Errorf("%s: %s has no more than %d lines of declarations", table.path, name, packageLines)
	}
	if len(of) == 0 {
		t.Error("no package was looked at")
	}
	t.Logf("%d packages, %d excused; lines of product files\n%s", len(of), len(table.used), sizes(of))
}

func TestSizes(t *testing.T) {
	got := sizes(map[string]size{"task": {32, 4001, 3333, 152}, ".": {8, 1008, 776, 149}, "internal/wire": {1, 3, 0, 0}})
	want := `package                      files   lines   decl.  exported
xacct                            8    1008     776       149
task                            32    4001    3333       152
all                             40    5009    4109       301`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

// The root is what people read first.
func TestRootIsSmall(t *testing.T) {
	tr := source(t)
	s := tr.size(tr.files["."])
	var is []string
	for _, n := range []struct {
		what     string
		is, most int
	}{
		{"product files", s.files, rootFiles},
		{"lines", s.lines, rootLines},
		{"Go files", len(tr.files["."]), rootAllFiles},
	} {
		if n.is > n.most || n.is == 0 {
			t.Errorf("the root has %d %s, and may have %d", n.is, n.what, n.most)
		}
		is = append(is, fmt.Sprintf("%d of %d %s", n.is, n.most, n.what))
	}
	t.Logf("the root: %s, %d exported names", strings.Join(is, ", "), s.exported)
}

func TestExcuses(t *testing.T) {
	const text = "# path, function and reason\n\na.go T.f a table\nb.go g one switch\n"
	e, err := newExcuses(text, "table", 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		lines int
		want  bool
	}{
		{"a.go T.f", 71, false},
		{"a.go T.f", 70, false},
		{"b.go g", 70, false},
		{"c.go h", 70, false},
		{"c.go h", 71, true},
		{"c.go h", 72, true},
	} {
		if got := e.tooLong(tt.name, tt.lines, 70); got != tt.want {
			t.Errorf("%s of %d lines: %v, want %v", tt.name, tt.lines, got, tt.want)
		}
	}
	if got := e.unused(); !slices.Equal(got, []string{"b.go g"}) {
		t.Errorf("unused %v", got)
	}
	for _, bad := range []string{"a.go f\n", "a.go f x\na.go f y\n"} {
		if _, err := newExcuses(bad, "table", 2); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}

func TestSize(t *testing.T) {
	const src = `// Package p is not counted.
package p

import "fmt"

// F has a doc comment
// of two lines.
func F() {
	fmt.Println()
}

type (
	T struct{}
	u struct{}
)

func (*T) M() {}

func (u) N() {}

const A, b = 1, 2
`
	tr := &tree{fset: token.NewFileSet()}
	f, err := parser.ParseFile(tr.fset, "p.go", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	got := tr.size([]file{{path: "p.go", ast: f}, {path: "p_test.go", test: true, ast: f}})
	if want := (size{files: 1, lines: 21, declarations: 12, exported: 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
