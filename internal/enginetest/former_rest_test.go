package enginetest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestRegionMoveNeedsConsent moves a transfer to another Region: its task is replaced, which has to be allowed.
func TestRegionMoveNeedsConsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := moveWorld(t)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		tr.Destination.Region, tr.Destination.Bucket = "eu-central-1", "eu-archive"
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Code == xacct.CodeReplace && f.Severity == xacct.Blocking }) {
			t.Errorf("nothing asks for AllowReplace:\n%s", p)
		}
		p = kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, allowReplace)
		ops := map[xacct.Op]int{}
		for _, c := range kinds(p, xacct.DataSyncTask) {
			ops[c.Op]++
		}
		if ops[xacct.Replace] != 1 || ops[xacct.Delete] != 1 {
			t.Errorf("the task is not replaced: %v\n%s", ops, p)
		}
		left, err := p.Residue(t.Context(), cloud.Clients())
		if err != nil || !slices.ContainsFunc(left, func(r xacct.Residue) bool { return r.Ours && r.Kind == xacct.DataSyncTask && r.Region == "us-east-2" }) {
			t.Errorf("Residue does not show the old task: %v, %v", left, err)
		}
	})
}

// TestUnknownOwner moves a transfer away from a bucket whose owner no client can prove: the new one is set up, and what names the role or
// tells of the bucket stays until the owner is there.
func TestUnknownOwner(t *testing.T) {
	for _, tt := range []struct {
		name    string
		clients func(*xaccttest.Cloud) xacct.Clients
	}{
		{"no client of the owner", func(c *xaccttest.Cloud) xacct.Clients { return only(c, accountA) }},
		{"the owner's client may not read the policy", func(c *xaccttest.Cloud) xacct.Clients {
			clients := only(c, accountA)
			clients[accountB] = c.ClientsAs(c.AddRole(accountB, "reader"))
			return clients
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := moveWorld(t)
				tr := kittest.Push(cloud)
				kittest.SetUp(t, cloud, tr)
				tr.Destination.Account, tr.Destination.Bucket = accountA, "own-archive"
				clients := tt.clients(cloud)
				p := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr}, allowReplace)
				if _, err := p.Apply(t.Context(), clients); err != nil {
					t.Fatalf("%v\n%s", err, p)
				}
				again := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr})
				if !again.Empty() {
					t.Errorf("the plan after the move is not empty:\n%s", again)
				}
				warned := func(f xacct.Finding) bool { return f.Severity == xacct.Warning && f.Subject == "media-archive" }
				handed := func(c xacct.Change) bool { return c.Hold == xacct.Handover && c.Name == "media-archive" }
				if !slices.ContainsFunc(again.Findings, warned) && !slices.ContainsFunc(again.Changes, handed) {
					t.Errorf("nothing is said of the bucket's owner:\n%s", again)
				}
				for range 2 {
					down, err := xacct.NewDestroyPlan(t.Context(), clients, []xacct.Transfer{tr})
					if err != nil {
						t.Fatal(err)
					}
					if _, err := down.Apply(t.Context(), clients); err != nil {
						t.Fatal(err)
					}
					if text := kittest.Dump(cloud); !strings.Contains(text, "role /media-archive-destination AROA") || !strings.Contains(text, "s3://media-archive/") {
						t.Fatalf("the role or the location that tells of the bucket is gone:\n%s", text)
					}
				}
				kittest.TearDown(t, cloud, tr)
				if text := kittest.Dump(cloud); strings.Contains(text, "media-archive-destination") || strings.Contains(text, "XacctMedia") {
					t.Errorf("with the owner's client there is still something left:\n%s", text)
				}
			})
		})
	}
}

// TestLeavingASharedRole takes one of two transfers off a role: only its own inline policy goes.
func TestLeavingASharedRole(t *testing.T) {
	for _, together := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			one, two := kittest.Push(cloud), kittest.Push(cloud)
			two.Name, two.Destination.Prefix = "second", "second"
			one.Destination.Role.Name, two.Destination.Role.Name = "writer", "writer"
			kittest.SetUp(t, cloud, one, two)
			one.Destination.Role.Name = "own-writer"
			transfers := []xacct.Transfer{one, two}
			if !together {
				transfers = transfers[:1]
			}
			kittest.SetUp(t, cloud, transfers...)
			text := kittest.Dump(cloud)
			if strings.Contains(text, "role /writer AROA") == false || strings.Count(text, "policy xacct-second-destination") != 1 || strings.Count(text, "policy xacct-media-archive-destination") != 1 {
				t.Errorf("planned together %v: the role should hold the other transfer's policy only:\n%s", together, text)
			}
			if next := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{one, two}); !next.Empty() {
				t.Errorf("the next plan is not empty:\n%s", next)
			}
			kittest.TearDown(t, cloud, one)
			kittest.TearDown(t, cloud, two)
			if text := kittest.Dump(cloud); strings.Contains(text, "writer") {
				t.Errorf("a role is left:\n%s", text)
			}
		})
	}
}

// TestRenamedTaskOfGivenLocations renames the task of a transfer whose locations are the user's: it stays one task.
func TestRenamedTaskOfGivenLocations(t *testing.T) {
	for _, both := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			give(t, cloud)
			tr := kittest.Push(cloud)
			tr.Task.Name, tr.Destination.LocationARN = "before", givenLocation(cloud, "us-east-2")
			if both {
				tr.Source.LocationARN = givenLocation(cloud, "eu-west-1")
			}
			kittest.SetUp(t, cloud, tr)
			tasks := strings.Count(kittest.Dump(cloud), "  task arn:")
			tr.Task.Name = "after"
			kittest.SetUp(t, cloud, tr)
			if got := strings.Count(kittest.Dump(cloud), "  task arn:"); got != tasks {
				t.Errorf("both given %v: %d tasks, had %d:\n%s", both, got, tasks, kittest.Dump(cloud))
			}
			kittest.TearDown(t, cloud, tr)
			if got := strings.Count(kittest.Dump(cloud), "  task arn:"); got != tasks-1 {
				t.Errorf("both given %v: %d tasks after the tear-down, had %d", both, got, tasks)
			}
		})
	}
}

// TestReplacedTwice replaces a task again before what it replaced could be deleted.
func TestReplacedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		step := func(fault bool) error {
			if fault {
				cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
					if call.Operation == "DeleteTask" || call.Operation == "DeleteLocation" {
						return kittest.AccessDenied(call)
					}
					return next()
				})
			}
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, allowReplace)
			_, err := p.Apply(t.Context(), cloud.Clients())
			cloud.Intercept(nil)
			return err
		}
		buckets := []string{"media-archive", "archive-2", "archive-3", "archive-4", "archive-5"}
		for _, b := range buckets[1:] {
			cloud.AddBucket(accountB, "us-east-2", b)
			tr.Destination.Bucket = b
			if err := step(true); err == nil {
				t.Fatal("nothing failed")
			}
		}
		tr.Task.Mode = dstypes.TaskModeBasic
		if err := step(true); err == nil {
			t.Fatal("nothing failed")
		}
		if err := step(false); err != nil {
			t.Fatal(err)
		}
		if next := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !next.Empty() {
			t.Errorf("the last plan is not empty:\n%s", next)
		}
		text := kittest.Dump(cloud)
		if tasks, locations := strings.Count(text, "  task arn:"), strings.Count(text, "  location arn:"); tasks != 1 || locations != 2 {
			t.Errorf("%d tasks and %d locations:\n%s", tasks, locations, text)
		}
		for _, b := range buckets[:4] {
			if strings.Contains(string(cloud.BucketPolicy(b)), "Xacct") {
				t.Errorf("a statement is left in %s", b)
			}
		}
	})
}

// TestSourceRoleDoesNotWait destroys a push without a client of the destination's account: its policy never named the source's role.
func TestSourceRoleDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		down, err := xacct.NewDestroyPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := down.Apply(t.Context(), only(cloud, accountA)); err != nil {
			t.Fatal(err)
		}
		text := kittest.Dump(cloud)
		if strings.Contains(text, "role /media-archive-source") || !strings.Contains(text, "role /media-archive-destination") {
			t.Errorf("the source's role should be gone, the destination's not:\n%s", text)
		}
	})
}

// TestEveryWriteHasARequestID looks for the request ids of all writes, those of tags and deletes too.
func TestEveryWriteHasARequestID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		run := func(what string, p *xacct.Plan, err error) {
			if err != nil {
				t.Fatal(err)
			}
			cloud.ResetCalls()
			r, err := p.Apply(t.Context(), cloud.Clients())
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			writes, ids := 0, 0
			for _, call := range cloud.Calls() {
				if !kittest.Reads(call.Operation) {
					writes++
				}
			}
			for _, c := range r.Changes {
				ids += len(c.RequestIDs)
			}
			if writes == 0 || ids != writes {
				t.Errorf("%s: %d request ids of %d writes", what, ids, writes)
			}
		}
		run("set-up", kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}), nil)
		tr.Tags, tr.Destination.Role.Name = map[string]string{"team": "media"}, "writer"
		run("edit", kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}), nil)
		down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		run("tear-down", down, err)
	})
}
