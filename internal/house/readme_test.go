package house_test

import (
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// block is a fenced block of a Markdown file.
type block struct {
	line     int // of its fence
	language string
	lines    []string
}

// blocks are the fenced blocks of a Markdown text.
func blocks(text string) []block {
	var out []block
	inside := false
	for i, line := range strings.Split(text, "\n") {
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && inside:
			inside = false
		case fence:
			inside = true
			out = append(out, block{line: i + 1, language: language})
		case inside:
			last := &out[len(out)-1]
			last.lines = append(last.lines, line)
		}
	}
	return out
}

// readme is README.md and what it may quote: the programs under examples, and the tests.
func readme(t *testing.T) (text string, sources map[string]string) {
	t.Helper()
	top := os.DirFS("../..")
	b, err := fs.ReadFile(top, "README.md")
	if err != nil {
		t.Fatal(err)
	}
	sources = map[string]string{}
	for dir, files := range source(t).files {
		for _, f := range files {
			if f.test || strings.HasPrefix(dir, "examples/") {
				src, err := fs.ReadFile(top, f.path)
				if err != nil {
					t.Fatal(err)
				}
				sources[f.path] = string(src)
			}
		}
	}
	return string(b), sources
}

func TestReadmeIsShort(t *testing.T) {
	text, _ := readme(t)
	if n := strings.Count(text, "\n"); n >= 150 {
		t.Errorf("README.md has %d lines; it must have fewer than 150", n)
	}
}

// Every Go block of the README is compiled somewhere: it stands, without regard to indentation, in one example or test. A line "// …"
// stands for lines left out.
func TestReadmeQuotesCode(t *testing.T) {
	text, sources := readme(t)
	n := 0
	for _, b := range blocks(text) {
		switch b.language {
		case "go":
			n++
			if !quotedFrom(b.lines, sources) {
				t.Errorf("README.md:%d: the program stands in no file under examples and in no test", b.line)
			}
		case "mermaid":
			if picture := "\n```mermaid\n" + strings.Join(b.lines, "\n") + "\n```\n"; !strings.Contains(readTop(t, "review/testdata/push.md"), picture) {
				t.Errorf("README.md:%d: the picture is not that of review/testdata/push.md", b.line)
			}
		case "sh", "text", "json":
		default:
			t.Errorf("README.md:%d: a block must be sh (which is run), text, json, mermaid or go, not %q", b.line, b.language)
		}
	}
	t.Logf("%d Go blocks", n)
}

// quotedFrom reports whether one of the sources has the lines.
func quotedFrom(lines []string, sources map[string]string) bool {
	var chunks []string
	chunk := "\n"
	for _, line := range lines {
		switch line = strings.TrimSpace(line); line {
		case "// …", "// ...":
			chunks, chunk = append(chunks, chunk), "\n"
		default:
			chunk += line + "\n"
		}
	}
	chunks = append(chunks, chunk)
	for _, src := range sources {
		rest, found := unindented(src), true
		for _, c := range chunks {
			var ok bool
			if _, rest, ok = strings.Cut(rest, c); !ok {
				found = false
				break
			}
			rest = "\n" + rest
		}
		if found {
			return true
		}
	}
	return false
}

func unindented(src string) string {
	var b strings.Builder
	b.WriteByte('\n')
	for line := range strings.Lines(src) {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

func TestQuotedFrom(t *testing.T) {
	sources := map[string]string{"a.go": "package a\n\nfunc f() {\n\tone()\n\ttwo()\n\tthree()\n\tfour()\n}\n", "b.go": "package b\n\nfunc g() {\n\tfive()\n}\n"}
	for _, tt := range []struct {
		name, block string
		want        bool
	}{
		{"lines of a function", "one()\ntwo()", true},
		{"lines with another indentation", "  one()\n  two()", true},
		{"a whole file", sources["a.go"], true},
		{"lines left out", "one()\n// …\nfour()", true},
		{"lines left out silently", "one()\nfour()", false},
		{"another order", "four()\n// …\none()", false},
		{"of two files", "one()\n// …\nfive()", false},
		{"part of a line", "ne()", false},
		{"nowhere", "six()", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := quotedFrom(strings.Split(strings.TrimSuffix(tt.block, "\n"), "\n"), sources); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

var (
	span = regexp.MustCompile("`[^`\\n]+`")
	name = regexp.MustCompile(`\b([A-Za-z]+)\.([A-Z][A-Za-z]*)\b`)
)

// A qualified name in the running text is exported by its package, or, behind a variable such as plan, is some type's method or field.
func TestReadmeNames(t *testing.T) {
	text, _ := readme(t)
	for _, b := range blocks(text) {
		text = strings.Replace(text, strings.Join(b.lines, "\n"), "", 1)
	}
	packages, members := exported(source(t), source(t).library)
	n := 0
	for _, s := range span.FindAllString(text, -1) {
		for _, m := range name.FindAllStringSubmatch(s, -1) {
			n++
			names, ok := packages[m[1]]
			if !ok {
				names = members
			}
			if !names[m[2]] {
				t.Errorf("README.md names %s, which there is not", m[0])
			}
		}
	}
	t.Logf("%d names", n)
}

// exported are the exported names of the packages in the directories that are of, by the package's name, and those of all methods and fields.
func exported(tr *tree, of func(dir string) bool) (packages map[string]map[string]bool, members map[string]bool) {
	packages, members = map[string]map[string]bool{}, map[string]bool{}
	for _, dir := range tr.dirs() {
		if !of(dir) {
			continue
		}
		for _, f := range tr.product(dir) {
			pkg := f.ast.Name.Name
			if packages[pkg] == nil {
				packages[pkg] = map[string]bool{}
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Recv != nil {
						members[n.Name.Name] = true
					} else {
						packages[pkg][n.Name.Name] = true
					}
					return false
				case *ast.TypeSpec:
					packages[pkg][n.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range n.Names {
						packages[pkg][id.Name] = true
					}
				case *ast.Field:
					for _, id := range n.Names {
						members[id.Name] = true
					}
				}
				return true
			})
		}
	}
	return packages, members
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)

// What the Markdown files at the root and below docs link to in the repository is there.
func TestLinks(t *testing.T) {
	top := os.DirFS("../..")
	n := 0
	names, err := fs.Glob(top, "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md") {
		text, err := fs.ReadFile(top, name)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			n++
			if _, err := fs.Stat(top, path.Join(path.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
			}
		}
	}
	t.Logf("%d links", n)
}

func TestBlocks(t *testing.T) {
	const text = "a\n```sh\ngo version\n```\n\n```text\nx\n\ny\n```\nb\n"
	want := "[{2 sh [go version]} {6 text [x  y]}]"
	if got := fmt.Sprint(blocks(text)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

var mention = regexp.MustCompile(`\bdocs/[a-z-]+\.md\b`)

// The pages below docs that Go files and Markdown files mention by their path are there.
func TestMentionedPagesAreThere(t *testing.T) {
	top := os.DirFS("../..")
	names := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"}
	for _, files := range source(t).files {
		for _, f := range files {
			names = append(names, f.path)
		}
	}
	n := 0
	for _, name := range names {
		text, err := fs.ReadFile(top, name)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, page := range mention.FindAllString(string(text), -1) {
			n++
			if _, err := fs.Stat(top, page); err != nil {
				t.Errorf("%s mentions %s: %v", name, page, err)
			}
		}
	}
	if n == 0 {
		t.Error("no mention was looked at")
	}
	t.Logf("%d mentions", n)
}
