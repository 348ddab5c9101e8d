package enginetest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// ofTheirOwn is n transfers of which each has buckets of its own, in accounts A and B.
func ofTheirOwn(cloud *xaccttest.Cloud, n int) []xacct.Transfer {
	var out []xacct.Transfer
	for i := range n {
		tr := kittest.Push(cloud)
		tr.Name = fmt.Sprintf("nightly-%02d", i)
		tr.Source.Bucket, tr.Destination.Bucket = fmt.Sprintf("raw-%02d", i), fmt.Sprintf("copy-%02d", i)
		cloud.AddBucket(accountA, "eu-west-1", tr.Source.Bucket)
		cloud.AddBucket(accountB, "us-east-2", tr.Destination.Bucket)
		cloud.PutObject(tr.Source.Bucket, "2026/1.mov", []byte("x"))
		out = append(out, tr)
	}
	return out
}

// TestPlanTextOfMany looks at the text of plans with 50 transfers: how many lines it has, and what stands in it how often. The golden file of each is
// there to be read.
func TestPlanTextOfMany(t *testing.T) {
	kittest.SkipUnderRace(t)
	for _, tt := range []struct {
		name  string
		edit  func(*xaccttest.Cloud, []xacct.Transfer)
		lines int            // at most
		times map[string]int // how often a text stands in it
	}{
		{"healthy", func(*xaccttest.Cloud, []xacct.Transfer) {}, 114, map[string]int{
			"were not given": 1, "→ hand them to the plan": 1, "50 transfers: all checks of access allowed": 1, ", all allowed": 0, "2 iam-role, 2 datasync-location, 1 datasync-task": 50, "2 statements added": 50}},
		{"one-blocked", func(cloud *xaccttest.Cloud, all []xacct.Transfer) { all[7].Destination.Bucket = "nowhere" }, 124, map[string]int{
			"bucket nowhere does not exist [no-bucket]": 1, "→ make bucket nowhere, or correct its name in the destination": 1, "49 transfers: all checks of access allowed": 1, ", all allowed": 1, "all allowed, but it is blocked": 1}},
		{"all-warned", func(cloud *xaccttest.Cloud, all []xacct.Transfer) {
			for i := range all {
				all[i].Task.Options.LogLevel = dstypes.LogLevelOff
			}
		}, 115, map[string]int{"all transfers: Task.Options.LogLevel": 1}},
		{"a-prefix-mistyped", func(cloud *xaccttest.Cloud, all []xacct.Transfer) {
			for i := range all {
				all[i].Source.Prefix = "2062"
			}
		}, 163, map[string]int{"nothing is below": 50, `→ correct the source's prefix: it is a folder, so that keys begin with "2062/"`: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				all := ofTheirOwn(cloud, 50)
				tt.edit(cloud, all)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), all)
				text := p.String()
				kittest.Golden(t, "fifty-"+tt.name+".txt", text)
				lines := strings.Count(text, "\n") + 1
				if lines > tt.lines {
					t.Errorf("%d lines, want at most %d", lines, tt.lines)
				}
				for part, want := range tt.times {
					if got := strings.Count(text, part); got != want {
						t.Errorf("%q stands there %d times, want %d", part, got, want)
					}
				}
				details := p.Details()
				if n := strings.Count(details, "may write the destination (allowed"); n < 49 {
					t.Errorf("Details has %d checks of the destinations", n)
				}
				t.Logf("%d lines; with every detail %d", lines, strings.Count(details, "\n")+1)
			})
		})
	}
}

// TestPlanTextOfManyTornDown looks at the text of a tear-down of 50 transfers.
func TestPlanTextOfManyTornDown(t *testing.T) {
	kittest.SkipUnderRace(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		all := ofTheirOwn(cloud, 50)
		kittest.SetUp(t, cloud, all...)
		p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), all)
		if err != nil {
			t.Fatal(err)
		}
		kittest.Golden(t, "fifty-torn-down.txt", p.String())
		if lines := strings.Count(p.String(), "\n") + 1; lines > 110 {
			t.Errorf("%d lines", lines)
		}
	})
}

// TestPlanTextOfFew says everything of a plan with three transfers.
func TestPlanTextOfFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), ofTheirOwn(cloud, 3)); p.String() != p.Details() {
			t.Errorf("short:\n%s\nlong:\n%s", p, p.Details())
		}
	})
}
