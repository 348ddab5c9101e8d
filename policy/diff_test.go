package policy_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/xacct/xacct/policy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with the file, or rewrites the file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want +got\n%s", file, diff)
	}
}

func read(t *testing.T, file string) Document {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, string(text))
}

func TestDiff(t *testing.T) {
	before, after := read(t, "testdata/diff/before.json"), read(t, "testdata/diff/after.json")
	var text strings.Builder
	for _, c := range Diff(before, after) {
		fmt.Fprintln(&text, c)
	}
	golden(t, "testdata/diff/forward.golden", text.String())

	text.Reset()
	for _, c := range Diff(after, before) {
		fmt.Fprintln(&text, c)
	}
	golden(t, "testdata/diff/back.golden", text.String())
}

// Each case states by hand what Diff should find.
func TestDiffOps(t *testing.T) {
	before, after := read(t, "testdata/diff/before.json"), read(t, "testdata/diff/after.json")
	ops := func(changes []StatementChange) (got []string) {
		for _, c := range changes {
			if c.Before.IsZero() != (c.Op == Added) || c.After.IsZero() != (c.Op == Removed) {
				t.Errorf("%s %s: before %v, after %v", c.Op, c.Sid, c.Before, c.After)
			}
			got = append(got, string(c.Op)+" "+c.Sid)
		}
		return got
	}
	for name, tc := range map[string]struct {
		a, b Document
		want []string
	}{
		"forward":  {before, after, []string{"kept TLSOnly", "changed Sync", "changed Logs", "removed Share", "kept Share", "changed NewName", "removed ", "added "}},
		"nothing":  {Document{}, Document{}, nil},
		"all new":  {Document{}, New(stA, no), []string{"added A", "added "}},
		"all gone": {New(stA, no), Document{}, []string{"removed A", "removed "}},
		"the same": {New(stA, no, no), New(no, stA, no), []string{"kept A", "kept ", "kept "}},
		"copies":   {New(no, no), New(no), []string{"kept ", "removed "}},
		"Sid lost": {New(stA), New(stA.WithSid("")), []string{"changed "}},
	} {
		if diff := cmp.Diff(tc.want, ops(Diff(tc.a, tc.b))); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// If two statements read the same in words, String shows their JSON.
func TestDiffShowsText(t *testing.T) {
	a := mustParse(t, doc(st(`"Sid":"A","Principal":{"AWS":"arn:aws:iam::111122223333:root"},`+get)))
	b := mustParse(t, doc(st(`"Sid":"A","Principal":{"AWS":"arn:aws-cn:iam::111122223333:root"},`+get)))
	want := `~ A: account 111122223333 may s3:GetObject on any resource
    - text   {"Sid":"A","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}
    + text   {"Sid":"A","Principal":{"AWS":"arn:aws-cn:iam::111122223333:root"},"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`
	if diff := cmp.Diff(want, Diff(a, b)[0].String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestExplain explains every statement of the corpus and compares with a golden file.
func TestExplain(t *testing.T) {
	documents := corpus(t)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		fmt.Fprintln(&text, name)
		for s := range mustParse(t, documents[name]).All() {
			fmt.Fprintf(&text, "    %s\n", s.Explain())
		}
	}
	golden(t, "testdata/explain.golden", text.String())
}

// Operators that compare differently have different words, so that a reviewer sees the change.
func TestOperatorsReadDifferently(t *testing.T) {
	for _, pair := range [][2]string{{"ArnLike", "StringLike"}, {"ArnNotLike", "StringNotLike"}, {"NumericEquals", "StringEquals"}, {"DateNotEquals", "StringNotEquals"}, {"DateEquals", "NumericEquals"}} {
		a, b := Where(pair[0], "a:b", "1"), Where(pair[1], "a:b", "1")
		if a.String() == b.String() {
			t.Errorf("%s and %s both read %q", pair[0], pair[1], a)
		}
	}
}
