package house_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

func parseDocumented(t *testing.T, src string) *documented {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	d := &documented{fset: fset}
	for _, decl := range f.Decls {
		d.decl(decl)
	}
	return d
}

// Every package that people import has a whole-file example in example_test.go: one Example function with its output, something beside it,
// and no test, so that its documentation shows the file as a program. https://go.dev/blog/examples
func TestEveryPackageHasAWholeFileExample(t *testing.T) {
	tr := source(t)
	packages := 0
	for _, dir := range tr.dirs() {
		if !tr.library(dir) {
			continue
		}
		packages++
		if why := wholeFileExample(tr.files[dir]); why != "" {
			t.Errorf("%s: %s", dir, why)
		}
	}
	if packages == 0 {
		t.Error("no package was looked at")
	}
	t.Logf("%d packages", packages)
}

// wholeFileExample says what the package's example lacks; "" is nothing.
func wholeFileExample(files []file) string {
	for _, f := range files {
		if !strings.HasSuffix("/"+f.path, "/example_test.go") {
			continue
		}
		examples := doc.Examples(f.ast)
		switch {
		case !strings.HasSuffix(f.ast.Name.Name, "_test"):
			return "example_test.go must be of the external test package"
		case len(examples) != 1:
			return "example_test.go must have one Example function and no other; further ones go into other files"
		case examples[0].Output == "" || examples[0].Unordered:
			return "the example must have its // Output:"
		}
		if _, ok := examples[0].Code.(*ast.File); !ok {
			return "example_test.go is not shown as a whole file: it needs a declaration beside the Example function, such as the value it is about, and no test"
		}
		return ""
	}
	return "has no example_test.go"
}

func TestWholeFileExampleNotices(t *testing.T) {
	const (
		head = "package p_test\n\nimport \"fmt\"\n\n"
		one  = "func Example() {\n\tfmt.Println(x)\n\t// Output: 1\n}\n"
	)
	for _, tt := range []struct{ name, path, src, want string }{
		{"a whole file", "p/example_test.go", head + "var x = 1\n\n" + one, ""},
		{"a whole file at the root", "example_test.go", head + "var x = 1\n\n" + one, ""},
		{"a function alone", "p/example_test.go", head + one, "not shown as a whole file"},
		{"a test beside it", "p/example_test.go", head + "var x = 1\n\n" + one + "\nfunc TestX(t *testing.T) {}\n", "not shown as a whole file"},
		{"two examples", "p/example_test.go", head + one + "\nfunc Example_second() {\n\t// Output:\n}\n", "one Example function"},
		{"no output", "p/example_test.go", head + "var x = 1\n\nfunc Example() {\n\tfmt.Println(x)\n}\n", "must have its // Output:"},
		{"inside the package", "p/example_test.go", "package p\n\nvar x = 1\n\n" + one, "external test package"},
		{"another file", "p/some_example_test.go", head + "var x = 1\n\n" + one, "has no example_test.go"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := parser.ParseFile(token.NewFileSet(), tt.path, tt.src, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			got := wholeFileExample([]file{{path: tt.path, test: true, ast: f}})
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}

// Every example of a package's page is shown as a program that can be run: what it uses stands in its own file.
// https://pkg.go.dev/go/doc#Example
func TestExamplesAreProgramsOfTheirOwn(t *testing.T) {
	tr := source(t)
	examples := 0
	for _, dir := range tr.dirs() {
		if !tr.library(dir) {
			continue
		}
		for _, f := range tr.files[dir] {
			if !f.test {
				continue
			}
			for _, e := range doc.Examples(f.ast) {
				examples++
				if e.Play == nil {
					t.Errorf("%s: Example%s is no program of its own: it uses what stands in another file", f.path, e.Name)
				}
			}
		}
	}
	if examples == 0 {
		t.Error("no example was looked at")
	}
	t.Logf("%d examples", examples)
}

// Whoever copies an example into a module of their own can compile it: no file of an example program, and none with an example of a package's page,
// imports an internal package.
func TestExamplesImportNothingInternal(t *testing.T) {
	tr := source(t)
	programs, pages := 0, 0
	for _, dir := range tr.dirs() {
		for _, f := range tr.files[dir] {
			switch {
			case strings.HasSuffix(f.path, "/limit_test.go"): // a test of this repository alone
				continue
			case strings.HasPrefix(dir, "examples/"):
				programs++
			case f.test && tr.library(dir) && len(doc.Examples(f.ast)) > 0:
				pages++
			default:
				continue
			}
			for _, imported := range f.imports() {
				if internal(imported) {
					t.Errorf("%s imports %s, which other modules cannot", f.path, imported)
				}
			}
		}
	}
	if programs == 0 || pages == 0 {
		t.Errorf("%d files of programs and %d of pages were looked at", programs, pages)
	}
	t.Logf("%d files of programs, %d of pages", programs, pages)
}

// internal reports whether only a part of one module may import the path. https://pkg.go.dev/cmd/go#hdr-Internal_Directories
func internal(imported string) bool { return strings.Contains("/"+imported+"/", "/internal/") }

func TestInternal(t *testing.T) {
	for imported, want := range map[string]bool{
		module: false, module + "/task": false, module + "/internal/tag": true, module + "/examples/internal/demo": true,
		module + "/internal": true, "internal/cpu": true, module + "/internals": false,
	} {
		if got := internal(imported); got != want {
			t.Errorf("%s: %t, want %t", imported, got, want)
		}
	}
}
