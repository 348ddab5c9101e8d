package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// Option functions are run by internal/option alone, which skips those that are nil.
func TestOptionFunctionsGoThroughTheHelper(t *testing.T) {
	tr := source(t)
	takes := 0
	for _, dir := range tr.dirs() {
		if dir == "internal/option" {
			continue
		}
		for _, f := range tr.files[dir] {
			lists, loops := optionLoops(f.ast)
			takes += lists
			for _, at := range loops {
				t.Errorf("%s runs option functions itself: use option.Apply, which skips those that are nil", tr.fset.Position(at))
			}
		}
	}
	if takes == 0 {
		t.Error("no function that takes option functions was looked at")
	}
	t.Logf("%d lists of option functions", takes)
}

// optionLoops counts the lists of option functions that the file declares, and finds where it runs such functions itself: a loop over a declared list,
// a loop that calls its element with the address of one thing, unless it is over
// a table written there, or a call of one element of a declared list.
func optionLoops(f *ast.File) (lists int, loops []token.Pos) {
	declared := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		var names []*ast.Ident
		var kind ast.Expr
		switch n := n.(type) {
		case *ast.Field:
			names, kind = n.Names, n.Type
		case *ast.ValueSpec:
			names, kind = n.Names, n.Type
		}
		if isOptionList(kind) {
			for _, id := range names {
				lists++
				declared[id.Name] = true
			}
		}
		return true
	})
	isDeclared := func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ident:
			return declared[e.Name]
		case *ast.SelectorExpr:
			return declared[e.Sel.Name]
		case *ast.SliceExpr:
			id, ok := e.X.(*ast.Ident)
			return ok && declared[id.Name]
		}
		return false
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			_, table := n.X.(*ast.CompositeLit)
			if isDeclared(n.X) || !table && callsWithAddress(n.Body, n.Value) {
				loops = append(loops, n.Pos())
				return false
			}
		case *ast.CallExpr:
			if at, ok := n.Fun.(*ast.IndexExpr); ok && isDeclared(at.X) {
				loops = append(loops, n.Pos())
			}
		}
		return true
	})
	return lists, loops
}

// isOptionList reports whether the type is a list of functions that take one pointer and return nothing.
func isOptionList(kind ast.Expr) bool {
	switch k := kind.(type) {
	case *ast.Ellipsis:
		kind = k.Elt
	case *ast.ArrayType:
		kind = k.Elt
	default:
		return false
	}
	fn, ok := kind.(*ast.FuncType)
	if !ok || fn.Results != nil || len(fn.Params.List) != 1 || len(fn.Params.List[0].Names) > 1 {
		return false
	}
	_, ok = fn.Params.List[0].Type.(*ast.StarExpr)
	return ok
}

// callsWithAddress reports whether a statement of the loop calls its element with an address and nothing else.
func callsWithAddress(body *ast.BlockStmt, element ast.Expr) bool {
	id, ok := element.(*ast.Ident)
	if !ok {
		return false
	}
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		statement, ok := n.(*ast.ExprStmt)
		if !ok {
			return true
		}
		call, ok := statement.X.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		fn, named := call.Fun.(*ast.Ident)
		arg, unary := call.Args[0].(*ast.UnaryExpr)
		found = found || named && unary && fn.Name == id.Name && arg.Op == token.AND
		return true
	})
	return found
}

func TestOptionLoops(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		want      int
	}{
		{"the helper", "func f(optFns ...func(*O)) { var o O; option.Apply(&o, optFns) }", 0},
		{"handed on", "func f(optFns ...func(*O)) { g(optFns...) }", 0},
		{"a loop over the parameter", "func f(optFns ...func(*O)) { var o O; for _, fn := range optFns { fn(&o) } }", 1},
		{"under another name", "func f(with ...func(*O)) { o := &O{}; for _, w := range with { w(o) } }", 1},
		{"of another package", "func f(optFns ...func(*s3.Options)) { var o s3.Options; for _, fn := range optFns { fn(&o) } }", 1},
		{"by index", "func f(optFns []func(*O)) { var o O; for i := range optFns { optFns[i](&o) } }", 1},
		{"counted", "func f(optFns []func(*O)) { var o O; for i := 0; i < len(optFns); i++ { optFns[i](&o) } }", 1},
		{"the first alone", "func f(optFns ...func(*O)) { var o O; optFns[0](&o) }", 1},
		{"all but the first", "func f(optFns ...func(*O)) { var o O; for _, fn := range optFns[1:] { fn(&o) } }", 1},
		{"with others", "func f(optFns ...func(*O)) { var o O; for _, fn := range append(first, optFns...) { fn(&o) } }", 1},
		{"a named type of functions", "func f(optFns ...Option) { var o O; for _, fn := range optFns { fn(&o) } }", 1},
		{"that skips nil itself", "func f(optFns ...func(*O)) { var o O; for _, fn := range optFns { if fn != nil { fn(&o) } } }", 1},
		{"in a closure", "func f(optFns ...func(*O)) { g(func() { var o O; for _, fn := range optFns { fn(&o) } }) }", 1},
		{"a field", "type s struct{ fns []func(*O) }\nfunc (x s) f(o *O) { for _, fn := range x.fns { fn(o) } }", 1},
		{"a variable", "func f() { var fns []func(*O); for _, fn := range fns { fn(nil) } }", 1},
		{"a table of edits", "func f() { for _, edit := range []func(*O){g, h} { var o O; edit(&o) } }", 0},
		{"functions that return something", "func f(checks ...func(*O) error) { for _, c := range checks { _ = c(nil) } }", 0},
		{"functions that take a value", "func f(fns ...func(O)) { var o O; for _, fn := range fns { fn(o) } }", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p\n\n"+tt.src+"\n", 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, got := optionLoops(f); len(got) != tt.want {
				t.Errorf("%d loops, want %d:\n%s", len(got), tt.want, strings.TrimSpace(tt.src))
			}
		})
	}
}
