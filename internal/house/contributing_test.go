package house_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

// noGates are .ci/run itself, and the tables of what may be long.
var noGates = []string{"run", "long-files", "long-functions", "large-packages"}

// gates are the scripts beside .ci/run, sorted.
func gates(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("../../.ci")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if !slices.Contains(noGates, e.Name()) {
			out = append(out, e.Name())
		}
	}
	return out
}

// The table of floors in CONTRIBUTING.md has every package that people import, and every gate its line.
func TestContributingIsComplete(t *testing.T) {
	top := os.DirFS("../..")
	text, err := fs.ReadFile(top, "CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, dir := range source(t).dirs() {
		if dir != "." && source(t).library(dir) {
			want = append(want, dir)
		}
	}
	want = append(want, gates(t)...)
	for _, name := range want {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("CONTRIBUTING.md does not name `%s`", name)
		}
	}
	t.Logf("%d packages and gates", len(want))
}

// Every gate is run.
func TestRunHasEveryGate(t *testing.T) {
	top := os.DirFS("../..")
	run, err := fs.ReadFile(top, ".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(run), "\ngates=(")
	list, _, ok := strings.Cut(list, ")")
	if !ok {
		t.Fatal(".ci/run has no list of gates")
	}
	want := gates(t)
	got := strings.Fields(list)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the gates are %v, run are %v", want, got)
	}
}
