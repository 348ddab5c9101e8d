package enginetest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// fleetOf is n transfers between buckets of their own, all but one of which exist. They share two roles.
func fleetOf(cloud *xaccttest.Cloud, n, missing int) []xacct.Transfer {
	var out []xacct.Transfer
	for i := range n {
		tr := kittest.Push(cloud)
		tr.Name = fmt.Sprintf("t%03d", i)
		tr.Source.Bucket, tr.Destination.Bucket = fmt.Sprintf("fleet-source-%03d", i), fmt.Sprintf("fleet-destination-%03d", i)
		tr.Source.Prefix, tr.Destination.Prefix = "", ""
		cloud.AddBucket(accountA, tr.Source.Region, tr.Source.Bucket)
		if i != missing {
			cloud.AddBucket(accountB, tr.Destination.Region, tr.Destination.Bucket)
		}
		out = append(out, tr)
	}
	return out
}

// callsOf counts the calls of a plan of n transfers, by operation.
func callsOf(t *testing.T, n int) map[string]int {
	t.Helper()
	calls := map[string]int{}
	synctest.Test(t, func(t *testing.T) {
		cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.PageSize = 1000 })
		transfers := fleetOf(cloud, n, -1)
		cloud.ResetCalls()
		kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
		for _, c := range cloud.Calls() {
			calls[c.Operation]++
		}
	})
	return calls
}

func TestCallsGrowWithTheTransfersAndListsDoNot(t *testing.T) {
	ten, twenty := callsOf(t, 10), callsOf(t, 20)
	for op, n := range twenty {
		switch op {
		case "ListLocations", "ListTasks", "GetCallerIdentity":
			if n != ten[op] || n > 2 {
				t.Errorf("%s is called %d times for 10 transfers and %d times for 20, want at most 2", op, ten[op], n)
			}
		default:
			if n > 2*ten[op] {
				t.Errorf("%s is called %d times for 10 transfers and %d times for 20", op, ten[op], n)
			}
		}
	}
}

func TestOneBadBucketAmongMany(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	n, bad := kittest.Sample(120, 500), 17
	synctest.Test(t, func(t *testing.T) {
		cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.PageSize = 100 })
		transfers := fleetOf(cloud, n, bad)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
		quota := 0
		for _, f := range p.Findings {
			if f.Severity == xacct.Blocking && f.Transfer != transfers[bad].Name {
				t.Errorf("blocked too: %s: %s", f.Transfer, f.Detail)
			}
			if f.Code == xacct.CodeSize && strings.Contains(f.Detail, fmt.Sprintf("will have %d tasks in us-east-2; the quota is 100", n)) {
				quota++
			}
		}
		if quota != 1 {
			t.Errorf("%d findings on the quota on tasks, want one for all transfers", quota)
		}
		for _, c := range p.Changes {
			if blocked := c.Transfers[0] == transfers[bad].Name; (c.Hold == xacct.Blocked) != blocked {
				t.Errorf("%s is held as %q", c.ID, c.Hold)
			}
		}
		kittest.Count(t, len(p.Changes), "")
	})
}

func TestQuotaOnRoles(t *testing.T) {
	if !kittest.EveryFault() {
		t.Skip("450 transfers take long; .ci/faults runs it with -faults")
	}
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		var transfers []xacct.Transfer
		for i := range 450 {
			tr := kittest.Push(cloud)
			tr.Name, tr.Destination.Prefix = fmt.Sprintf("t%03d", i), fmt.Sprintf("p%03d", i)
			transfers = append(transfers, tr)
		}
		found := false
		for _, f := range kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers).Findings {
			found = found || f.Code == xacct.CodeSize && f.Severity == xacct.Warning && strings.Contains(f.Detail, "will have 900 roles; the quota is 1000")
		}
		if !found {
			t.Error("900 roles are no finding")
		}
	})
}
