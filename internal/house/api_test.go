package house_test

import (
	"go/ast"
	"strings"
	"testing"
)

// Every method of an interface that stands for an AWS client is called by non-test code: a narrow interface lists what is used.
// A paginator of the SDK counts as a call of what it pages through.
func TestEveryAPIMethodIsUsed(t *testing.T) {
	tr := source(t)
	used := map[string]bool{}
	for _, dir := range tr.dirs() {
		if floor, _ := floorOf(dir); floor > 20 {
			continue
		}
		for _, f := range tr.product(dir) {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				name := sel.Sel.Name
				used[name] = true
				if op, ok := strings.CutSuffix(name, "Paginator"); ok {
					used[strings.TrimPrefix(op, "New")] = true
				}
				return true
			})
		}
	}
	interfaces, methods := 0, 0
	for _, dir := range tr.dirs() {
		for _, f := range tr.product(dir) {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok || !strings.HasSuffix(spec.Name.Name, "API") {
					return true
				}
				in, ok := spec.Type.(*ast.InterfaceType)
				if !ok {
					return true
				}
				interfaces++
				for _, m := range in.Methods.List {
					for _, name := range m.Names { // an embedded interface has none
						methods++
						if !used[name.Name] {
							t.Errorf("%s: nothing calls %s.%s", f.path, spec.Name.Name, name.Name)
						}
					}
				}
				return true
			})
		}
	}
	if methods == 0 {
		t.Error("no interface was looked at")
	}
	t.Logf("%d interfaces, %d methods", interfaces, methods)
}
