package house_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// contracts are the methods whose contract the standard library states.
var contracts = []string{"Error", "Unwrap", "Is", "As", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText"}

// filled reports whether callers fill a struct of that name: then each of its fields must say what it means, and what its zero means.
func filled(name string) bool {
	return slices.Contains([]string{"Spec", "Endpoint", "Transfer", "Request", "Policies", "Facts"}, name) || strings.HasSuffix(name, "Options")
}

// Every exported name of a package that people import has a doc comment: functions, methods, types, constants, variables, the fields of the
// structs that callers fill, and every package itself. In a group of constants, variables or fields, a comment holds for the lines right
// below it.
func TestEveryExportedNameIsDocumented(t *testing.T) {
	tr := source(t)
	names, packages := 0, 0
	for _, dir := range tr.dirs() {
		if !tr.library(dir) {
			continue
		}
		packages++
		hasDoc := false
		for _, f := range tr.product(dir) {
			hasDoc = hasDoc || f.ast.Doc != nil
			d := documented{fset: tr.fset}
			for _, decl := range f.ast.Decls {
				d.decl(decl)
			}
			names += d.names
			for _, m := range d.missing {
				t.Error(m)
			}
		}
		if !hasDoc {
			t.Errorf("%s: the package has no doc comment", dir)
		}
	}
	if packages == 0 || names == 0 {
		t.Errorf("%d packages, %d names looked at", packages, names)
	}
	t.Logf("%d packages, %d exported names", packages, names)
}

// documented counts exported names, and notes those without a comment.
type documented struct {
	fset    *token.FileSet
	names   int
	missing []string
}

func (d *documented) name(id *ast.Ident, ok bool, of string) {
	if !id.IsExported() {
		return
	}
	d.names++
	if !ok {
		d.missing = append(d.missing, fmt.Sprintf("%s: %s%s has no doc comment", d.fset.Position(id.Pos()), of, id.Name))
	}
}

func (d *documented) decl(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		of := ""
		if decl.Recv != nil {
			recv := receiver(decl.Recv.List[0].Type)
			if !ast.IsExported(recv) {
				return
			}
			of = recv + "."
		}
		d.name(decl.Name, decl.Doc != nil || of != "" && slices.Contains(contracts, decl.Name.Name), of)
	case *ast.GenDecl:
		switch decl.Tok {
		case token.TYPE:
			for _, spec := range decl.Specs {
				d.typ(spec.(*ast.TypeSpec), decl.Doc)
			}
		case token.CONST, token.VAR:
			d.values(decl)
		}
	}
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func (d *documented) typ(spec *ast.TypeSpec, group *ast.CommentGroup) {
	d.name(spec.Name, spec.Doc != nil || group != nil, "")
	if !spec.Name.IsExported() || !filled(spec.Name.Name) {
		return
	}
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	run := false
	last := 0
	for _, f := range s.Fields.List {
		line := d.fset.Position(f.Pos()).Line
		switch {
		case f.Doc != nil:
			run = true
		case line != last+1:
			run = false
		}
		for _, id := range f.Names {
			d.name(id, run || f.Comment != nil, spec.Name.Name+".")
		}
		last = d.fset.Position(f.End()).Line
	}
}

func (d *documented) values(decl *ast.GenDecl) {
	run := false
	last := 0
	for _, spec := range decl.Specs {
		v := spec.(*ast.ValueSpec)
		line := d.fset.Position(v.Pos()).Line
		switch {
		case v.Doc != nil:
			run = true
		case line != last+1:
			run = false
		}
		for _, id := range v.Names {
			d.name(id, run || decl.Doc != nil || v.Comment != nil, "")
		}
		last = d.fset.Position(v.End()).Line
	}
}

func TestDocumentedNotices(t *testing.T) {
	const src = `package p

func Bare() {}

type T struct{ Told string }

func (T) Error() string { return "" }

func (T) Method() {}

func (t *T) bare() {}

type Spec struct {
	Bare int

	// A and B are told together.
	A int
	B int

	C int
	D int // by a comment behind it
}

type hidden struct{ Name string }

func (hidden) Method() {}

const Const = 1

// Together.
const (
	One = 1
	Two = 2
)

var (
	// X is told.
	X int
	Y int

	Z int
)
`
	d := parseDocumented(t, src)
	want := []string{"Bare", "T", "T.Method", "Spec", "Spec.Bare", "Spec.C", "Const", "Z"}
	var got []string
	for _, m := range d.missing {
		_, m, _ = strings.Cut(m, " ")
		got = append(got, strings.TrimSuffix(m, " has no doc comment"))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("noticed %v, want %v", got, want)
	}
	if d.names != 16 {
		t.Errorf("%d exported names, want 16", d.names)
	}
}
