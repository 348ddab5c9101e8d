package house_test

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// floors are the packages from the bottom up. A package imports only what stands on a lower floor, or the package it lies inside of:
// authz may import policy. The longest prefix counts.
var floors = []struct {
	dir   string
	floor int
}{
	{"internal/text", -2}, // what is put into words anywhere
	{"problem", -1},       // the cellar: what the ground floor itself shares
	{"internal/model", -1},
	{"internal/pages", -1},
	{"awscli", -1},
	{"internal", 0},        // what two packages really share
	{"policy/internal", 0}, // likewise, for policy and authz alone
	{"policy", 1},          // documents
	{"policy/authz", 1},    // may this request happen?
	{"iamrole", 2},         // one AWS resource each
	{"bucket", 2},
	{"kmskey", 2},
	{"location", 2},
	{"task", 2},
	{"internal/patience", 1},
	{"plan", 3}, // the words of plans and results
	{"internal/plantext", 4},
	{"internal/client", 4}, // the machinery, one storey a package
	{"internal/guard", 5},
	{"internal/transfer", 6},
	{"internal/operator", 7},
	{"internal/excess", 8},
	{"internal/verdict", 8},
	{"internal/check", 9},
	{"internal/desired", 10},
	{"internal/snapshot", 11},
	{"internal/survey", 12},
	{"internal/report", 12},
	{"internal/planner", 13},
	{"internal/part", 14},
	{"internal/derived", 14},
	{"internal/apply", 14},
	{"internal/residue", 15},
	{".", 20},                   // the face: Transfer, Plan, Apply
	{"xaccttest/internal", 29},  // what its services share, and does not know them
	{"xaccttest", 30},           // the in-memory AWS
	{"xaccttest/awshttp", 31},   // its HTTP face
	{"fleet", 34},               // what runs the transfers of a plan
	{"review", 35},              // what people read who do not write Go
	{"handover", 36},            // what people get who do not write Go
	{"internal/enginetest", 40}, // end-to-end tests of the public API, and what they share
	{"examples", 40},            // programs
}

// modules are all that may be imported beside the standard library, and where.
var modules = []struct {
	path     string
	testOnly bool
}{
	{"github.com/aws/aws-sdk-go-v2", false},
	{"github.com/aws/smithy-go", false},
	{"github.com/google/go-cmp", true},
	{"github.com/yuin/goldmark", true}, // reads back the Markdown of package review
}

// offline are the packages that nothing of the AWS SDK may reach, not even through others.
var offline = []string{"policy", "policy/authz"}

func floorOf(dir string) (floor int, ok bool) {
	for d := dir; ; d = path.Dir(d) {
		for _, f := range floors {
			if f.dir == d && (d != "." || dir == ".") {
				return f.floor, true
			}
		}
		if d == "." {
			return 0, false
		}
	}
}

// forTests reports whether the package exists for tests: its files may import what tests may, and only tests may import it.
// xaccttest is not one of these: it is a product.
func forTests(dir string) bool {
	return strings.HasPrefix(dir, "internal/") && (strings.HasSuffix(dir, "test") || dir == "internal/testlimit")
}

// edge says what is wrong with a non-test import of one package of the module by another; "" is nothing.
func edge(from, to string) string {
	a, ok := floorOf(from)
	if !ok {
		return "stands on no floor: add it to the table"
	}
	b, ok := floorOf(to)
	switch {
	case !ok:
		return "imports " + to + ", which stands on no floor"
	case forTests(to) && !forTests(from):
		return "imports " + to + ", which is for tests only"
	case b > a:
		return "imports " + to + ", which stands on a higher floor"
	case b == a && !strings.HasPrefix(from, to+"/"):
		return "imports " + to + ", which stands beside it"
	}
	return ""
}

// foreign says what is wrong with an import from outside the module; "" is nothing.
func foreign(imported string, inTest bool) string {
	if isStandard(imported) {
		return ""
	}
	for _, m := range modules {
		if imported == m.path || strings.HasPrefix(imported, m.path+"/") {
			if m.testOnly && !inTest {
				return "imports " + imported + ", which is for tests only"
			}
			return ""
		}
	}
	return "imports " + imported + ", a module that is not allowed"
}

func TestEdges(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"down", "bucket", "policy", ""},
		{"down to the ground", ".", "internal/region", ""},
		{"into the package around it", "policy/authz", "policy", ""},
		{"a package's own ground floor", "policy", "policy/internal/memo", ""},
		{"down to the cellar", "internal/tag", "problem", ""},
		{"a program", "examples/quickstart", "xaccttest", ""},
		{"up", "policy", "bucket", "imports bucket, which stands on a higher floor"},
		{"up from the ground", "internal/region", "policy", "imports policy, which stands on a higher floor"},
		{"the fake in a product package", ".", "xaccttest", "imports xaccttest, which stands on a higher floor"},
		{"sideways", "bucket", "iamrole", "imports iamrole, which stands beside it"},
		{"sideways on the ground", "internal/a", "internal/b", "imports internal/b, which stands beside it"},
		{"into a package inside", "policy", "policy/authz", "imports policy/authz, which stands beside it"},
		{"test support", "bucket", "internal/problemtest", "imports internal/problemtest, which is for tests only"},
		{"test support inside a folder of tests", "examples/quickstart", "internal/enginetest/kittest", "imports internal/enginetest/kittest, which is for tests only"},
		{"test support that plays against the fake", "internal/enginetest/kittest", "xaccttest", ""},
		{"the limit of tests", "bucket", "internal/testlimit", "imports internal/testlimit, which is for tests only"},
		{"below the fake", "xaccttest", "xaccttest/internal/fault", ""},
		{"from below the fake", "xaccttest/internal/fault", "xaccttest", "imports xaccttest, which stands on a higher floor"},
		{"a new package", "shiny", "policy", "stands on no floor: add it to the table"},
		{"to a new package", "bucket", "shiny", "imports shiny, which stands on no floor"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := edge(tt.from, tt.to); got != tt.want {
				t.Errorf("%s → %s: %q, want %q", tt.from, tt.to, got, tt.want)
			}
		})
	}
}

func TestFloors(t *testing.T) {
	tr := source(t)
	packages, edges := 0, 0
	for _, dir := range tr.dirs() {
		if _, ok := floorOf(dir); !ok {
			t.Errorf("%s stands on no floor: add it to the table", dir)
		}
		packages++
		for _, f := range tr.product(dir) {
			for _, imported := range f.imports() {
				to, ok := local(imported)
				if !ok {
					continue
				}
				edges++
				if why := edge(dir, to); why != "" {
					t.Errorf("%s: %s %s", f.path, dir, why)
				}
			}
		}
	}
	if edges == 0 {
		t.Error("no import was looked at")
	}
	t.Logf("%d packages, %d imports between them", packages, edges)
}

func TestModules(t *testing.T) {
	tr := source(t)
	n := 0
	for _, dir := range tr.dirs() {
		for _, f := range tr.files[dir] {
			for _, imported := range f.imports() {
				if _, ok := local(imported); ok || isStandard(imported) {
					continue
				}
				n++
				if why := foreign(imported, f.test || forTests(dir)); why != "" {
					t.Errorf("%s %s", f.path, why)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no import was looked at")
	}
	t.Logf("%d imports of other modules", n)
}

func TestForeign(t *testing.T) {
	for _, tt := range []struct {
		name, imported string
		inTest         bool
		want           string
	}{
		{"standard library", "net/http", false, ""},
		{"the SDK", "github.com/aws/aws-sdk-go-v2/service/s3", false, ""},
		{"the SDK's core", "github.com/aws/aws-sdk-go-v2", false, ""},
		{"go-cmp in a test", "github.com/google/go-cmp/cmp", true, ""},
		{"go-cmp elsewhere", "github.com/google/go-cmp/cmp", false, "imports github.com/google/go-cmp/cmp, which is for tests only"},
		{"another module", "github.com/stretchr/testify/assert", true, "imports github.com/stretchr/testify/assert, a module that is not allowed"},
		{"a name that begins alike", "github.com/aws/smithy-go-extra", false, "imports github.com/aws/smithy-go-extra, a module that is not allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := foreign(tt.imported, tt.inTest); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Offline packages reach the standard library and this module only, however far one follows their imports.
func TestOffline(t *testing.T) {
	tr := source(t)
	for _, start := range offline {
		seen := map[string]bool{}
		var follow func(dir string)
		follow = func(dir string) {
			if seen[dir] {
				return
			}
			seen[dir] = true
			for _, f := range tr.product(dir) {
				for _, imported := range f.imports() {
					if to, ok := local(imported); ok {
						follow(to)
					} else if !isStandard(imported) {
						t.Errorf("%s reaches %s through %s", start, imported, f.path)
					}
				}
			}
		}
		if len(tr.product(start)) == 0 {
			t.Errorf("no package %s", start)
		}
		follow(start)
		t.Logf("%s: %d packages followed", start, len(seen))
	}
}

// A test that plays against the in-memory AWS sees its package from outside: xaccttest imports nearly all of them.
func TestFakeFromOutside(t *testing.T) {
	tr := source(t)
	n := 0
	for _, dir := range tr.dirs() {
		for _, f := range tr.files[dir] {
			if !f.test || dir == "xaccttest" || !slices.Contains(f.imports(), module+"/xaccttest") {
				continue
			}
			n++
			if name := f.ast.Name.Name; !strings.HasSuffix(name, "_test") && name != "main" {
				t.Errorf("%s uses xaccttest inside package %s: make it %[2]s_test", f.path, name)
			}
		}
	}
	t.Logf("%d test files use xaccttest", n)
}
