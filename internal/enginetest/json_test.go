package enginetest_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
)

// empties are the paths of empty members in the JSON.
func empties(path string, v any) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			switch m := member.(type) {
			case nil:
				out = append(out, path+"/"+name)
			case string:
				if m == "" {
					out = append(out, path+"/"+name)
				}
			case []any:
				if len(m) == 0 {
					out = append(out, path+"/"+name)
				}
			case map[string]any:
				if len(m) == 0 {
					out = append(out, path+"/"+name)
				}
			case float64:
				if m == 0 {
					out = append(out, path+"/"+name)
				}
			}
			out = append(out, empties(path+"/"+name, member)...)
		}
	case []any:
		for _, member := range v {
			out = append(out, empties(path, member)...)
		}
	}
	return out
}

// TestJSONHasNoEmptyMembers looks at the JSON of transfers and of what follows from them.
func TestJSONHasNoEmptyMembers(t *testing.T) {
	minimal := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media-archive"},
	}
	data, err := json.Marshal(minimal)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Name":"media-archive","Source":{"Account":"111122223333","Region":"eu-west-1","Bucket":"media-raw"},` +
		`"Destination":{"Account":"444455556666","Region":"us-east-2","Bucket":"media-archive"}}`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("a minimal transfer (-want +got):\n%s", diff)
	}
	transfers := kittest.Variants()
	transfers["minimal"] = minimal
	option := minimal
	option.Task.Options.OverwriteMode = "NEVER"
	transfers["one option"] = option
	described := minimal
	described.Source.Role.Description = "reads"
	transfers["one field of a role"] = described
	scheduled := minimal
	scheduled.Task.Schedule = &task.Schedule{Expression: "rate(1 day)"}
	transfers["a schedule"] = scheduled
	retried := minimal
	retried.Retries = &task.Manifest{Bucket: "lists", Key: "retries.csv"}
	transfers["retries"] = retried
	for name, tr := range transfers {
		t.Run(name, func(t *testing.T) {
			r, err := tr.Resources()
			if err != nil {
				t.Fatal(err)
			}
			for what, v := range map[string]any{"transfer": tr, "resources": r} {
				data, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				var read any
				if err := json.Unmarshal(data, &read); err != nil {
					t.Fatal(err)
				}
				if got := empties("", read); got != nil {
					t.Errorf("%s: %v are empty", what, got)
				}
			}
			data, err := json.Marshal(tr)
			if err != nil {
				t.Fatal(err)
			}
			var again xacct.Transfer
			if err := json.Unmarshal(data, &again); err != nil {
				t.Fatal(err)
			}
			second, err := json.Marshal(again)
			if diff := cmp.Diff(string(data), string(second)); err != nil || diff != "" {
				t.Errorf("it does not round-trip (-want +got): %v\n%s", err, diff)
			}
		})
	}
}

// TestPlanOfAnOlderVersion reads and applies a plan whose JSON still has empty members.
func TestPlanOfAnOlderVersion(t *testing.T) {
	for _, tt := range []struct {
		name  string
		twice bool // it was applied before
	}{{"fresh", false}, {"once more", true}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				data, err := os.ReadFile("testdata/older-plan.json")
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(string(data), `"Trust": null`) {
					t.Fatal("the plan has no empty members")
				}
				var p xacct.Plan
				if err := json.Unmarshal(data, &p); err != nil {
					t.Fatal(err)
				}
				cloud := kittest.World(t)
				cloud.OperatorARN(accountA)
				if tt.twice {
					kittest.MustApply(t, t.Context(), cloud.Clients(), &p)
				}
				kittest.MustApply(t, t.Context(), cloud.Clients(), &p)
			})
		})
	}
}
