package house_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	uses      = regexp.MustCompile(`(?:^|[\s{,"'])uses["']?:\s*["']?([^"'\s,}]+)["']?(.*)`)
	commit    = regexp.MustCompile(`@[0-9a-f]{40}$`)
	image     = regexp.MustCompile(`^docker://.+@sha256:[0-9a-f]{64}$`)
	release   = regexp.MustCompile(`^\s+# v[0-9]+\.[0-9]+\.[0-9]+$`)
	install   = regexp.MustCompile(`\bpip[0-9.]*["']?\s+install\b([^|&;\n]*)`)
	assigned  = regexp.MustCompile(`(?m)^\s*(\w+)=(\S+)$`)
	exact     = regexp.MustCompile(`^[A-Za-z0-9][\w.-]*(\[[\w.,-]+\])?==[0-9][\w.]*$`)
	withValue = []string{"--retries", "--timeout", "--index-url", "-i", "--progress-bar"} // the options of pip whose value is a word of its own
)

// unpinnedActions are the actions of a workflow that a tag or branch could change, or whose commit does not say which release it is. An action of this
// repository has no version of its own.
func unpinnedActions(text string) (found int, unpinned []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		m := uses.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(m[1], "./") {
			continue
		}
		found++
		if !image.MatchString(m[1]) && (!commit.MatchString(m[1]) || !release.MatchString(m[2])) {
			unpinned = append(unpinned, m[1])
		}
	}
	return found, unpinned
}

// unpinnedPackages are the packages that a script has pip install without an exact version. A word like "$requirement" is looked up in the script.
func unpinnedPackages(text string) (found int, unpinned []string) {
	text = strings.ReplaceAll(text, "\\\n", " ")
	values := map[string]string{}
	for _, m := range assigned.FindAllStringSubmatch(text, -1) {
		values[m[1]] = strings.Trim(m[2], `"'`)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, m := range install.FindAllStringSubmatch(line, -1) {
			words := strings.Fields(m[1])
			for i, word := range words {
				word = strings.Trim(word, `"'`)
				if name, ok := strings.CutPrefix(word, "$"); ok {
					word = values[strings.Trim(name, "{}")]
				}
				option := strings.HasPrefix(word, "-") && word != "-r" && !strings.HasPrefix(word, "--requirement")
				if option || i > 0 && slices.Contains(withValue, words[i-1]) {
					continue
				}
				found++
				if !exact.MatchString(word) {
					unpinned = append(unpinned, strings.Trim(words[i], `"'`))
				}
			}
		}
	}
	return found, unpinned
}

// pinned reads the files, and fails for what one of them leaves open.
func pinned(t *testing.T, open func(text string) (int, []string), dirs ...string) {
	t.Helper()
	total := 0
	for _, dir := range dirs {
		entries, err := fs.ReadDir(os.DirFS("../.."), dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			found, unpinned := open(readTop(t, dir+"/"+e.Name()))
			total += found
			for _, what := range unpinned {
				t.Errorf("%s/%s: %s is not pinned", dir, e.Name(), what)
			}
		}
	}
	if total == 0 {
		t.Error("nothing was looked at")
	}
	t.Logf("%d pinned", total)
}

// Every action of a workflow is pinned by its commit, with the release as a comment: a tag can be moved to other code.
// https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions#using-third-party-actions
func TestActionsArePinned(t *testing.T) { pinned(t, unpinnedActions, ".github/workflows") }

// Every Python package that a gate or workflow installs has an exact version.
func TestPythonPackagesArePinned(t *testing.T) {
	pinned(t, unpinnedPackages, ".ci", ".github/workflows")
}

// The table of the service models says which botocore it is from: the one that its gate compares it with.
func TestModelNamesItsBotocore(t *testing.T) {
	var table struct{ Botocore string }
	if err := json.Unmarshal([]byte(readTop(t, "internal/model/testdata/services.json")), &table); err != nil {
		t.Fatal(err)
	}
	if script := readTop(t, ".ci/service-models"); !strings.Contains(script, "\nrequirement='botocore=="+table.Botocore+"'\n") {
		t.Errorf("the table is from botocore %q, and .ci/service-models installs another", table.Botocore)
	}
}

func TestUnpinnedActions(t *testing.T) {
	const hash = "11d5960a326750d5838078e36cf38b85af677262"
	digest := "sha256:" + strings.Repeat("0f", 32)
	for _, tt := range []struct {
		name, text string
		found      int
		want       []string
	}{
		{"a commit with its release", "      - uses: a/b@" + hash + " # v4.4.0\n", 1, nil},
		{"below a name", "      - name: x\n        uses: a/b@" + hash + " # v4.4.0\n", 1, nil},
		{"a part of a repository", "  - uses: a/b/c@" + hash + " # v4.4.0", 1, nil},
		{"in quotes", "  - uses: \"a/b@" + hash + "\" # v4.4.0", 1, nil},
		{"a tag", "  - uses: a/b@v4", 1, []string{"a/b@v4"}},
		{"a full tag", "  - uses: a/b@v4.4.0 # v4.4.0", 1, []string{"a/b@v4.4.0"}},
		{"a branch", "  - uses: a/b@main", 1, []string{"a/b@main"}},
		{"no version", "  - uses: a/b", 1, []string{"a/b"}},
		{"a short hash", "  - uses: a/b@" + hash[:12] + " # v4.4.0", 1, []string{"a/b@" + hash[:12]}},
		{"a hash that is too long", "  - uses: a/b@" + hash + "0 # v4.4.0", 1, []string{"a/b@" + hash + "0"}},
		{"a commit alone", "  - uses: a/b@" + hash, 1, []string{"a/b@" + hash}},
		{"a commit with a major version", "  - uses: a/b@" + hash + " # v4", 1, []string{"a/b@" + hash}},
		{"a commit with another comment", "  - uses: a/b@" + hash + " # for the moto gate", 1, []string{"a/b@" + hash}},
		{"one of two", "  - uses: a/b@" + hash + " # v1.2.3\n  - uses: c/d@v1\n", 2, []string{"c/d@v1"}},
		{"in braces", "  - {uses: a/b@v4, with: {x: y}}", 1, []string{"a/b@v4"}},
		{"a reusable workflow", "    uses: a/b/.github/workflows/c.yml@main", 1, []string{"a/b/.github/workflows/c.yml@main"}},
		{"an action of this repository", "  - uses: ./.github/actions/a", 0, nil},
		{"an image by its digest", "  - uses: docker://alpine@" + digest, 1, nil},
		{"an image by its tag", "  - uses: docker://alpine:3.22", 1, []string{"docker://alpine:3.22"}},
		{"in a comment", "  # uses: a/b@v4", 0, nil},
		{"another key", "  reuses: a/b@v4", 0, nil},
		{"the lines of Windows", "  - uses: a/b@" + hash + " # v4.4.0\r\n", 1, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, got := unpinnedActions(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" || found != tt.found {
				t.Errorf("found %d, want %d; unpinned (-want +got):\n%s", found, tt.found, diff)
			}
		})
	}
}

func TestUnpinnedPackages(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		found      int
		want       []string
	}{
		{"an exact version", "pip install moto==5.2.1", 1, nil},
		{"with extras", "\"$dir/bin/pip\" install --quiet 'moto[server]==5.2.1' || exit 1", 1, nil},
		{"options with a value", "pip install --retries 1 -q moto==5.2.1", 1, nil},
		{"a variable", "requirement='moto==5.2.1'\npip install \"$requirement\"", 1, nil},
		{"a variable in braces", "requirement=moto==5.2.1\npip install ${requirement}", 1, nil},
		{"a variable without a version", "requirement=moto\npip install $requirement", 1, []string{"$requirement"}},
		{"a variable from elsewhere", "pip install \"$1\"", 1, []string{"$1"}},
		{"no version", "python3 -m pip install moto", 1, []string{"moto"}},
		{"no version in a workflow", "      - run: pip3 install moto && moto_server", 1, []string{"moto"}},
		{"a least version", "pip install 'moto>=5.2.1'", 1, []string{"moto>=5.2.1"}},
		{"a compatible version", "pip install moto~=5.2", 1, []string{"moto~=5.2"}},
		{"any patch", "pip install moto==5.2.*", 1, []string{"moto==5.2.*"}},
		{"one of two", "pip install moto==5.2.1 botocore", 2, []string{"botocore"}},
		{"a file of requirements", "pip install -r requirements.txt", 2, []string{"-r", "requirements.txt"}},
		{"over two lines", "pip install --quiet \\\n  moto", 1, []string{"moto"}},
		{"a repository", "pip install git+https://example.com/moto", 1, []string{"git+https://example.com/moto"}},
		{"pip itself", "pip install --upgrade pip", 1, []string{"pip"}},
		{"in a comment", "# pip install moto", 0, nil},
		{"another command", "pip list", 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, got := unpinnedPackages(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" || found != tt.found {
				t.Errorf("found %d, want %d; unpinned (-want +got):\n%s", found, tt.found, diff)
			}
		})
	}
}
