package gallery_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// trapCase is what a program that falls into the trap would do, and must not happen.
type trapCase struct {
	name string
	test func(*testing.T, *xaccttest.Cloud)
}

// traps are mistakes that programs for this job make easily, with the tests of each. The numbers stay: a new trap goes to the end.
var traps = []struct {
	number int
	trap   string
	cases  []trapCase
}{
	{1, "a policy is read into a struct that does not know every element, or replaced when it cannot be read", []trapCase{
		{"a policy with elements that no struct knows survives", trapUnknownElements},
		{"a statement without a Sid does not end the merge", trapNoSid},
		{"a read that fails is not taken for no policy", trapUnreadIsNotAbsent},
	}},
	{2, "every transfer uses the same Sids", []trapCase{{"two transfers into one bucket keep both grants", trapConstantSids}}},
	{3, "tear-down writes an old copy of the policy", []trapCase{
		{"destroy keeps what others wrote since", trapRestore},
		{"destroy removes the grant where there was no policy before", trapRestoreNothing},
	}},
	{4, "a fixed wait before the change that has to spread", []trapCase{
		{"a role that spreads slowly is waited for, at the call it fails", trapSlowRole},
	}},
	{5, "a failure reported as success, and a role reused without a look at its policies", []trapCase{
		{"a failure is returned", trapSilentFailure},
		{"a role of ours whose policy lists an earlier bucket is given the new one", trapRoleOfEarlierBucket},
		{"a role that two transfers share may reach the buckets of both", trapSharedRole},
		{"a given role whose policy lists an earlier bucket blocks the plan", trapGivenRoleOfEarlierBucket},
	}},
	{6, "a set-up with KMS keys that is declared and never made, or made with too much", []trapCase{
		{"the statements for the keys are made, in valid policies, and suffice", trapKeyPolicyNeverMade},
		{"nobody may delete a key, change it or change its policy", trapKeyActions},
		{"a role may use the keys of its own end only", trapKeyOfTheOtherEnd},
		{"every trust policy keeps out other accounts and other services' resources", trapConfusedDeputy},
		{"a task without filters is created without any", trapEmptyFilters},
	}},
	{7, "statements are appended, and not replaced", []trapCase{{"applying twice leaves each statement once", trapAppend}}},
	{8, "deleting at the destination is the default", []trapCase{{"nothing is deleted by default", trapDeleteByDefault}}},
	{9, "a wait that only success ends", []trapCase{{"a run that ends in ERROR ends", trapEndlessWait}}},
	{10, "the service role has more than the transfer needs", []trapCase{{"the service role gets no wildcard", trapOvergrant}}},
	{11, "names cut off to fit", []trapCase{{"long names never share a role", trapTruncation}}},
	{12, "a location is reused because its URI fits", []trapCase{
		{"a location with our URI and another role is not reused", trapReuseByURI},
		{"a location of somebody else with our URI and another storage class is not reused", trapReuseIgnoringClass},
		{"a location of ours with another storage class is updated", trapOwnLocationOfOtherClass},
		{"a given location with another storage class blocks the plan", trapGivenLocationOfOtherClass},
	}},
	{13, "a trust policy that names one Region of two", []trapCase{{"the trust covers both Regions", trapOneRegion}}},
	{14, "ARNs that begin with arn:aws: in every partition", []trapCase{{"no ARN has the partition written into it", trapPartition}}},
	{15, "configuration writes on one bucket at the same time", []trapCase{{"configuration writes on one bucket never overlap", trapOverlap}}},
	{16, "a policy is deleted and put again", []trapCase{{"a policy is never deleted to be written again", trapDeleteThenPut}}},
	{17, "the Version of somebody's policy is raised, which gives ${…} in it another meaning", []trapCase{{"the Version of somebody's policy stays", trapVersion}}},
	{18, "a dry run that reads nothing", []trapCase{{"a dry run reads", trapBlindDryRun}}},
	{19, "ACLs are disabled while grants in them are in use", []trapCase{{"ACL grants are found before the ownership is changed", trapGrants}}},
	{20, "an error is taken for not found by its text alone", []trapCase{{"a refusal that says not found in its text is not taken for one", trapNotFoundByText}}},
}

func TestTraps(t *testing.T) {
	t.Parallel()
	for _, row := range traps {
		t.Run(fmt.Sprintf("%02d", row.number), func(t *testing.T) {
			for _, c := range row.cases {
				t.Run(c.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { c.test(t, kittest.World(t)) })
				})
			}
		})
	}
}

// Every row of the table has its number, its trap and tests, and every function of a trap stands in the table once.
func TestEveryTrapHasATest(t *testing.T) {
	fset := token.NewFileSet()
	names, err := filepath.Glob("traps*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	declared, used := map[string]bool{}, map[string]int{}
	for _, name := range names {
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "trap") {
				declared[fn.Name.Name] = true
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			row, ok := n.(*ast.CompositeLit)
			if !ok || len(row.Elts) != 2 {
				return true
			}
			if id, ok := row.Elts[1].(*ast.Ident); ok {
				used[id.Name]++
			}
			return true
		})
	}
	cases := 0
	for i, row := range traps {
		cases += len(row.cases)
		if row.number != i+1 || row.trap == "" || len(row.cases) == 0 {
			t.Errorf("row %d: number %d, trap %q, %d tests", i+1, row.number, row.trap, len(row.cases))
		}
	}
	for name := range declared {
		if used[name] != 1 {
			t.Errorf("%s stands in the table %d times", name, used[name])
		}
	}
	if len(traps) < 20 || len(declared) != cases {
		t.Errorf("%d traps, %d functions, %d cases", len(traps), len(declared), cases)
	}
	t.Logf("%d traps, %d cases", len(traps), cases)
}
