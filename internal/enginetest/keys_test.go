package enginetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

func lookingAt(n int) func(*xacct.PlanOptions) {
	return func(o *xacct.PlanOptions) { o.LookAtKeys = n }
}

// keyFindings are the findings about keys at the source.
func keyFindings(p *xacct.Plan) []string {
	var out []string
	for _, f := range p.Findings {
		if f.Code == xacct.CodeSkippedKeys || f.Code == xacct.CodeUnread && strings.Contains(f.Detail, "DataSync skips") {
			out = append(out, fmt.Sprintf("%s %s %s: %s", f.Transfer, f.Severity, f.Code, f.Detail))
		}
	}
	return out
}

// sourceLists are the pages of keys of the source's bucket that were asked for, by the caller's account. A look whether there is any object asks for
// keys as they are.
func sourceLists(t *testing.T, cloud *xaccttest.Cloud) []string {
	t.Helper()
	var out []string
	for _, c := range cloud.Calls() {
		if in, ok := c.Input.(*s3.ListObjectsV2Input); ok && *in.Bucket == "media-raw" && in.EncodingType != "" {
			if in.ExpectedBucketOwner == nil || *in.ExpectedBucketOwner != accountA {
				t.Error("a list does not name the bucket's owner")
			}
			out = append(out, c.Account)
		}
	}
	return out
}

// TestLookAtKeys plans with a look at keys, keeps what it says in the plan's JSON, and applies that plan without another look.
func TestLookAtKeys(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(*xaccttest.Cloud) xacct.Transfer
		n    int
		want string // of 15 keys, three of which are skipped, in pages of three
		all  int    // calls
	}{
		{"none", kittest.Push, 0, "", 0},
		{"all", kittest.Push, 1000, `media-archive warning skipped-keys: DataSync skips 3 of the 15 keys looked at below s3://media-raw/2026/ (there are no others): ` +
			`"2026//\x1b[31m\u202e" holds //, "2026/a/../b" holds /../, "2026/a//b" holds //`, 5},
		{"some", kittest.Push, 4, `media-archive warning skipped-keys: DataSync skips 1 of the 4 keys looked at below s3://media-raw/2026/ (there are others): ` +
			`"2026//\x1b[31m\u202e" holds //`, 2},
		{"a pull", kittest.Pull, 4, `media-archive warning skipped-keys: DataSync skips 1 of the 4 keys looked at below s3://media-raw/2026/ (there are others): ` +
			`"2026//\x1b[31m\u202e" holds //`, 2},
		{"filters", func(c *xaccttest.Cloud) xacct.Transfer {
			tr := kittest.Push(c)
			tr.Task.Excludes = []string{"/a"}
			return tr
		}, 1, `media-archive warning skipped-keys: DataSync skips 1 of the 1 key looked at below s3://media-raw/2026/ (there are others): ` +
			`"2026//\x1b[31m\u202e" holds //; whether the task's manifest or filters leave them out is not known`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				for _, key := range []string{"2026//\x1b[31m\u202e", "2026/a//b", "2026/a/../b"} {
					cloud.PutObject("media-raw", key, []byte("x"))
				}
				cloud.ResetCalls()
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tt.make(cloud)}, lookingAt(tt.n))
				lists := sourceLists(t, cloud)
				if len(lists) != tt.all || slices.Contains(lists, accountB) {
					t.Errorf("%d lists, of clients of %v, want %d", len(lists), slices.Compact(lists), tt.all)
				}
				if diff := cmp.Diff(tt.want, strings.Join(keyFindings(p), "\n")); diff != "" {
					t.Errorf("findings (-want +got):\n%s", diff)
				}
				if shown := p.String(); strings.ContainsAny(shown, "\x1b\u202e") || tt.n > 0 && !strings.Contains(shown, "[skipped-keys]") {
					t.Errorf("the text of the plan:\n%q", shown)
				}
				if got := keyFindings(p.For(accountA)); (len(got) == 0) != (tt.n == 0) {
					t.Errorf("in the part of the source's account: %v", got)
				}
				data, err := json.Marshal(p)
				if err != nil {
					t.Fatal(err)
				}
				var stored xacct.Plan
				if err := json.Unmarshal(data, &stored); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(keyFindings(p), keyFindings(&stored)); diff != "" {
					t.Errorf("stored findings (-want +got):\n%s", diff)
				}
				cloud.ResetCalls()
				kittest.MustApply(t, t.Context(), cloud.Clients(), &stored)
				if got := sourceLists(t, cloud); len(got) > 0 {
					t.Errorf("apply listed the source %d times", len(got))
				}
			})
		})
	}
}

// TestLookAtKeysUnread plans where the keys cannot be listed: that is not known, and never nothing.
func TestLookAtKeysUnread(t *testing.T) {
	const head = "media-archive warning unread: which "
	operators := func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer, restrict func(grants) grants) xacct.Clients {
		clients := xacct.Clients{}
		for account, phases := range restrict(grantsOf(t, tr)) {
			clients[account] = cloud.ClientsAs(cloud.AddRole(account, "operator-plan", phases[xacct.PlanPhase]))
		}
		return clients
	}
	for _, tt := range []struct {
		name    string
		clients func(*testing.T, *xaccttest.Cloud, xacct.Transfer) xacct.Clients
		want    []string // how each finding begins
	}{
		{"no client", func(_ *testing.T, cloud *xaccttest.Cloud, _ xacct.Transfer) xacct.Clients {
			clients := cloud.Clients()
			delete(clients, accountA)
			return clients
		}, []string{head + "keys below s3://media-raw/2026/ DataSync skips could not be read: the clients hold no client of its account"}},
		{"an operator that plans", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) xacct.Clients {
			return operators(t, cloud, tr, func(g grants) grants { return g })
		}, []string{"media-archive info skipped-keys: DataSync skips none of the 12 keys looked at below s3://media-raw/2026/ (there are no others)"}},
		{"an operator without s3:ListBucket", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) xacct.Clients {
			return operators(t, cloud, tr, func(g grants) grants {
				return g.without(grant{accountA, xacct.PlanPhase, "ReadBuckets", "s3:ListBucket", ""})
			})
		}, []string{head + "keys below s3://media-raw/2026/ DataSync skips could not be read: operation error S3: ListObjectsV2"}},
		{"a page in the middle", func(_ *testing.T, cloud *xaccttest.Cloud, _ xacct.Transfer) xacct.Clients {
			cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
				if in, ok := c.Input.(*s3.ListObjectsV2Input); ok && in.ContinuationToken != nil {
					return xaccttest.Fault(403, "AccessDenied", "Access Denied")
				}
				return next()
			})
			return cloud.Clients()
		}, []string{"media-archive info skipped-keys: DataSync skips none of the 3 keys looked at below s3://media-raw/2026/ (the others could not be read)",
			head + "further keys below s3://media-raw/2026/ DataSync skips could not be read: operation error S3: ListObjectsV2"}},
		{"another owner", func(_ *testing.T, cloud *xaccttest.Cloud, _ xacct.Transfer) xacct.Clients {
			cloud.AddBucket(accountB, "eu-west-1", "theirs")
			return cloud.Clients()
		}, []string{head + "keys below s3://theirs/2026/ DataSync skips could not be read: operation error S3: ListObjectsV2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Pull(cloud)
				clients := tt.clients(t, cloud, tr)
				if tt.name == "another owner" {
					tr.Source.Bucket = "theirs"
				}
				got := keyFindings(kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr}, lookingAt(100)))
				slices.Sort(got)
				if !slices.EqualFunc(tt.want, got, func(want, got string) bool { return strings.HasPrefix(got, want) }) {
					t.Errorf("findings %q, want %q", got, tt.want)
				}
			})
		})
	}
}

// TestLookAtKeysOnlyForSetUps refuses a negative number, and looks at nothing for a tear-down.
func TestLookAtKeysOnlyForSetUps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		transfers := []xacct.Transfer{kittest.Push(cloud)}
		for name, newPlan := range map[string]func(...func(*xacct.PlanOptions)) (*xacct.Plan, error){
			"set-up": func(o ...func(*xacct.PlanOptions)) (*xacct.Plan, error) {
				return xacct.NewPlan(t.Context(), cloud.Clients(), transfers, o...)
			},
			"tear-down": func(o ...func(*xacct.PlanOptions)) (*xacct.Plan, error) {
				return xacct.NewDestroyPlan(t.Context(), cloud.Clients(), transfers, o...)
			},
		} {
			cloud.ResetCalls()
			_, err := newPlan(lookingAt(-1))
			if p := xacct.Problems(err); len(p) != 1 || p[0].Path != "LookAtKeys" || p[0].Value != "-1" || len(cloud.Calls()) > 0 {
				t.Errorf("%s: %v, %d calls, want a problem of LookAtKeys and no call", name, err, len(cloud.Calls()))
			}
		}
		cloud.ResetCalls()
		down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), transfers, lookingAt(10))
		if err != nil || len(keyFindings(down)) > 0 || len(sourceLists(t, cloud)) > 0 {
			t.Errorf("a tear-down: %v, %v, %d lists", err, keyFindings(down), len(sourceLists(t, cloud)))
		}
	})
}

// TestSkippedKeysEndToEnd runs a transfer with keys that DataSync skips, and retries what the run left behind: the plan, the manifest and the retry say
// the same about each key as the run does.
func TestSkippedKeysEndToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		keys := []string{"2026//a", "2026/b//c", "2026/./d", "2026/e/../f", "2026/g/./h", "2026/.i/..j", "2026/k/.../l", "2026/m n"}
		for _, key := range keys {
			cloud.PutObject("media-raw", key, []byte("x"))
		}
		tr := kittest.Push(cloud)
		tr.Task.Report = &task.Report{Bucket: "media-raw", Prefix: "reports"}
		tr.Retries = &task.Manifest{Bucket: "media-raw", Key: "retry.csv"}
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, lookingAt(1000))
		if got := keyFindings(p); len(got) != 1 || !strings.Contains(got[0], "skips 5 of the 20 keys") {
			t.Errorf("the plan: %v", got)
		}
		arn := kittest.MustApply(t, t.Context(), cloud.Clients(), p).TaskARN(tr.Name)
		api, err := cloud.Clients().DataSync(arn)
		if err != nil {
			t.Fatal(err)
		}
		run, err := task.Start(t.Context(), api, arn)
		if err != nil {
			t.Fatal(err)
		}
		var incomplete *task.IncompleteError
		if out, err := run.Wait(t.Context()); !errors.As(err, &incomplete) || out.Counters.Skipped != 5 {
			t.Errorf("the run: %v, %v", out, err)
		}
		objects, err := cloud.Clients().Objects(accountA, "eu-west-1")
		if err != nil {
			t.Fatal(err)
		}
		failures := task.Failures(task.ReadReport(t.Context(), objects, *tr.Task.Report, run.ARN()))
		_, _, err = task.WriteManifest(t.Context(), objects, tr.RetryManifest(), failures)
		if p := xacct.Problems(err); len(p) != 1 || p[0].Path != "key 1" {
			t.Errorf("the manifest: %v", err)
		}
		again, err := task.Retry(t.Context(), api, objects, run.ARN(), *tr.Task.Report, tr.RetryManifest())
		var retry *task.RetryError
		if !errors.As(err, &retry) || again != nil {
			t.Fatalf("the retry: %v, %v", again, err)
		}
		if diff := cmp.Diff([]string{"./d", "/a", "b//c", "e/../f", "g/./h"}, slices.Sorted(slices.Values(retry.NotRetriable))); diff != "" {
			t.Errorf("not retriable (-want +got):\n%s", diff)
		}
	})
}
