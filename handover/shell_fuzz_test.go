package handover_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/inert"
)

// A text goes through the real shell as one word, and through the whole script without being run: the statements that the script writes are those of
// the plan, and no file appears.
func FuzzShell(f *testing.F) {
	for _, s := range []string{"", "x", hostile, "'", "'; touch pwned; '", "$(touch pwned)", "`touch pwned`", "\nXACCT_DATA\ntouch pwned\n", "\nXACCT_TEXT\n}\ntouch pwned\n", "%s%n", "!!", "\\", "\\'", "a\tb\rc", "é😀\u202e", "--help", "*", "~"} {
		f.Add(s)
	}
	if _, err := exec.LookPath("bash"); err != nil {
		f.Skip("not run: there is no bash here")
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "0")
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "bash", "-c", "printf %s "+inert.Shell(s))
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil || string(out) != s {
			t.Fatalf("%v (-want +got):\n%s", err, cmp.Diff(s, string(out)))
		}
		if *heavy {
			throughTheScript(t, dir, s)
		}
	})
}

// throughTheScript runs both scripts of a bundle for a transfer with the text wherever it may stand.
func throughTheScript(t *testing.T, dir, s string) {
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	hostileTo(&tr, s)
	if tr.Validate() != nil {
		tr.Task.Excludes = nil
	}
	if tr.Validate() != nil {
		t.Skip()
	}
	p := planOf(t, cloud, accountA, tr)
	for i := range p.Findings {
		p.Findings[i].Detail, p.Findings[i].Remedy = s, s
	}
	for i := range p.Changes {
		p.Changes[i].Reason, p.Changes[i].Details = s, append(p.Changes[i].Details, s)
	}
	b, bundled := bundle(t, p, accountB)
	stub := newStub(t, "python3")
	o := operator{t: t, dir: bundled, account: accountB, path: stub.path(), work: dir}
	o.must("script.sh")
	want := ""
	for _, c := range p.Changes {
		if c.Kind == xacct.BucketPolicy {
			want = string(c.Add.Bytes())
		}
	}
	if got, _ := stub.policy(); got != want {
		t.Errorf("written (-want +got):\n%s", cmp.Diff(want, got))
	}
	o.must("undo.sh")
	if _, stands := stub.policy(); stands {
		t.Error("a policy is left")
	}
	for _, where := range []string{dir, bundled, stub.dir} {
		if _, err := os.Stat(filepath.Join(where, "pwned")); err == nil {
			t.Fatalf("it was run, in %s", where)
		}
	}
	for _, line := range strings.Split(read(t, b, "script.sh"), "\n") {
		if strings.HasPrefix(line, "#") && strings.ContainsAny(line, "\r\x1b") {
			t.Errorf("a comment that is more than a line: %q", line)
		}
	}
}
