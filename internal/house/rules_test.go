package house_test

import (
	"go/ast"
	"testing"
)

// A package with rules of its own hands their table to problemtest.Run, which wants an accepting and a refusing case of each; and every
// rule stands in the table.
func TestEveryRuleIsInATestedTable(t *testing.T) {
	tr := source(t)
	packages, rules := 0, 0
	for _, dir := range tr.dirs() {
		if dir == "problem" || dir == "internal/problemtest" {
			continue
		}
		declared := map[string]bool{} // variables that hold one rule
		listed := map[string]bool{}   // names that stand in a []problem.Rule
		for _, f := range tr.product(dir) {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					for i, v := range n.Values {
						if c, ok := v.(*ast.CompositeLit); ok && isRule(c.Type) {
							declared[n.Names[i].Name] = true
						}
					}
				case *ast.CompositeLit:
					if list, ok := n.Type.(*ast.ArrayType); ok && isRule(list.Elt) {
						for _, e := range n.Elts {
							if id, ok := e.(*ast.Ident); ok {
								listed[id.Name] = true
							}
						}
					}
				case *ast.KeyValueExpr: // a member of a struct of rules
					if id, ok := n.Value.(*ast.Ident); ok {
						listed[id.Name] = true
					}
				}
				return true
			})
		}
		if len(declared) == 0 {
			continue
		}
		packages++
		rules += len(declared)
		for name := range declared {
			if !listed[name] {
				t.Errorf("%s: rule %s stands in no table", dir, name)
			}
		}
		if !runsRules(tr.files[dir]) {
			t.Errorf("%s: no test hands its rules to problemtest.Run", dir)
		}
	}
	if rules == 0 {
		t.Error("no rule was looked at")
	}
	t.Logf("%d packages, %d rules", packages, rules)
}

func isRule(e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Rule" {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == "problem"
}

func runsRules(files []file) bool {
	found := false
	for _, f := range files {
		if !f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Run" {
				if id, ok := sel.X.(*ast.Ident); ok && id.Name == "problemtest" {
					found = true
				}
			}
			return !found
		})
	}
	return found
}
