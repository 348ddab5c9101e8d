package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// Every package with tests runs them under testlimit, so that a test that hangs is ended and named.
func TestEveryTestHasALimit(t *testing.T) {
	tr := source(t)
	packages := 0
	for _, dir := range tr.dirs() {
		if !hasTests(tr.files[dir]) {
			continue
		}
		packages++
		if !runsUnderLimit(tr.files[dir]) {
			t.Errorf("%s: its tests have no limit: add func TestMain(m *testing.M) { os.Exit(testlimit.Run(m)) }", dir)
		}
	}
	if packages == 0 {
		t.Error("no package with tests was looked at")
	}
	t.Logf("%d packages with tests", packages)
}

// hasTests reports whether go test has something to run.
func hasTests(files []file) bool {
	for _, f := range files {
		if !f.test {
			continue
		}
		for _, decl := range f.ast.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && isTestName(fn.Name.Name) {
				return true
			}
		}
	}
	return false
}

func isTestName(name string) bool {
	for _, prefix := range []string{"Test", "Example", "Fuzz", "Benchmark"} {
		if strings.HasPrefix(name, prefix) && name != "TestMain" {
			return true
		}
	}
	return false
}

// runsUnderLimit reports whether TestMain exits with what testlimit.Run returns.
func runsUnderLimit(files []file) bool {
	for _, f := range files {
		for _, decl := range f.ast.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !f.test || !ok || fn.Recv != nil || fn.Name.Name != "TestMain" {
				continue
			}
			found := false
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && calls(call, "os", "Exit") && len(call.Args) == 1 {
					run, ok := call.Args[0].(*ast.CallExpr)
					found = found || ok && calls(run, "testlimit", "Run")
				}
				return !found
			})
			return found
		}
	}
	return false
}

// calls reports whether the call is of the package's function.
func calls(call *ast.CallExpr, pkg, name string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == pkg
}

func TestLimitNotices(t *testing.T) {
	const test = "func TestX(t *testing.T) {}\n"
	for _, tt := range []struct {
		name, src      string
		tests, limited bool
	}{
		{"no test", "", false, false},
		{"a helper", "func helper(t *testing.T) {}\n", false, false},
		{"a test", test, true, false},
		{"an example", "func ExampleX() {}\n", true, false},
		{"only a TestMain", "func TestMain(m *testing.M) { os.Exit(testlimit.Run(m)) }\n", false, true},
		{"a limit", test + "func TestMain(m *testing.M) { os.Exit(testlimit.Run(m)) }\n", true, true},
		{"a limit with exceptions", test + "func TestMain(m *testing.M) { os.Exit(testlimit.Run(m, testlimit.Exception{})) }\n", true, true},
		{"another TestMain", test + "func TestMain(m *testing.M) { os.Exit(m.Run()) }\n", true, false},
		{"the exit code dropped", test + "func TestMain(m *testing.M) { testlimit.Run(m) }\n", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := parser.ParseFile(token.NewFileSet(), "p_test.go", "package p\n\n"+tt.src, 0)
			if err != nil {
				t.Fatal(err)
			}
			files := []file{{path: "p_test.go", test: true, ast: f}}
			if got := hasTests(files); got != tt.tests {
				t.Errorf("has tests: %v, want %v", got, tt.tests)
			}
			if got := runsUnderLimit(files); got != tt.limited {
				t.Errorf("under a limit: %v, want %v", got, tt.limited)
			}
		})
	}
}
