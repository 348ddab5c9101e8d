package enginetest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// farther is a push whose ends are in these Regions, with buckets of their own.
func farther(cloud *xaccttest.Cloud, source, destination string) xacct.Transfer {
	tr := kittest.Push(cloud)
	tr.Source.Region, tr.Source.Bucket, tr.Source.Prefix = source, "source-"+source, ""
	tr.Destination.Region, tr.Destination.Bucket = destination, "destination-"+destination
	cloud.AddBucket(accountA, source, tr.Source.Bucket)
	cloud.AddBucket(accountB, destination, tr.Destination.Bucket)
	cloud.PutObject(tr.Source.Bucket, "a.mov", []byte("x"))
	return tr
}

// optIns are the plan's findings about opt-in Regions, each as severity, side and Region.
func optIns(findings []xacct.Finding) []string {
	var out []string
	for _, f := range findings {
		if f.Code == xacct.CodeOptIn {
			out = append(out, fmt.Sprint(f.Severity, " ", f.Side, " ", f.Subject))
		}
	}
	return out
}

// TestOptInRegions: both Regions matter, of the task account alone; a call proves one enabled, else what is given counts, else it is unknown.
func TestOptInRegions(t *testing.T) {
	given := func(names ...string) map[string][]string { return map[string][]string{accountA: names} }
	for _, tt := range []struct {
		name, source, destination string
		regions                   map[string][]string
		blind                     bool // the task account has no client
		want                      []string
	}{
		{"none", "eu-west-1", "us-east-2", nil, true, nil},
		{"the destination, reached", "eu-west-1", "me-central-1", nil, false, []string{"info destination me-central-1"}},
		{"the source, reached", "af-south-1", "us-east-2", nil, false, []string{"info source af-south-1"}},
		{"both, reached", "af-south-1", "me-central-1", nil, false, []string{"info destination me-central-1", "info source af-south-1"}},
		{"one Region for both ends", "me-central-1", "me-central-1", nil, true, []string{"warning destination me-central-1"}},
		{"both, unknown", "af-south-1", "me-central-1", nil, true, []string{"warning destination me-central-1", "warning source af-south-1"}},
		{"both, given", "af-south-1", "me-central-1", given("me-central-1", "af-south-1"), true, []string{"info destination me-central-1", "info source af-south-1"}},
		{"the source is not among those given", "af-south-1", "me-central-1", given("me-central-1"), true, []string{"blocking source af-south-1", "info destination me-central-1"}},
		{"an empty list is given", "eu-west-1", "me-central-1", given(), true, []string{"blocking destination me-central-1"}},
		{"given of another account", "eu-west-1", "me-central-1", map[string][]string{accountB: {}}, true, []string{"warning destination me-central-1"}},
		{"not among those given, and reached", "eu-west-1", "me-central-1", given("af-south-1"), false, []string{"warning destination me-central-1"}},
		{"given, and reached", "eu-west-1", "me-central-1", given("me-central-1"), false, []string{"info destination me-central-1"}},
		{"a Region that every account has, not given", "eu-west-1", "us-east-2", given("me-central-1"), true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := farther(cloud, tt.source, tt.destination)
				clients := cloud.Clients()
				if tt.blind {
					delete(clients, accountA)
				}
				p := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.Regions = tt.regions })
				got := optIns(p.Findings)
				slices.Sort(got)
				if diff := gocmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s\n%s", diff, p)
				}
				for _, f := range p.Findings {
					if f.Code == xacct.CodeOptIn && f.Account != accountA {
						t.Errorf("about account %s", f.Account)
					}
				}
			})
		})
	}
}

// A check without a call knows what it is given: Regions and Reached, or nothing.
func TestOptInRegionsOffline(t *testing.T) {
	tr := kittest.Demo()
	tr.Destination.Region = "me-central-1"
	res, err := tr.Resources()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		facts xacct.Facts
		want  string
	}{
		{"nothing", xacct.Facts{}, "warning destination me-central-1"},
		{"given", xacct.Facts{Regions: map[string][]string{accountA: {"me-central-1"}}}, "info destination me-central-1"},
		{"given without it", xacct.Facts{Regions: map[string][]string{accountA: nil}}, "blocking destination me-central-1"},
		{"reached", xacct.Facts{Reached: map[string][]string{accountA: {"me-central-1"}}}, "info destination me-central-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := gocmp.Diff([]string{tt.want}, optIns(res.Check(tt.facts))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Apply judges by the Regions that the plan was given, also from the plan's JSON; a part has those of its own account.
func TestApplyKeepsToRegions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		cloud.SetRegions(accountA)
		tr := farther(cloud, "eu-west-1", "me-central-1")
		clients := cloud.Clients()
		delete(clients, accountA)
		p := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) {
			o.Regions = map[string][]string{accountA: {}, accountB: {"me-central-1"}}
		})
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var read xacct.Plan
		if err := json.Unmarshal(data, &read); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(p.Settings.Regions, read.Settings.Regions); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		read.Findings, read.Changes = nil, read.Changes[:0:0] // an edited plan: Apply finds it by itself
		for _, c := range p.Changes {
			c.Hold, c.Reason = "", ""
			read.Changes = append(read.Changes, c)
		}
		_, err = read.Apply(t.Context(), clients)
		var blocked *xacct.BlockedError
		if !errors.As(err, &blocked) || !strings.Contains(blocked.Hint(), "aws account enable-region --region-name me-central-1") {
			t.Errorf("applied: %v", err)
		}
		if diff := gocmp.Diff(map[string][]string{accountB: {"me-central-1"}}, p.For(accountB).Settings.Regions); diff != "" {
			t.Errorf("part (-want +got)\n%s", diff)
		}
		read.Settings.Regions = map[string][]string{accountA: {"nowhere"}}
		if _, err = read.Apply(t.Context(), clients); err == nil || !strings.Contains(err.Error(), `Settings.Regions["111122223333"][0]`) {
			t.Errorf("a wrong name: %v", err)
		}
	})
}

// A Region that is disabled after the set-up refuses the plan's calls, and ends a run that is under way already or by schedule.
func TestRegionDisabledLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := farther(cloud, "af-south-1", "us-east-2")
		r := kittest.SetUp(t, cloud, tr)
		cloud.SetRegions(accountA, "me-central-1")
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if diff := gocmp.Diff([]string{"warning source af-south-1"}, optIns(p.Findings)); diff != "" || !kittest.HasFinding(p, xacct.CodeUnread, xacct.Blocking) {
			t.Errorf("(-want +got)\n%s\n%s", diff, p)
		}
		api, err := cloud.Clients().DataSync(r.TaskARN(tr.Name))
		if err != nil {
			t.Fatal(err)
		}
		run, err := task.Start(t.Context(), api, r.TaskARN(tr.Name))
		if err != nil {
			t.Fatal(err)
		}
		out, err := run.Wait(t.Context())
		if out == nil || out.Verdict != task.Failed || !strings.Contains(fmt.Sprint(err), "af-south-1") {
			t.Errorf("the run: %v, %v", out, err)
		}
		cloud.SetRegions(accountA, "af-south-1")
		if p = kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !p.Empty() {
			t.Errorf("enabled again:\n%s", p)
		}
	})
}

// The quota of objects is told of every BASIC task, whoever made it so, and of no other.
func TestObjectQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		told := func(edit func(*xacct.PlanOptions)) (string, bool) {
			for _, f := range kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, edit).Findings {
				if f.Code == xacct.CodeSize && f.Severity == xacct.Info && strings.Contains(f.Detail, "25,000,000 objects") {
					return f.Detail, true
				}
			}
			return "", false
		}
		nothing := func(*xacct.PlanOptions) {}
		if _, ok := told(nothing); ok {
			t.Error("told of an ENHANCED task")
		}
		tr.Task.Mode = "BASIC"
		if _, ok := told(nothing); !ok {
			t.Error("not told of a BASIC task")
		}
		kittest.SetUp(t, cloud, tr)
		tr.Task.Mode = ""
		if _, ok := told(nothing); !ok {
			t.Error("not told of a task that is BASIC already")
		}
		if d, _ := told(func(o *xacct.PlanOptions) { o.LookAtKeys = 2 }); !strings.Contains(d, "at least 2 keys are at the source") {
			t.Errorf("the keys that were looked at are not told: %s", d)
		}
	})
}
