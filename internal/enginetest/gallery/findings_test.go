package gallery_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// findingsPage is the page that findings prints.
const findingsPage = "../../../docs/findings.md"

// declaredCode is a code that package plan declares, with the group that it stands in and what it means.
type declaredCode struct{ code, group, means string }

// declaredCodes are the codes in the order of their declaration.
func declaredCodes(t *testing.T) []declaredCode {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "plan", "codes.go"))
	if err != nil {
		t.Fatal(err)
	}
	group, line := regexp.MustCompile(`^// (.*)\.$`), regexp.MustCompile(`^\tCode\w+ +Code = "([a-z-]+)" +// (.*)$`)
	var out []declaredCode
	title := ""
	for text := range strings.Lines(string(data)) {
		text = strings.TrimSuffix(text, "\n")
		if m := group.FindStringSubmatch(text); m != nil {
			title = m[1]
		}
		if m := line.FindStringSubmatch(text); m != nil {
			out = append(out, declaredCode{m[1], title, m[2]})
		}
	}
	if want := findingCodes(t); len(out) != len(want) {
		t.Fatalf("%d codes with a meaning, want %d", len(out), len(want))
	}
	return out
}

// saying is what findings of one severity say in the same words, and the first situation that they are of.
type saying struct {
	severity       xacct.Severity
	detail, remedy string
	situation      string
}

// sayings are what the situations' findings of the code say, the heaviest first. Those that differ in no more than the ids of resources count as one.
func (n *shown) sayings(code xacct.Code) []saying {
	var out []saying
	for _, s := range n.told {
		for _, f := range s.findings {
			if f.Code != code {
				continue
			}
			said := saying{f.Severity, withoutIDs(f.Detail), withoutIDs(f.Remedy), s.situation}
			if !slices.ContainsFunc(out, func(o saying) bool {
				return o.severity == said.severity && o.detail == said.detail && o.remedy == said.remedy
			}) {
				out = append(out, said)
			}
		}
	}
	order := []xacct.Severity{xacct.Blocking, xacct.Warning, xacct.Info}
	slices.SortStableFunc(out, func(a, b saying) int {
		return cmp.Compare(slices.Index(order, a.severity), slices.Index(order, b.severity))
	})
	return out
}

// ids is the table of what differs from run to run, or makes a line long, and of what the page has in its place.
var ids = []struct {
	is      *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\b(task|loc|exec)-[0-9a-f]{17}\b`), "$1-…"},
	{regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`), "…"},
	{regexp.MustCompile(`\bAROA[0-9A-Z]{12,}\b`), "AROA…"},
	{regexp.MustCompile(`\bk{20,}`), "k…"},
	{regexp.MustCompile(`\b2000-01-01T\d\d:\d\d:\d\dZ`), "2000-01-01T…"},
	{regexp.MustCompile(`\b(Xacct[A-Za-z]+?)[0-9a-f]{8}\b`), "$1…"},
}

func withoutIDs(s string) string {
	for _, id := range ids {
		s = id.is.ReplaceAllString(s, id.instead)
	}
	return s
}

// cell escapes a text for a cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "`", "\\`").Replace(cmp.Or(s, "–"))
}

// findings compares docs/findings.md with what the situations' findings say, so that all of them can be read in one go.
func (n *shown) findings(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Findings

What a plan can find: every code, what it means, and what the findings of the situations in
[internal/enginetest/gallery/testdata](../internal/enginetest/gallery/testdata) say, each with what to do. Blocking findings stop the changes of their
transfer; warnings and information stop nothing. "For example" names the situation, which has the documents and the page of AWS that it is from; of
several with the same words it names the first. Account 111122223333 has the task and the source, 444455556666 the destination, unless the situation says otherwise.

` + "`go test ./internal/enginetest/gallery -run TestGallery -update`" + ` writes this page.
`)
	group, counted := "", 0
	for _, c := range declaredCodes(t) {
		if c.group != group {
			group = c.group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s.\n\n| severity | detail | remedy | for example |\n| --- | --- | --- | --- |\n", c.code, strings.ToUpper(c.means[:1])+c.means[1:])
		for _, s := range n.sayings(c.code) {
			counted++
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.severity, cell(s.detail), cell(s.remedy), s.situation)
		}
	}
	t.Logf("%d sentences of findings", counted)
	if kittest.Update() {
		if err := os.WriteFile(findingsPage, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(findingsPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got); write it with -update:\n%s", findingsPage, diff)
	}
	for _, s := range n.told {
		for _, f := range s.findings {
			if why := unfinished(f); why != "" {
				t.Errorf("%s: %s %s: %s: %q, %q", s.situation, f.Severity, f.Code, why, f.Detail, f.Remedy)
			}
		}
	}
}

// unfinished says what a finding's words lack for being read alone; "" is nothing. Information need not ask for anything.
func unfinished(f xacct.Finding) string {
	switch {
	case f.Detail == "" || strings.ContainsAny(f.Detail+f.Remedy, "\n\t") || strings.Contains(f.Detail+f.Remedy, "%!"):
		return "the detail is no line"
	case f.Remedy == "" && f.Severity != xacct.Info:
		return "no remedy"
	case strings.Contains(f.Detail+f.Remedy, "  ") || strings.HasSuffix(f.Remedy, ".") || strings.HasSuffix(f.Remedy, " ") || strings.HasSuffix(f.Detail, " "):
		return "spaces or a full stop at the end"
	}
	for _, vague := range []string{"it ", "this ", "that end", "could not be read", "the key ", "the location ", "the task is "} {
		if strings.HasPrefix(f.Detail, vague) && !strings.HasPrefix(f.Detail, "it is not proved that ") {
			return "the detail does not name its subject"
		}
	}
	for _, vague := range []string{"that end", "on the bucket", "on the role", "on the key", "on the location", "let the owner use", "let the owner of the bucket"} {
		if strings.Contains(f.Remedy, vague) {
			return "the remedy does not name its object"
		}
	}
	return ""
}

// TestUnfinished: words that need the reader to know what they are about are told from those that do not.
func TestUnfinished(t *testing.T) {
	const detail, remedy = "bucket media does not exist", "make bucket media"
	for _, tt := range []struct {
		name, detail, remedy string
		severity             xacct.Severity
		ok                   bool
	}{
		{"both", detail, remedy, xacct.Blocking, true},
		{"information without a remedy", detail, "", xacct.Info, true},
		{"a warning without a remedy", detail, "", xacct.Warning, false},
		{"no detail", "", remedy, xacct.Blocking, false},
		{"two lines", "bucket\nmedia", remedy, xacct.Blocking, false},
		{"a verb gone wrong", "bucket %!s(MISSING)", remedy, xacct.Blocking, false},
		{"nobody is named", "it writes below s3://media/", remedy, xacct.Blocking, false},
		{"what is not proved", "it is not proved that bucket media belongs to account 111122223333", remedy, xacct.Blocking, true},
		{"no object", detail, "grant the reader s3:ListBucket on the bucket", xacct.Blocking, false},
		{"no end", detail, "add it to KMSKeys of that end", xacct.Blocking, false},
		{"a full stop", detail, remedy + ".", xacct.Blocking, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if why := unfinished(xacct.Finding{Severity: tt.severity, Detail: tt.detail, Remedy: tt.remedy}); (why == "") != tt.ok {
				t.Errorf("%q", why)
			}
		})
	}
}
