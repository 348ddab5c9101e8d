package enginetest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/inputtest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

func TestResourcesGolden(t *testing.T) {
	for name, tr := range kittest.Variants() {
		t.Run(name, func(t *testing.T) {
			r, err := tr.Resources()
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.MarshalIndent(r, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			kittest.Golden(t, "resources/"+name+".golden.json", string(data))
			for _, role := range r.Roles {
				for name, doc := range role.Policies {
					if err := doc.Validate(policy.Identity); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
				if err := role.Trust.Validate(policy.Trust); err != nil {
					t.Errorf("trust: %v", err)
				}
			}
			for _, b := range r.Buckets {
				if err := policy.New(b.Statements).Validate(policy.Bucket); err != nil && len(b.Statements) > 0 {
					t.Errorf("bucket policy: %v", err)
				}
			}
		})
	}
}

// TestResourcesLeaveTheirInputAlone calls Resources twice and changes what it returned.
func TestResourcesLeaveTheirInputAlone(t *testing.T) {
	tr := kittest.Demo()
	tr.Tags = map[string]string{"team": "media"}
	first, err := tr.Resources()
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	first.Roles[0].Tags["team"] = "changed"
	first.Source.Tags["team"] = "changed"
	first.Task.Tags["team"] = "changed"
	again, err := tr.Resources()
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(again)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSids checks that a Sid names the owner and never the content.
func TestSids(t *testing.T) {
	sids := func(tr xacct.Transfer) string {
		r, err := tr.Resources()
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, b := range r.Buckets {
			for _, st := range b.Statements {
				out = append(out, st.Sid())
			}
		}
		return fmt.Sprint(out)
	}
	base := sids(kittest.Demo())
	for _, tt := range []struct {
		name string
		edit func(*xacct.Transfer)
		same bool
	}{
		{"prefix", func(tr *xacct.Transfer) { tr.Destination.Prefix = "x" }, true},
		{"bucket", func(tr *xacct.Transfer) { tr.Destination.Bucket = "another-bucket" }, true},
		{"role", func(tr *xacct.Transfer) { tr.Destination.Role.Name = "x" }, true},
		{"Region", func(tr *xacct.Transfer) { tr.Destination.Region = "us-east-1" }, true},
		{"grant", func(tr *xacct.Transfer) { tr.Grant = xacct.ByAccount }, true},
		{"name", func(tr *xacct.Transfer) { tr.Name = "other" }, false},
		{"punctuation of the name", func(tr *xacct.Transfer) { tr.Name = "media--archive" }, false},
		{"task account", func(tr *xacct.Transfer) {
			tr.TaskAccount, tr.Operators = "777788889999", []string{"arn:aws:iam::777788889999:role/ops"}
			tr.Source.Account = accountA
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := kittest.Demo()
			tt.edit(&tr)
			if got := sids(tr); (got == base) != tt.same {
				t.Errorf("%s, was %s; want the same: %v", got, base, tt.same)
			}
		})
	}
}

func TestOperatorPolicyGolden(t *testing.T) {
	transfers := []xacct.Transfer{kittest.Demo()}
	for _, account := range []string{accountA, accountB} {
		for _, phases := range [][]xacct.Phase{nil, {xacct.PlanPhase}, {xacct.ApplyPhase}, {xacct.RunPhase}, {xacct.DestroyPhase}} {
			name := "all"
			if len(phases) > 0 {
				name = string(phases[0])
			}
			t.Run(account+"/"+name, func(t *testing.T) {
				doc, err := xacct.OperatorPolicy(account, transfers, phases...)
				if err != nil {
					t.Fatal(err)
				}
				if !doc.IsZero() && doc.Len() > 0 {
					if err := doc.Validate(policy.Identity); err != nil {
						t.Error(err)
					}
				}
				kittest.Golden(t, "operator/"+account+"-"+name+".golden.json", doc.String())
			})
		}
	}
	if _, err := xacct.OperatorPolicy("999999999999", transfers); err == nil {
		t.Error("an account that takes no part: want an error")
	}
}

func TestTutorialOperatorPolicies(t *testing.T) {
	for name, got := range map[string]policy.Document{
		"tutorial-prerequisite-source-user-policy.golden.json":      xacct.TutorialOperatorPolicy(),
		"tutorial-prerequisite-destination-user-policy.golden.json": xacct.TutorialBucketOwnerPolicy("arn:aws:s3:::amzn-s3-demo-destination-bucket"),
	} {
		t.Run(name, func(t *testing.T) { inputtest.PinnedBytes(t, "testdata/"+name, got.Bytes()) })
	}
}

// TestTransferOfResources plans the transfer with its defaults filled in, where it was set up without them: there is nothing to do.
func TestTransferOfResources(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*xacct.Transfer)
	}{
		{"push", func(*xacct.Transfer) {}},
		{"every kind", func(tr *xacct.Transfer) { *tr = kittest.WithEveryKind(*tr) }},
		{"one role", func(tr *xacct.Transfer) { tr.Source.Role.Name, tr.Destination.Role.Name = "datasync", "datasync" }},
		{"a role's tags", func(tr *xacct.Transfer) { tr.Source.Role.Tags = map[string]string{"team": "media"} }},
		{"a report and retries", func(tr *xacct.Transfer) {
			tr.Task.Report = &task.Report{Bucket: "media-raw", Prefix: "reports"}
			tr.Retries = &task.Manifest{Bucket: "media-raw", Key: "retry.csv"}
		}},
		{"a schedule", func(tr *xacct.Transfer) { tr.Task.Schedule = &task.Schedule{Expression: "rate(1 day)"} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tt.edit(&tr)
				kittest.SetUp(t, cloud, tr)
				r, err := tr.Resources()
				if err != nil {
					t.Fatal(err)
				}
				if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{r.Transfer}); !p.Empty() {
					t.Errorf("with its defaults:\n%s", p)
				}
				kittest.TearDown(t, cloud, r.Transfer)
			})
		})
	}
}

// TestLowBandwidth warns of a bandwidth that is hardly meant in bytes per second.
func TestLowBandwidth(t *testing.T) {
	for n, want := range map[int64]bool{0: false, task.Unlimited: false, 1: true, 100: true, 1_000_000: true, task.MiBPerSecond - 1: true, task.MiBPerSecond: false, 100 * task.MiBPerSecond: false} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			tr := kittest.Push(cloud)
			tr.Task.Options.BytesPerSecond = n
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			got := slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
				return f.Code == xacct.CodeTaskOption && f.Severity == xacct.Warning && f.Subject == "Options.BytesPerSecond" && strings.Contains(f.Remedy, "task.MiBPerSecond")
			})
			if got != want {
				t.Errorf("%d bytes per second: a warning: %v, want %v\n%s", n, got, want, p)
			}
		})
	}
}
