package enginetest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

const (
	accountA = kittest.AccountA
	accountB = kittest.AccountB
)

func same(cloud *xaccttest.Cloud) xacct.Transfer {
	cloud.AddBucket(accountA, "eu-west-1", "media-copy")
	tr := kittest.Push(cloud)
	tr.Destination = xacct.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "media-copy"}
	return tr
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
		{"push", kittest.Push, "incoming/"},
		{"pull", kittest.Pull, "incoming/"},
		{"same account", same, ""},
		{"push by account", func(c *xaccttest.Cloud) xacct.Transfer { tr := kittest.Push(c); tr.Grant = xacct.ByAccount; return tr }, "incoming/"},
		{"one role", func(c *xaccttest.Cloud) xacct.Transfer {
			tr := kittest.Push(c)
			tr.Source.Role.Name, tr.Destination.Role.Name = "datasync", "datasync"
			return tr
		}, "incoming/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				cloud := kittest.World(t)
				tr := tt.transfer(cloud)
				clients := cloud.Clients()
				before := kittest.Dump(cloud)

				p := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr})
				if p.Empty() {
					t.Fatal("the first plan is empty")
				}
				t.Logf("\n%s", p)
				r := kittest.MustApply(t, ctx, clients, reload(t, p))

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
				kittest.MustApply(t, ctx, clients, reload(t, down))
				left, err := down.Residue(ctx, clients)
				if err != nil {
					t.Fatal(err)
				}
				for _, item := range left {
					if item.Ours {
						t.Errorf("left: %v", item)
					}
				}
				if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
					t.Errorf("accounts before and after (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestForeignStatementsKeepTheirBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		read := cloud.BucketPolicy("media-archive")
		r := kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
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
		cloud := kittest.World(t)
		transfers := []xacct.Transfer{kittest.Push(cloud)}
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
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
		check("empty accounts")
		kittest.MustApply(t, t.Context(), cloud.Clients(), p)
		cloud.ResetCalls()
		kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
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
		cloud := kittest.World(t)
		var transfers []xacct.Transfer
		for _, name := range []string{"b", "a", "c"} {
			tr := kittest.Push(cloud)
			tr.Name, tr.Destination.Prefix = name, name
			transfers = append(transfers, tr)
		}
		first, err := json.Marshal(kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers))
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			transfers[0], transfers[2] = transfers[2], transfers[0]
			again, err := json.Marshal(kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers))
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
		cloud := kittest.World(t)
		// The destination's owner lets the operator list already, so that each transfer needs one statement.
		existing, err := policy.Parse(cloud.BucketPolicy("media-archive"))
		if err != nil {
			t.Fatal(err)
		}
		listing := policy.Allow("s3:ListBucket").WithSid("Lists").By(policy.AWS(cloud.OperatorARN(accountA))).On("arn:aws:s3:::media-archive")
		cloud.SetBucketPolicy("media-archive", existing.With(listing).Bytes())
		var transfers []xacct.Transfer
		for i := range 8 {
			tr := kittest.Push(cloud)
			tr.Name, tr.Destination.Prefix, tr.Operators = fmt.Sprintf("transfer-%d", i), fmt.Sprintf("p%d", i), nil
			transfers = append(transfers, tr)
		}
		foreign, err := policy.Parse(cloud.BucketPolicy("media-archive"))
		if err != nil {
			t.Fatal(err)
		}
		kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers))
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
		kittest.MustApply(t, t.Context(), cloud.Clients(), down)
	})
}
