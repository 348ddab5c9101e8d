package xacct_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

const (
	accountA = "111122223333"
	accountB = "444455556666"
)

// foreignPolicy is a bucket policy of somebody else, in odd white space, with statements that share a Sid or have none.
const foreignPolicy = `{
	"Version": "2008-10-17", "Id": "legacy",
  "Statement" : [
    {"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::media-archive","arn:aws:s3:::media-archive/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
    {"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject"],"Resource":"arn:aws:s3:::media-archive/*"},
    {"Sid":"Logs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::media-archive/logs/*"}
  ]
}`

// world is two accounts with a bucket each, in two Regions, some objects, and a bucket policy of somebody else.
func world(t *testing.T, optFns ...func(*xaccttest.Options)) *xaccttest.Cloud {
	t.Helper()
	cloud := xaccttest.NewCloud(optFns...)
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.AddBucket(accountB, "us-east-2", "media-archive")
	cloud.SetBucketPolicy("media-archive", []byte(foreignPolicy))
	for i := range 12 {
		cloud.PutObject("media-raw", fmt.Sprintf("2026/%02d.mov", i), []byte(strings.Repeat("x", i+1)))
	}
	cloud.PutObject("media-raw", "2025/old.mov", []byte("not below the prefix"))
	return cloud
}

// push is the tutorial's transfer: the source's account runs the task.
func push(cloud *xaccttest.Cloud) xacct.Transfer {
	return xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media-archive", Prefix: "incoming"},
		Operators:   []string{cloud.OperatorARN(accountA)},
	}
}

func pull(cloud *xaccttest.Cloud) xacct.Transfer {
	tr := push(cloud)
	tr.TaskAccount = accountB
	tr.Operators = []string{cloud.OperatorARN(accountB)}
	return tr
}

func same(cloud *xaccttest.Cloud) xacct.Transfer {
	cloud.AddBucket(accountA, "eu-west-1", "media-copy")
	tr := push(cloud)
	tr.Destination = xacct.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "media-copy"}
	return tr
}

// plan makes a plan or fails the test.
func plan(t *testing.T, ctx context.Context, c xacct.Clients, transfers []xacct.Transfer, optFns ...func(*xacct.PlanOptions)) *xacct.Plan {
	t.Helper()
	p, err := xacct.NewPlan(ctx, c, transfers, optFns...)
	if err != nil {
		t.Fatalf("NewPlan: %v", err)
	}
	return p
}

// apply applies a plan, which must succeed, and requires that the plan after it is empty.
func apply(t *testing.T, ctx context.Context, c xacct.Clients, p *xacct.Plan) *xacct.Result {
	t.Helper()
	r, err := p.Apply(ctx, c)
	if err != nil {
		t.Fatalf("Apply: %v\nhints: %v", err, xacct.Hints(err))
	}
	next := func() (*xacct.Plan, error) { return xacct.NewPlan(ctx, c, p.Transfers) }
	if p.Mode == xacct.TearDown {
		next = func() (*xacct.Plan, error) { return xacct.NewDestroyPlan(ctx, c, p.Transfers) }
	}
	again, err := next()
	if err != nil {
		t.Fatalf("planning again: %v", err)
	}
	if !again.Empty() {
		t.Fatalf("the plan after the apply is not empty:\n%s", again)
	}
	return r
}

// dump is everything but the objects and what AWS leaves on an account's behalf.
func dump(cloud *xaccttest.Cloud) string {
	return cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true })
}

// reload sends a plan through JSON.
func reload(t *testing.T, p *xacct.Plan) *xacct.Plan {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var q xacct.Plan
	if err := json.Unmarshal(data, &q); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(&q)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(data), string(again)); diff != "" {
		t.Errorf("JSON does not round-trip (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(p.String(), q.String()); diff != "" {
		t.Errorf("text of the reloaded plan (-want +got):\n%s", diff)
	}
	return &q
}

func TestJourney(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		transfer func(*xaccttest.Cloud) xacct.Transfer
		want     string // where the objects arrive
	}{
		{"push", push, "incoming/"},
		{"pull", pull, "incoming/"},
		{"same account", same, ""},
		{"push by account", func(c *xaccttest.Cloud) xacct.Transfer { tr := push(c); tr.Grant = xacct.ByAccount; return tr }, "incoming/"},
		{"one role", func(c *xaccttest.Cloud) xacct.Transfer {
			tr := push(c)
			tr.Source.Role.Name, tr.Destination.Role.Name = "datasync", "datasync"
			return tr
		}, "incoming/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				cloud := world(t)
				tr := tt.transfer(cloud)
				clients := cloud.Clients()
				before := dump(cloud)

				p := plan(t, ctx, clients, []xacct.Transfer{tr})
				if p.Empty() {
					t.Fatal("the first plan is empty")
				}
				t.Logf("\n%s", p)
				r := apply(t, ctx, clients, reload(t, p))

				api, err := clients.DataSync(r.TaskARN(tr.Name))
				if err != nil {
					t.Fatal(err)
				}
				run, err := task.Start(ctx, api, r.TaskARN(tr.Name))
				if err != nil {
					t.Fatal(err)
				}
				out, err := run.Wait(ctx)
				if err != nil || out.Verdict != task.Complete {
					t.Fatalf("Wait = %+v, %v", out, err)
				}
				objects := cloud.Objects(tr.Destination.Bucket)
				if len(objects) != 12 {
					t.Errorf("%d objects arrived, want 12", len(objects))
				}
				for i := range 12 {
					if key := tt.want + fmt.Sprintf("%02d.mov", i); len(objects[key]) != i+1 {
						t.Errorf("%s has %d bytes, want %d", key, len(objects[key]), i+1)
					}
				}

				down, err := xacct.NewDestroyPlan(ctx, clients, []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("\n%s", down)
				apply(t, ctx, clients, reload(t, down))
				left, err := down.Residue(ctx, clients)
				if err != nil {
					t.Fatal(err)
				}
				for _, item := range left {
					if item.Ours {
						t.Errorf("left: %v", item)
					}
				}
				if diff := cmp.Diff(before, dump(cloud)); diff != "" {
					t.Errorf("accounts before and after (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestForeignStatementsKeepTheirBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		tr := push(cloud)
		read := cloud.BucketPolicy("media-archive")
		r := apply(t, t.Context(), cloud.Clients(), plan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
		n := 0
		for _, c := range r.Changes {
			for _, w := range c.Writes {
				n++
				before, err := policy.Parse([]byte(w.Before))
				if err != nil {
					t.Fatal(err)
				}
				if w.Before != string(read) {
					t.Errorf("merged from %s, want what S3 answered: %s", w.Before, read)
				}
				for st := range before.All() {
					if !strings.Contains(w.After, string(st.Bytes())) {
						t.Errorf("statement %s does not stand byte for byte in what was written:\n%s", st.Bytes(), w.After)
					}
				}
			}
		}
		if n != 1 {
			t.Errorf("%d writes, want 1", n)
		}
	})
}

// reads are the operations that planning may call.
var reads = map[string]bool{
	"GetCallerIdentity": true, "GetRole": true, "ListRolePolicies": true, "GetRolePolicy": true, "ListAttachedRolePolicies": true, "GetPolicy": true, "GetPolicyVersion": true,
	"HeadBucket": true, "GetBucketPolicy": true, "GetBucketOwnershipControls": true, "GetBucketAcl": true,
	"GetPublicAccessBlock": true, "GetBucketPolicyStatus": true, "GetBucketEncryption": true, "GetBucketVersioning": true,
	"GetObjectLockConfiguration": true, "GetBucketRequestPayment": true, "ListObjectsV2": true,
	"ListLocations": true, "DescribeLocationS3": true, "ListTasks": true, "DescribeTask": true, "ListTagsForResource": true,
}

func TestPlanningOnlyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		transfers := []xacct.Transfer{push(cloud)}
		check := func(when string) {
			calls := cloud.Calls()
			if len(calls) == 0 {
				t.Errorf("%s: no calls at all", when)
			}
			for _, c := range calls {
				if !reads[c.Operation] {
					t.Errorf("%s: planning called %s", when, c.Operation)
				}
			}
			cloud.ResetCalls()
		}
		cloud.ResetCalls()
		p := plan(t, t.Context(), cloud.Clients(), transfers)
		check("empty accounts")
		apply(t, t.Context(), cloud.Clients(), p)
		cloud.ResetCalls()
		plan(t, t.Context(), cloud.Clients(), transfers)
		check("after an apply")
		down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), transfers)
		if err != nil {
			t.Fatal(err)
		}
		check("destroy plan")
		if _, err := down.Residue(t.Context(), cloud.Clients()); err != nil {
			t.Fatal(err)
		}
		check("residue")
	})
}

func TestPlanIsDeterministic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		var transfers []xacct.Transfer
		for _, name := range []string{"b", "a", "c"} {
			tr := push(cloud)
			tr.Name, tr.Destination.Prefix = name, name
			transfers = append(transfers, tr)
		}
		first, err := json.Marshal(plan(t, t.Context(), cloud.Clients(), transfers))
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			transfers[0], transfers[2] = transfers[2], transfers[0]
			again, err := json.Marshal(plan(t, t.Context(), cloud.Clients(), transfers))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(first), string(again)); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
		}
	})
}

func TestEightTransfersIntoOneBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		// The destination's owner lets the operator list already, so that each transfer needs one statement.
		existing, err := policy.Parse(cloud.BucketPolicy("media-archive"))
		if err != nil {
			t.Fatal(err)
		}
		listing := policy.Allow("s3:ListBucket").WithSid("Lists").By(policy.AWS(cloud.OperatorARN(accountA))).On("arn:aws:s3:::media-archive")
		cloud.SetBucketPolicy("media-archive", existing.With(listing).Bytes())
		var transfers []xacct.Transfer
		for i := range 8 {
			tr := push(cloud)
			tr.Name, tr.Destination.Prefix, tr.Operators = fmt.Sprintf("transfer-%d", i), fmt.Sprintf("p%d", i), nil
			transfers = append(transfers, tr)
		}
		foreign, err := policy.Parse(cloud.BucketPolicy("media-archive"))
		if err != nil {
			t.Fatal(err)
		}
		apply(t, t.Context(), cloud.Clients(), plan(t, t.Context(), cloud.Clients(), transfers))
		after, err := policy.Parse(cloud.BucketPolicy("media-archive"))
		if err != nil {
			t.Fatal(err)
		}
		ours, kept := 0, 0
		for st := range after.All() {
			if strings.HasPrefix(st.Sid(), "XacctTransfer") {
				ours++
				continue
			}
			for f := range foreign.All() {
				if f.Equal(st) {
					kept++
					break
				}
			}
		}
		if ours != 8 || kept != foreign.Len() || after.Len() != ours+kept {
			t.Errorf("%d statements of ours and %d of %d foreign ones, %d in all; want 8 and all", ours, kept, foreign.Len(), after.Len())
		}
		down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), transfers)
		if err != nil {
			t.Fatal(err)
		}
		apply(t, t.Context(), cloud.Clients(), down)
	})
}
