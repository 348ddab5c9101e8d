package faults_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// sharedPolicy is a policy that others write too.
type sharedPolicy struct {
	kind      xacct.Kind
	watched   string // its name to a watcher
	get, put  string // the operations
	transfers func(*xaccttest.Cloud) []xacct.Transfer
	text      func(*xaccttest.Cloud) string
	set       func(*xaccttest.Cloud, policy.Document)
	add       func(n int) policy.Statement // of somebody else
}

var sharedPolicies = []sharedPolicy{
	{
		kind: xacct.BucketPolicy, watched: "media-archive", get: "GetBucketPolicy", put: "PutBucketPolicy", transfers: pushed,
		text: func(c *xaccttest.Cloud) string { return string(c.BucketPolicy("media-archive")) },
		set:  func(c *xaccttest.Cloud, d policy.Document) { c.SetBucketPolicy("media-archive", d.Bytes()) },
		add: func(n int) policy.Statement {
			return policy.Allow("s3:GetObject").WithSid(fmt.Sprintf("Foreign%d", n)).By(policy.Account(accountB)).On("arn:aws:s3:::media-archive/f/*")
		},
	},
	{
		kind: xacct.KeyPolicy, watched: kittest.FirstKey(accountB, "us-east-2"), get: "GetKeyPolicy", put: "PutKeyPolicy", transfers: kittest.EncryptedPush,
		text: func(c *xaccttest.Cloud) string {
			return string(c.KeyPolicy(kittest.FirstKey(accountB, "us-east-2")))
		},
		set: func(c *xaccttest.Cloud, d policy.Document) {
			c.SetKeyPolicy(kittest.FirstKey(accountB, "us-east-2"), d.Bytes())
		},
		add: func(n int) policy.Statement {
			return policy.Allow("kms:Decrypt").WithSid(fmt.Sprintf("Foreign%d", n)).By(policy.Service("backup.amazonaws.com")).On("*")
		},
	},
	{
		kind: xacct.LogPolicy, watched: accountA + " us-east-2 " + task.LogPolicyName, get: "DescribeResourcePolicies", put: "PutResourcePolicy", transfers: logged,
		text: logPolicy,
		set: func(c *xaccttest.Cloud, d policy.Document) {
			c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, d)
		},
		add: func(n int) policy.Statement { return kittest.ForeignLogStatement(fmt.Sprintf("Foreign%d", n)) },
	},
}

// TestForeignWriter lets somebody write a policy right before each call of an apply. What they wrote is there afterwards, unless they wrote
// between our last read and our write, from which no service offers protection: then that is all that is lost, and the Result holds what we
// read and what we sent. Without -faults it takes a sample.
func TestForeignWriter(t *testing.T) {
	t.Parallel()
	for _, p := range sharedPolicies {
		t.Run(string(p.kind), func(t *testing.T) {
			calls, lost := 0, 0
			for at := 1; ; at += kittest.Sample(5*testlimit.UnderRace, 1) {
				hit, gone := p.foreignWrite(t, func(n int, _ string) bool { return n == at })
				if !hit {
					break
				}
				if calls++; gone {
					lost++
				}
			}
			if hit, gone := p.foreignWrite(t, func(_ int, operation string) bool { return operation == p.put }); !hit || !gone {
				t.Errorf("right before the write: written %v, lost %v; want both", hit, gone)
			}
			kittest.Count(t, calls+1, " with the %s, %d of them between read and write", p.kind, lost+1)
		})
	}
}

// foreignWrite lets somebody write right before the first call that when chooses. It reports whether there was one, and whether what
// they wrote was lost.
func (p sharedPolicy) foreignWrite(t *testing.T, when func(n int, operation string) bool) (hit, lost bool) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.SharedWorld(t)
		theirLogPolicyIsThere(cloud)
		w := newWatcher()
		clients := w.watched(cloud.Clients())
		pl := kittest.MustPlan(t, t.Context(), clients, p.transfers(cloud))
		before, n, where := theirs(p.text(cloud)), 0, ""
		var mu sync.Mutex
		var order []string // of reads, writes and the foreign write
		cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			mu.Lock()
			defer mu.Unlock() // no two calls overlap
			if n++; !hit && when(n, call.Operation) {
				hit, where = true, call.Operation
				order = append(order, "foreign")
				document, err := policy.Parse([]byte(p.text(cloud)))
				if err != nil {
					t.Error(err)
				}
				p.set(cloud, document.With(p.add(n)))
			}
			if call.Operation == p.get || call.Operation == p.put {
				order = append(order, call.Operation)
			}
			return next()
		})
		r, err := pl.Apply(t.Context(), clients, func(o *xacct.ApplyOptions) { o.Concurrency = 1 })
		cloud.Intercept(nil)
		if !hit {
			return
		}
		if err != nil {
			t.Fatalf("a foreign write before %s: %v", where, err)
		}
		if wrong := w.damage(); wrong != "" {
			t.Errorf("a foreign write before %s: %s", where, wrong)
		}
		for _, c := range r.Changes {
			if c.Kind != p.kind {
				continue
			}
			want := w.writes[p.watched]
			if name := p.watched; !strings.HasSuffix(name, c.Name) {
				want = nil
			}
			if diff := cmp.Diff(want, c.Writes, cmpopts.IgnoreFields(xacct.PolicyWrite{}, "Time"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("a foreign write before %s: the writes in the Result of %s (-what was read and sent +got):\n%s", where, c.ID, diff)
			}
		}
		between := strings.Contains(strings.Join(order, " "), "foreign "+p.put)
		lost = !strings.Contains(p.text(cloud), "Foreign")
		if lost != between {
			t.Errorf("a foreign write before %s: lost %v; between our last read and our write %v", where, lost, between)
		}
		rest := theirs(p.text(cloud))
		if !lost {
			rest = rest[:len(rest)-1]
			if kept := theirs(p.text(cloud)); !strings.Contains(kept[len(kept)-1], "Foreign") {
				t.Errorf("a foreign write before %s is not in its place: %q", where, kept)
			}
		}
		if diff := cmp.Diff(before, rest); diff != "" {
			t.Errorf("a foreign write before %s: what else others wrote (-want +got):\n%s", where, diff)
		}
		if next := kittest.MustPlan(t, t.Context(), clients, pl.Transfers); !next.Empty() {
			t.Errorf("a foreign write before %s: more to do:\n%s", where, next)
		}
	})
	return hit, lost
}

// TestGapIsDocumented looks for what the README and the package documentation say of the write that TestForeignWriter sees lost.
func TestGapIsDocumented(t *testing.T) {
	for file, sentences := range map[string][]string{
		"../../../README.md": {
			"There is no conditional write for the policy of a bucket, of a key, or of CloudWatch Logs for an account: a write by somebody else between xacct's last read and its own write is lost.",
			"keeps both documents in the result.",
		},
		"../../../doc.go": {
			"The policies of buckets, keys and CloudWatch Logs have no conditional write.",
			"a write by somebody else in between is lost. [ChangeResult].Writes holds both documents.",
		},
	} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(strings.ReplaceAll(string(data), "\n//", "\n")), " ")
		for _, want := range sentences {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say: %s", file, want)
			}
		}
	}
}
