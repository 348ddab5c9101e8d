package handover_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

const (
	accountA = kittest.AccountA
	accountB = kittest.AccountB
)

// Tests that start many processes run with -scripts only, as the gate handover does. It reads the scripts that -keep keeps.
var (
	heavy = flag.Bool("scripts", false, "run the tests that run scripts")
	kept  = flag.String("keep", "", "a directory for the bundles whose scripts were run")
)

// need skips the test where a program is missing, or where only the gate has the time for it.
func need(t testing.TB, programs ...string) {
	t.Helper()
	if !*heavy {
		t.Skip("runs in the gate handover")
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("not run: there is no %s here", p)
		}
	}
}

// operator runs the scripts of a bundle with the credentials of an account.
type operator struct {
	t       testing.TB
	dir     string   // of the bundle
	account string   // whose operator calls
	url     string   // of the in-memory AWS
	path    string   // "" is the one of this process
	work    string   // where the scripts run; "" is the directory of the tests
	env     []string // what else the environment has
}

// serve answers over HTTP from the cloud until the test ends.
func serve(t testing.TB, cloud *xaccttest.Cloud) string {
	server := httptest.NewServer(awshttp.New(cloud))
	t.Cleanup(server.Close)
	return server.URL
}

// pythonBin is where Python's programs are: what stands in PATH for them may be wrappers that take their time.
var pythonBin = sync.OnceValue(func() string {
	out, err := exec.Command("python3", "-c", "import os, sys; print(os.path.join(sys.prefix, 'bin'))").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
})

// run runs a script. It returns what it printed and its exit status.
func (o operator) run(script string, args ...string) (stdout, stderr string, status int) {
	o.t.Helper()
	cmd := exec.CommandContext(o.t.Context(), "bash", append([]string{filepath.Join(o.dir, script)}, args...)...)
	path := o.path
	if path == "" {
		path = pythonBin() + string(os.PathListSeparator) + os.Getenv("PATH")
	}
	cmd.Dir = o.work
	cmd.Env = []string{"PATH=" + path, "HOME=" + o.t.TempDir(), "AWS_ENDPOINT_URL=" + o.url, "AWS_ACCESS_KEY_ID=" + o.account, "AWS_SECRET_ACCESS_KEY=any",
		"AWS_DEFAULT_REGION=eu-west-1", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true",
		"XACCT_WAIT=0.01"}
	cmd.Env = append(cmd.Env, o.env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		o.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// must runs a script that has to succeed, and returns its report.
func (o operator) must(script string) *xacct.Result {
	o.t.Helper()
	out, errs, status := o.run(script)
	if status != 0 {
		o.t.Fatalf("%s ended with %d:\n%s\n%s", script, status, out, errs)
	}
	var r xacct.Result
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		o.t.Fatalf("the report of %s: %v\n%s", script, err, out)
	}
	return &r
}

// bundle makes the bundle for the account and writes it.
func bundle(t testing.TB, p *xacct.Plan, account string, optFns ...func(*handover.Options)) (*handover.Bundle, string) {
	t.Helper()
	b, err := handover.New(p, account, optFns...)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "bundle")
	if *kept != "" {
		if err := b.WriteDir(filepath.Join(*kept, b.Digest())); err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
	}
	if err := b.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	return b, dir
}

// only are the clients of one account.
func only(cloud *xaccttest.Cloud, account string) xacct.Clients {
	return xacct.Clients{account: cloud.ClientsAs(cloud.OperatorARN(account))}
}

// planOf is a plan by the task account's team alone.
func planOf(t testing.TB, cloud *xaccttest.Cloud, account string, transfers ...xacct.Transfer) *xacct.Plan {
	t.Helper()
	p, err := xacct.NewPlan(context.Background(), only(cloud, account), transfers)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// apply applies a plan by one account's team.
func apply(t testing.TB, cloud *xaccttest.Cloud, p *xacct.Plan, account string) *xacct.Result {
	t.Helper()
	r, err := p.Apply(context.Background(), only(cloud, account), func(o *xacct.ApplyOptions) { o.Budget, o.Settle = time.Second, time.Second })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// writes are the calls that changed something in the account.
func writes(cloud *xaccttest.Cloud, account string) []string {
	var out []string
	for _, c := range cloud.Calls() {
		if c.Account == account && slices.ContainsFunc([]string{"Put", "Delete", "Create", "Update"},
			func(verb string) bool { return strings.HasPrefix(c.Operation, verb) }) {
			out = append(out, c.Operation)
		}
	}
	return out
}
