package house_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	node  = regexp.MustCompile(`^\s*(\w+)\["([^"]+)"\]$`)
	arrow = regexp.MustCompile(`^\s*(\w+) --> (\w+)$`)
	step  = regexp.MustCompile(`(?m)^\d+\. .*$`)
)

// picture is a flowchart: the labels of its nodes by their ids, and its arrows as pairs of labels.
type picture struct {
	nodes  map[string]string
	arrows [][2]string
}

// read reads the lines of a Mermaid flowchart.
func (p *picture) read(lines []string) error {
	p.nodes = map[string]string{}
	for _, line := range lines {
		if m := node.FindStringSubmatch(line); m != nil {
			if p.nodes[m[1]] != "" {
				return fmt.Errorf("%s is there twice", m[1])
			}
			p.nodes[m[1]] = m[2]
		}
	}
	for _, line := range lines {
		m := arrow.FindStringSubmatch(line)
		switch {
		case m == nil && strings.Contains(line, "--"):
			return fmt.Errorf("an arrow of another form: %s", line)
		case m == nil:
			continue
		case p.nodes[m[1]] == "" || p.nodes[m[2]] == "":
			return fmt.Errorf("an arrow without a node: %s", line)
		}
		p.arrows = append(p.arrows, [2]string{p.nodes[m[1]], p.nodes[m[2]]})
	}
	return nil
}

// floorNamed is the directory of the table of floors that the pages name so; false if there is none.
func floorNamed(name string) (dir string, ok bool) {
	for _, f := range floors {
		if shownAs(f.dir) == name {
			return f.dir, true
		}
	}
	return "", false
}

// roomOf is the entry of the table of floors that the package belongs to: the longest prefix.
func roomOf(dir string) string {
	room := ""
	for _, f := range floors {
		if (dir == f.dir || strings.HasPrefix(dir, f.dir+"/")) && len(f.dir) > len(room) {
			room = f.dir
		}
	}
	return room
}

// The picture in docs/architecture.md has every package of the table of floors and no other, and each arrow is an import.
func TestPictureShowsTheFloors(t *testing.T) {
	var p picture
	for _, b := range blocks(readTop(t, "docs/architecture.md")) {
		if b.language == "mermaid" && p.nodes == nil {
			if err := p.read(b.lines); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range floors {
		n := 0
		for _, label := range p.nodes {
			if label == shownAs(f.dir) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the picture has %s %d times, want once", shownAs(f.dir), n)
		}
	}
	for _, label := range p.nodes {
		if _, ok := floorNamed(label); !ok {
			t.Errorf("the picture has %s, which stands on no floor", label)
		}
	}
	tr := source(t)
	imports := map[[2]string]bool{}
	for _, dir := range tr.dirs() {
		for _, f := range tr.files[dir] {
			for _, imported := range f.imports() {
				if to, ok := local(imported); ok && (!f.test || forTests(roomOf(dir))) {
					imports[[2]string{shownAs(roomOf(dir)), shownAs(roomOf(to))}] = true
				}
			}
		}
	}
	for _, a := range p.arrows {
		if !imports[a] {
			t.Errorf("the picture has an arrow from %s to %s, and no import", a[0], a[1])
		}
	}
	if len(p.arrows) == 0 {
		t.Error("no arrow was looked at")
	}
	t.Logf("%d packages, %d arrows", len(p.nodes), len(p.arrows))
}

// The way of a transfer in docs/architecture.md names what its packages export.
func TestWayNamesWhatIsThere(t *testing.T) {
	text := readTop(t, "docs/architecture.md")
	_, text, _ = strings.Cut(text, "\n## The way of a transfer\n")
	there, _ := exported(source(t), func(dir string) bool { return !strings.HasPrefix(dir, "examples/") })
	steps := step.FindAllString(text, -1)
	if len(steps) != 10 {
		t.Errorf("the way has %d lines, want 10", len(steps))
	}
	names := 0
	for _, line := range steps {
		found := false
		for _, s := range spans(line) {
			pkg, name, qualified := strings.Cut(s, ".")
			if !qualified {
				continue
			}
			found = true
			names++
			if !there[pkg][name] {
				t.Errorf("the way names %s, which there is not", s)
			}
		}
		if !found {
			t.Errorf("a line names no package and function: %s", line)
		}
	}
	t.Logf("%d lines, %d names", len(steps), names)
}

func TestPictureRead(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		arrows     int
		fails      bool
	}{
		{"nodes and arrows", "flowchart TD\n  subgraph s[\"words\"]\n    a[\"x/y\"]\n  end\n  b[\"z\"]\n  a --> b", 1, false},
		{"an arrow before its nodes", "a --> b\na[\"x\"]\nb[\"y\"]", 1, false},
		{"a node twice", "a[\"x\"]\na[\"y\"]", 0, true},
		{"an arrow to nowhere", "a[\"x\"]\na --> b", 0, true},
		{"an arrow of another form", "a[\"x\"]\nb[\"y\"]\na -- words --> b", 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var p picture
			err := p.read(strings.Split(tt.text, "\n"))
			if (err != nil) != tt.fails || err == nil && len(p.arrows) != tt.arrows {
				t.Errorf("%d arrows, error %v; want %d, an error: %v", len(p.arrows), err, tt.arrows, tt.fails)
			}
			if labels := p.nodes; err == nil && slices.ContainsFunc(p.arrows, func(a [2]string) bool { return a[0] == "" || a[1] == "" }) {
				t.Errorf("an arrow without a label: %v of %v", p.arrows, labels)
			}
		})
	}
}

func TestRoomOf(t *testing.T) {
	for dir, want := range map[string]string{
		".": ".", "policy/authz": "policy/authz", "policy/internal/memo": "policy/internal", "internal/enginetest/gallery": "internal/enginetest",
		"internal/region": "internal", "internal/model": "internal/model", "examples/canary": "examples", "taskforce": "",
	} {
		if got := roomOf(dir); got != want {
			t.Errorf("%s: %q, want %q", dir, got, want)
		}
	}
}
