package handover_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// pushBundle is the bundle for the owner of the destination of a push, and the statements that it adds.
func pushBundle(t *testing.T) (dir string, statements policy.Document) {
	t.Helper()
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	p := planOf(t, cloud, accountA, tr)
	_, dir = bundle(t, p, accountB)
	for _, c := range p.Changes {
		if c.Kind == xacct.BucketPolicy && c.Account == accountB {
			return dir, c.Add
		}
	}
	t.Fatalf("no policy of the bucket: %s", p)
	return
}

// The script adds ours to every document of the corpus with the bytes of policy.With, changes nothing when it runs again, and undo.sh restores
// every byte.
func TestScriptKeepsEveryByteOfTheCorpus(t *testing.T) {
	need(t, "bash", "python3")
	dir, statements := pushBundle(t)
	documents := corpus(t)
	for name, text := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := policy.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			s := newStub(t, "python3")
			s.write("policy", text)
			o := operator{t: t, dir: copyOf(t, dir), account: accountB, path: s.path()}
			want := string(d.With(statements).Bytes())
			runs := 1
			if strings.HasPrefix(name, "bucket/") {
				runs = 2
			}
			for range runs {
				o.must("script.sh")
				if got, _ := s.policy(); got != want {
					t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got))
				}
			}
			if n := strings.Count(s.calls(), "put-bucket-policy"); n != 1 {
				t.Errorf("%d writes in all runs, want 1", n)
			}
			o.must("undo.sh")
			got, stands := s.policy()
			if want := text; d.Len() == 0 {
				if stands { // no service stores an empty list
					t.Errorf("a policy is left: %s", got)
				}
			} else if single := strings.HasPrefix(strings.TrimSpace(afterStatement(text)), "{"); !single && got != want {
				t.Errorf("after undo (-want +got):\n%s", cmp.Diff(want, got))
			}
		})
	}
	t.Logf("%d documents", len(documents))
}

// afterStatement is the text of the document behind the name of its Statement, for those that have one statement without a list.
func afterStatement(text string) string {
	_, rest, _ := strings.Cut(text, `"Statement"`)
	return strings.TrimPrefix(strings.TrimSpace(rest), ":")
}

// copyOf is a copy of the folder, so that tests have copies of their own.
func copyOf(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "bundle")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// How the script ends, whatever AWS answers.
func TestScriptEnds(t *testing.T) {
	need(t, "bash", "python3")
	dir, statements := pushBundle(t)
	standing := string(policy.New(statements).Bytes())
	var sid string
	for st := range statements.All() {
		sid = st.Sid()
		break
	}
	for _, tt := range []struct {
		name     string
		policy   string // "" is none
		failures map[string]string
		args     []string
		status   int
		says     string // on standard error
		writes   int
		stands   string // "" is what was there
	}{
		{name: "no policy", stands: standing, writes: 1},
		{name: "as wanted", policy: standing},
		{name: "dry run", policy: foreign, args: []string{"--dry-run"}, says: "would put in " + sid + ", "},
		{name: "unknown argument", policy: foreign, args: []string{"--force"}, status: 2, says: "usage"},
		{name: "another account", policy: foreign, failures: map[string]string{"get-caller-identity": "InvalidClientTokenId no"}, status: 1,
			says: "nothing was written"},
		{name: "not readable", policy: foreign, failures: map[string]string{"get-bucket-policy": "AccessDenied no"}, status: 1, says: "not the same as " +
			"that there is none"},
		{name: "a role that is new", policy: foreign, failures: map[string]string{"put-bucket-policy": "MalformedPolicy Invalid principal in " +
			"policy\nMalformedPolicy Invalid principal in policy\n"},
			writes: 3, stands: "ours", says: "a principal is not known yet"},
		{name: "a principal of others that is gone", policy: `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"AROAEXAMPLEID"},"Action":"s3:*","Resource":"*"}]}`,
			failures: map[string]string{"put-bucket-policy": strings.Repeat("MalformedPolicy Invalid principal in policy\n", 24)}, status: 1, writes: 24,
			says: "statement 1 may name a principal that is gone"},
		{name: "a role that is not there", policy: foreign, failures: map[string]string{"put-bucket-policy": strings.Repeat("MalformedPolicy Invalid "+
			"principal in policy\n", 24)}, status: 1, writes: 24, says: "ask the task account whether its role is there"},
		{name: "a policy that is refused", policy: foreign, failures: map[string]string{"put-bucket-policy": "MalformedPolicy Policy has invalid " +
			"action\n"}, status: 1, writes: 1, says: "invalid action"},
		{name: "throttled", policy: foreign, failures: map[string]string{"put-bucket-policy": "SlowDown x\n"}, status: 1, writes: 1, says: "SlowDown"},
		{name: "a lost answer that was no write", policy: foreign, failures: map[string]string{"put-bucket-policy": "- Connection was closed\n"},
			status: 1, writes: 1, says: "another writer"},
		{name: "a lost answer that was a write", policy: foreign, failures: map[string]string{"put-bucket-policy": "late Connection was closed\n"},
			writes: 1, stands: "ours", says: "it is not known whether it was written"},
		{name: "a Sid of ours on a statement of others", policy: `{"Statement":[{"Sid":"` + sid + `","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`, status: 3, says: "has our Sid and is not ours"},
		{name: "no JSON", policy: "{", status: 3, says: "cannot be cut safely"},
		{name: "too long", policy: strings.Replace(foreign, "TLS", strings.Repeat("x", 20000), 1), status: 3, says: "of 20480 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, "python3")
			if tt.policy != "" {
				s.write("policy", tt.policy)
			}
			for op, lines := range tt.failures {
				s.write("fail-"+op, lines)
			}
			o := operator{t: t, dir: copyOf(t, dir), account: accountB, path: s.path()}
			out, errs, status := o.run("script.sh", tt.args...)
			if status != tt.status || !strings.Contains(errs, tt.says) {
				t.Errorf("status %d, want %d; want %q in:\n%s\n%s", status, tt.status, tt.says, errs, out)
			}
			if !strings.Contains(errs, "usage: ") && !strings.Contains(errs, "\nnext: ") && !strings.HasPrefix(errs, "next: ") {
				t.Errorf("it does not say what to do next:\n%s", errs)
			}
			if n := strings.Count(s.calls(), "put-bucket-policy"); n != tt.writes {
				t.Errorf("%d writes, want %d", n, tt.writes)
			}
			want := tt.stands
			switch want {
			case "":
				want = tt.policy
			case "ours":
				d, err := policy.Parse([]byte(tt.policy))
				if err != nil {
					t.Fatal(err)
				}
				want = string(d.With(statements).Bytes())
			}
			if got, _ := s.policy(); got != want {
				t.Errorf("stands there (-want +got):\n%s", cmp.Diff(want, got))
			}
			if status == 3 && !strings.Contains(errs, "Open the Amazon S3 console") {
				t.Errorf("no steps for the console: %s", errs)
			}
			for line := range strings.Lines(s.calls()) {
				if strings.Contains(line, `"s3api"`) && !strings.Contains(line, `"--expected-bucket-owner","`+accountB+`"`) {
					t.Errorf("without the expected owner: %s", line)
				}
				if strings.Contains(line, "-policy\"") && strings.Contains(line, "put-") && !strings.HasPrefix(line, "1 ") {
					t.Errorf("the CLI may send a write twice: %s", line)
				}
				if strings.Contains(line, "bypass") || strings.Contains(line, "confirm-remove") {
					t.Errorf("a lockout check is off: %s", line)
				}
			}
		})
	}
}

// Without Python the script looks and says what to do by hand; it writes nothing.
func TestScriptWithoutPython(t *testing.T) {
	need(t, "bash", "jq")
	dir, _ := pushBundle(t)
	const stands = `{"Statement":[{"Sid":"TLS \u001b[31m","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}`
	for _, tt := range []struct {
		name, policy, failure string
		programs              []string
		says                  string
	}{
		{"jq looks", stands, "", []string{"jq"}, "stands there: "},
		{"no jq", stands, "", nil, "there is no python3 here"},
		{"no policy", "", "", []string{"jq"}, "NoSuchBucketPolicy"},
		{"not readable", stands, "AccessDenied no\n", []string{"jq"}, "AccessDenied"},
		{"no JSON", "{", "", []string{"jq"}, "there is no python3 here"},
	} {
		s := newStub(t, tt.programs...)
		if tt.policy != "" {
			s.write("policy", tt.policy)
		}
		s.write("fail-get-bucket-policy", tt.failure)
		s.write("bin/aws", `#!/bin/sh
if [ "$1" = sts ]; then echo `+accountB+`; exit; fi
XACCT_STUB='`+s.dir+`' exec '`+os.Args[0]+`' "$@"
`)
		o := operator{t: t, dir: copyOf(t, dir), account: accountB, path: s.path()}
		_, errs, status := o.run("script.sh")
		if status != 3 || !strings.Contains(errs, "Open the Amazon S3 console") || !strings.Contains(errs, `"Sid": "Xacct`) {
			t.Errorf("%s: status %d:\n%s", tt.name, status, errs)
		}
		if !strings.Contains(errs, tt.says) || strings.Contains(errs, "\x1b") {
			t.Errorf("%s: what stands there: %q", tt.name, errs)
		}
		if strings.Contains(s.calls(), "put-") {
			t.Errorf("%s: it wrote:\n%s", tt.name, s.calls())
		}
	}
}

// No copy is written over, and undo.sh takes the first one since the last undo.
func TestCopies(t *testing.T) {
	need(t, "bash", "python3")
	dir, statements := pushBundle(t)
	var first policy.Statement
	for st := range statements.All() {
		first = st
		break
	}
	older := policy.Allow("s3:GetObject").WithSid(first.Sid()).By(policy.AWS("arn:aws:iam::" + accountA +
		":role/before")).On("arn:aws:s3:::media-archive/old/*")
	d, err := policy.Parse([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	before := string(d.With(older).Bytes())
	s := newStub(t, "python3")
	s.write("policy", before)
	o := operator{t: t, dir: dir, account: accountB, path: s.path()}
	o.must("script.sh")
	s.write("policy", foreign) // somebody takes ours out
	o.must("script.sh")
	o.must("undo.sh")
	if got, _ := s.policy(); got != before {
		t.Errorf("after undo (-want +got):\n%s", cmp.Diff(before, got))
	}
	names, err := filepath.Glob(filepath.Join(dir, "copies", "*"))
	if err != nil || len(names) != 4 { // and the mark of undo.sh
		t.Errorf("copies %v: %v", names, err)
	}
	for i, want := range []string{before, foreign} {
		if got, err := os.ReadFile(names[i]); err != nil || string(got) != want {
			t.Errorf("copy %s: %v\n%s", names[i], err, cmp.Diff(want, string(got)))
		}
	}
}

// Keys and Object Ownership: the report is that of Apply, and undo leaves what was there.
func TestScriptsOfEveryKind(t *testing.T) {
	need(t, "bash", "aws", "python3")
	cloud := kittest.SharedWorld(t)
	transfers := kittest.EncryptedPush(cloud)
	p := planOf(t, cloud, accountA, transfers...)
	apply(t, cloud, p, accountA)
	before := kittest.Dump(cloud)
	_, dir := bundle(t, p, accountB)
	owner := operator{t: t, dir: dir, account: accountB, url: serve(t, cloud)}
	r := owner.must("script.sh")
	if r.Count(xacct.Done) != 3 {
		t.Errorf("%s", r)
	}
	if got := r.Ownership()["media-archive"]; got != "ObjectWriter" {
		t.Errorf("the ownership before was %q", got)
	}
	again := owner.must("script.sh")
	if again.Count(xacct.Unchanged) != 3 {
		t.Errorf("%s", again)
	}
	want := apply(t, cloud, p.For(accountB), accountB).Report() // with nothing to do
	if diff := cmp.Diff(untimed(t, want), untimed(t, again)); diff != "" {
		t.Errorf("the reports of Apply and of the script (-want +got):\n%s", diff)
	}
	owner.must("undo.sh")
	if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
		t.Errorf("after undo (-want +got):\n%s", diff)
	}
}

// untimed is a report without times and with its statements in one form.
func untimed(t *testing.T, r *xacct.Result) []xacct.ChangeResult {
	t.Helper()
	var out []xacct.ChangeResult
	for _, c := range r.Changes {
		c.RequestIDs = nil
		if c.Stored != nil {
			if c.Stored.Time.IsZero() {
				t.Errorf("%s: no time", c.ID)
			}
			var canonical policy.Document
			for st := range c.Stored.Ours.All() {
				canonical = canonical.With(st)
			}
			c.Detail, c.Stored = canonical.String()+c.Stored.Rest, nil
		}
		out = append(out, c)
	}
	return out
}

// A tear-down by script, and its undo.
func TestTearDownByScript(t *testing.T) {
	need(t, "bash", "aws", "python3")
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr)
	stands := dumpOf(cloud)
	down, err := xacct.NewDestroyPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	_, dir := bundle(t, down, accountB)
	owner := operator{t: t, dir: dir, account: accountB, url: serve(t, cloud)}
	if r := owner.must("script.sh"); r.Count(xacct.Done) != 1 {
		t.Errorf("%s", r)
	}
	if strings.Contains(string(cloud.BucketPolicy("media-archive")), "Xacct") {
		t.Errorf("still there: %s", cloud.BucketPolicy("media-archive"))
	}
	if r := owner.must("script.sh"); r.Count(xacct.Unchanged) != 1 {
		t.Errorf("%s", r)
	}
	owner.must("undo.sh")
	if diff := cmp.Diff(stands, dumpOf(cloud)); diff != "" {
		t.Errorf("after undo (-want +got):\n%s", diff)
	}
}

func dumpOf(cloud *xaccttest.Cloud) string { return kittest.Dump(cloud) }
