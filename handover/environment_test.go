package handover_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// The AWS CLI hands over every character of a policy, although the environment asks it to replace those beyond ASCII.
func TestScriptKeepsCharacters(t *testing.T) {
	need(t, "bash", "aws", "python3")
	cloud := kittest.SharedWorld(t)
	p := planOf(t, cloud, accountA, kittest.EncryptedPush(cloud)...)
	apply(t, cloud, p, accountA)
	_, dir := bundle(t, p, accountB)
	key := ""
	for _, c := range p.Changes {
		if c.Kind == xacct.KeyPolicy {
			key = c.ARN
		}
	}
	d, err := policy.Parse(cloud.KeyPolicy(key))
	if err != nil {
		t.Fatal(err)
	}
	cloud.SetKeyPolicy(key, d.With(policy.Allow("kms:*").WithSid("Schlüssel é §").By(policy.Account(accountB)).On("*")).Bytes())
	owner := operator{t: t, dir: dir, account: accountB, url: serve(t, cloud), env: []string{"PYTHONIOENCODING=ascii:replace", "PYTHONUTF8=0"}}
	owner.must("script.sh")
	if now := string(cloud.KeyPolicy(key)); !strings.Contains(now, "Schlüssel é §") || !strings.Contains(now, `"Xacct`) {
		t.Errorf("%s", now)
	}
}

// The folder is found by its path, not by where cd looks.
func TestScriptWithCDPATH(t *testing.T) {
	need(t, "bash", "python3")
	dir, _ := pushBundle(t)
	s := newStub(t, "python3")
	parent, name := filepath.Split(dir)
	if err := os.Mkdir(filepath.Join(s.dir, name), 0o700); err != nil {
		t.Fatal(err)
	}
	operator{t: t, dir: name, account: accountB, path: s.path(), work: parent, env: []string{"CDPATH=" + s.dir}}.must("script.sh")
	for where, want := range map[string]int{dir: 1, filepath.Join(s.dir, name): 0} {
		if found, err := filepath.Glob(filepath.Join(where, "copies", "*")); err != nil || len(found) != want {
			t.Errorf("%s has the copies %v, want %d: %v", where, found, want, err)
		}
	}
}

// What happens in the second of three steps leaves a report of all, and no trace of the program.
func TestScriptReportsWhatEndsEarly(t *testing.T) {
	need(t, "bash", "python3")
	cloud := kittest.SharedWorld(t)
	_, dir := bundle(t, planOf(t, cloud, accountA, kittest.EncryptedPush(cloud)...), accountB)
	for _, tt := range []struct{ name, does, says string }{
		{"an answer that is no JSON", "echo garbage", "what is no JSON object"},
		{"an answer that is no object", "echo 1", "what is no JSON object"},
		{"an answer without a policy", "echo {}", "failed: KeyError"},
		{"a policy that is no text", `echo '{"Policy":1}'`, "failed: TypeError"},
		{"Ctrl-C", "kill -INT $PPID; exit 130", "it is not known whether it was written; run again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, "python3")
			s.write("policy", foreign)
			s.write("bin/aws", "#!/bin/sh\nif [ \"$1\" = kms ]; then "+tt.does+"; exit; fi\nXACCT_STUB='"+s.dir+"' exec '"+os.Args[0]+"' \"$@\"\n")
			o := operator{t: t, dir: copyOf(t, dir), account: accountB, path: s.path()}
			out, errs, status := o.run("script.sh")
			if status != 1 || !strings.Contains(errs, tt.says) || strings.Contains(errs, "Traceback") {
				t.Errorf("status %d:\n%s", status, errs)
			}
			for _, want := range []string{`"Status": "done"`, `"Status": "failed"`, `"Status": "skipped"`} {
				if !strings.Contains(out, want) {
					t.Errorf("no %s in the report: %s", want, out)
				}
			}
		})
	}
}

// A setting that cannot be used is told before anything is called.
func TestScriptWithUnusableSettings(t *testing.T) {
	need(t, "bash", "python3")
	dir, _ := pushBundle(t)
	for env, says := range map[string]string{
		"XACCT_COPIES=/dev/null":   "let XACCT_COPIES name a folder that can be written",
		"XACCT_COPIES=/dev/null/x": "let XACCT_COPIES name a folder that can be written",
		"XACCT_WAIT=soon":          "XACCT_WAIT is no number of seconds",
	} {
		s := newStub(t, "python3")
		s.write("policy", foreign)
		o := operator{t: t, dir: copyOf(t, dir), account: accountB, path: s.path(), env: []string{env}}
		_, errs, status := o.run("script.sh")
		if status == 0 || !strings.Contains(errs, says) || strings.Contains(errs, "Traceback") || s.calls() != "" {
			t.Errorf("%s: status %d:\n%s\n%s", env, status, errs, s.calls())
		}
	}
}
