package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/xacct/xacct"

// file is one Go file, parsed with its comments.
type file struct {
	path string // from the repository's root, with slashes
	test bool   // its name ends in _test.go
	ast  *ast.File
}

// imports are the import paths of the file.
func (f file) imports() []string {
	var out []string
	for _, spec := range f.ast.Imports {
		if name, err := strconv.Unquote(spec.Path.Value); err == nil { // the parser lets nothing else through
			out = append(out, name)
		}
	}
	return out
}

// tree is every Go file of the module, by the directory of its package: "." is the root.
type tree struct {
	fset  *token.FileSet
	files map[string][]file
}

// dirs are the packages' directories, sorted.
func (tr *tree) dirs() []string {
	var out []string
	for dir := range tr.files {
		out = append(out, dir)
	}
	slices.Sort(out)
	return out
}

// product are the files of the package that are not tests.
func (tr *tree) product(dir string) []file {
	return slices.DeleteFunc(slices.Clone(tr.files[dir]), func(f file) bool { return f.test })
}

var parsed = sync.OnceValues(func() (*tree, error) {
	tr := &tree{fset: token.NewFileSet(), files: map[string][]file{}}
	top := os.DirFS("../..")
	err := fs.WalkDir(top, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (skipped(name) || isModule(top, name)):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		src, err := fs.ReadFile(top, name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(tr.fset, name, src, parser.ParseComments)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		tr.files[dir] = append(tr.files[dir], file{path: name, test: strings.HasSuffix(name, "_test.go"), ast: syntax})
		return nil
	})
	return tr, err
})

// skipped reports whether the go tool looks past the directory.
func skipped(dir string) bool {
	name := path.Base(dir)
	return dir != "." && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_"))
}

// isModule reports whether the directory below the root is a module of its own, with the modules that it needs.
func isModule(top fs.FS, dir string) bool {
	_, err := fs.Stat(top, path.Join(dir, "go.mod"))
	return dir != "." && err == nil
}

// source is the whole module.
func source(t *testing.T) *tree {
	t.Helper()
	tr, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.files) == 0 {
		t.Fatal("no Go file found")
	}
	return tr
}

// local is the directory of a package of this module; false for any other import path.
func local(imported string) (dir string, ok bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// isStandard reports whether the import path is of the standard library: its first element has no dot.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// library reports whether the directory is a package that people import: neither internal nor a program.
func (tr *tree) library(dir string) bool {
	if strings.HasPrefix(dir+"/", "internal/") || strings.Contains(dir+"/", "/internal/") {
		return false
	}
	files := tr.product(dir)
	return len(files) > 0 && files[0].ast.Name.Name != "main"
}
