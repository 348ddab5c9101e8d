package house_test

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// readTop is the text of a file, by its path from the repository's root.
func readTop(t *testing.T, name string) string {
	t.Helper()
	text, err := fs.ReadFile(os.DirFS("../.."), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows are the cells of the first table below the heading of a Markdown text, without the head of the table.
func rows(text, heading string) [][]string {
	var out [][]string
	_, text, _ = strings.Cut(text, "\n## "+heading+"\n")
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "|"):
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			out = append(out, cells)
		case out != nil, strings.HasPrefix(line, "## "):
			return slices.Delete(out, 0, min(2, len(out)))
		}
	}
	return slices.Delete(out, 0, min(2, len(out)))
}

// spans are the texts in backticks.
func spans(text string) []string {
	var out []string
	for _, s := range span.FindAllString(text, -1) {
		out = append(out, strings.Trim(s, "`"))
	}
	return out
}

// shownAs is how the pages name a package: the root by its name, a directory of several with an ellipsis.
func shownAs(dir string) string {
	switch dir {
	case ".":
		return "xacct"
	case "internal", "policy/internal", "xaccttest/internal", "internal/enginetest", "examples":
		return dir + "/…"
	}
	return dir
}

// The map in CONTRIBUTING.md has a sentence for every package, in the order of the table of floors.
func TestMapFollowsTheFloors(t *testing.T) {
	var want, got []string
	for _, f := range floors {
		want = append(want, shownAs(f.dir))
	}
	mapped := map[string]bool{}
	for _, row := range rows(readTop(t, "CONTRIBUTING.md"), "Map") {
		if len(row) != 2 || row[1] == "" {
			t.Errorf("the map has a row without a sentence: %q", row)
			continue
		}
		for _, s := range spans(row[0] + row[1]) {
			mapped[s] = true
		}
		if name := strings.Trim(row[0], "`"); slices.Contains(want, name) {
			got = append(got, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the map is not in the order of the floors (-want +got):\n%s", diff)
	}
	packages := 0
	for _, dir := range source(t).dirs() {
		if strings.HasPrefix(dir, "examples/") {
			continue
		}
		packages++
		if !mapped[shownAs(dir)] && !mapped[dir] {
			t.Errorf("the map does not have %s", dir)
		}
	}
	t.Logf("%d rooms, %d packages", len(got), packages)
}

// The table of where things go names files, tests and gates that exist, and names that one of the row's files has.
func TestWhereThingsGo(t *testing.T) {
	top := os.DirFS("../..")
	places := rows(readTop(t, "CONTRIBUTING.md"), "Where do I put …")
	paths, names := 0, 0
	for _, row := range places {
		if len(row) != 4 {
			t.Errorf("a row has %d cells, want 4: %q", len(row), row)
			continue
		}
		var files, others []string
		for _, s := range spans(row[1] + row[2]) {
			if _, known := source(t).files[s]; !known && !strings.Contains(s, "/") && path.Ext(s) != ".go" {
				others = append(others, s)
				continue
			}
			paths++
			if _, err := fs.Stat(top, s); err != nil {
				t.Errorf("%s: there is no %s", row[0], s)
			} else if path.Ext(s) == ".go" {
				files = append(files, readTop(t, s))
			}
		}
		for _, name := range others {
			names++
			if !slices.ContainsFunc(files, func(text string) bool { return strings.Contains(text, name) }) {
				t.Errorf("%s: none of its files has %s", row[0], name)
			}
		}
		if !slices.ContainsFunc(spans(row[1]), isProduct) {
			t.Errorf("%s: no file of the product is named", row[0])
		}
		if !slices.ContainsFunc(spans(row[2]), isTest) {
			t.Errorf("%s: no test file is named", row[0])
		}
		for _, gate := range spans(row[3]) {
			if !slices.Contains(gates(t), gate) {
				t.Errorf("%s: there is no gate %s", row[0], gate)
			}
		}
		if len(spans(row[3])) == 0 {
			t.Errorf("%s: no gate is named", row[0])
		}
	}
	if len(places) < 10 {
		t.Errorf("%d places, want at least 10", len(places))
	}
	t.Logf("%d places, %d paths, %d names", len(places), paths, names)
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

func isProduct(name string) bool { return path.Ext(name) == ".go" && !isTest(name) }

func TestRows(t *testing.T) {
	const text = "# A\n\n## Map\n\nWords.\n\n| a | b |\n| --- | --- |\n| `x` | one |\n| y | `z` |\n\n## More\n\n| c |\n| --- |\n| d |\n\n## None\n"
	for _, tt := range []struct {
		name, heading string
		want          [][]string
	}{
		{"two columns", "Map", [][]string{{"`x`", "one"}, {"y", "`z`"}}},
		{"one column", "More", [][]string{{"d"}}},
		{"no table", "None", nil},
		{"no such heading", "Other", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, rows(text, tt.heading)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// CONTRIBUTING.md names every package that people import, and every gate.
func TestContributingIsComplete(t *testing.T) {
	text := readTop(t, "CONTRIBUTING.md")
	var want []string
	for _, dir := range source(t).dirs() {
		if dir != "." && source(t).library(dir) {
			want = append(want, dir)
		}
	}
	want = append(want, gates(t)...)
	for _, name := range want {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("CONTRIBUTING.md does not name `%s`", name)
		}
	}
	t.Logf("%d packages and gates", len(want))
}

// Every gate is run.
func TestRunHasEveryGate(t *testing.T) {
	_, list, _ := strings.Cut(readTop(t, ".ci/run"), "\ngates=(")
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
