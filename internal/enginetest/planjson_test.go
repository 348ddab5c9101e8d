package enginetest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// edited is the JSON of a plan after an edit of its members.
func edited(t *testing.T, data []byte, edit func(map[string]any)) []byte {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	edit(members)
	out, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// put sets the member of that name.
func put(name string, v any) func(map[string]any) {
	return func(m map[string]any) { m[name] = v }
}

// inside edits the first element of the list of that name.
func inside(name string, edit func(map[string]any)) func(map[string]any) {
	return func(m map[string]any) { edit(m[name].([]any)[0].(map[string]any)) }
}

// in edits the object of that name.
func in(name string, edit func(map[string]any)) func(map[string]any) {
	return func(m map[string]any) { edit(m[name].(map[string]any)) }
}

// without takes a member away.
func without(name string) func(map[string]any) {
	return func(m map[string]any) { delete(m, name) }
}

func planJSON(t *testing.T) []byte {
	t.Helper()
	cloud := kittest.World(t)
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)}, func(o *xacct.PlanOptions) {
		o.HandOver, o.OrgIDs = []string{accountB}, map[string]string{accountA: org}
	})
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestPlanJSONOfAnotherSchema reads plans of other versions, and JSON that has none.
func TestPlanJSONOfAnotherSchema(t *testing.T) {
	const newer = "may hold settings that this version does not know"
	good := planJSON(t)
	for _, tt := range []struct {
		name string
		json []byte
		says string
	}{
		{"an empty object", []byte(`{}`), "no Schema"},
		{"another program's object", []byte(`{"resource_changes":[],"format_version":"1.2"}`), "no Schema"},
		{"a receipt", []byte(`{"Schema":"2.0","Written":"2026-01-01T00:00:00Z"}`), `"2.0"`},
		{"no schema", edited(t, good, without("Schema")), "no Schema"},
		{"null", edited(t, good, put("Schema", nil)), "no Schema"},
		{"empty", edited(t, good, put("Schema", "")), "no Schema"},
		{"in lower case", edited(t, good, func(m map[string]any) { m["schema"] = m["Schema"]; delete(m, "Schema") }), "no Schema"},
		{"a newer minor", edited(t, good, put("Schema", "1.1")), newer},
		{"a far newer minor", edited(t, good, put("Schema", "1.4096")), newer},
		{"a minor too large for a number", edited(t, good, put("Schema", "1.99999999999999999999")), newer},
		{"a newer minor with members of its own", edited(t, good, func(m map[string]any) { m["Schema"], m["Approvals"] = "1.7", []any{} }), newer},
		{"a newer major", edited(t, good, put("Schema", "2.0")), `"2.0"`},
		{"an older major", edited(t, good, put("Schema", "0.9")), `"0.9"`},
		{"without a minor", edited(t, good, put("Schema", "1")), `"1"`},
		{"with a patch", edited(t, good, put("Schema", "1.0.0")), `"1.0.0"`},
		{"with a v", edited(t, good, put("Schema", "v1.0")), `"v1.0"`},
		{"with a space", edited(t, good, put("Schema", "1.0 ")), `"1.0 "`},
		{"negative", edited(t, good, put("Schema", "1.-1")), `"1.-1"`},
		{"an object", edited(t, good, put("Schema", map[string]any{})), `"{}"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var p xacct.Plan
			err := json.Unmarshal(tt.json, &p)
			var schema *xacct.SchemaError
			if !errors.As(err, &schema) || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "\n") || len(xacct.Hints(err)) != 1 {
				t.Errorf("Unmarshal = %v, hints %v, want a SchemaError with %s", err, xacct.Hints(err), tt.says)
			}
			if diff := cmp.Diff("", p.Schema+string(p.Mode)); diff != "" || p.Transfers != nil {
				t.Errorf("something was read (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPlanJSONOfAnotherShape reads JSON that is no plan's, or not any more.
func TestPlanJSONOfAnotherShape(t *testing.T) {
	good := planJSON(t)
	change := func(edit func(map[string]any)) func(map[string]any) { return inside("Changes", edit) }
	finding := func(edit func(map[string]any)) func(map[string]any) { return inside("Findings", edit) }
	transfer := func(edit func(map[string]any)) func(map[string]any) { return inside("Transfers", edit) }
	for _, tt := range []struct {
		name string
		edit func(map[string]any)
		path string
	}{
		{"a schema that is a number", put("Schema", json.Number("1.0")), "Schema"},
		{"no mode", without("Mode"), "Mode"},
		{"an empty mode", put("Mode", ""), "Mode"},
		{"an unknown mode", put("Mode", "tear-up"), "Mode"},
		{"a mode in another letter case", put("Mode", "Set-Up"), "Mode"},
		{"a mode that is null", put("Mode", nil), "Mode"},
		{"a mode that is a list", put("Mode", []any{"set-up"}), "Mode"},
		{"no transfers", without("Transfers"), "Transfers"},
		{"an empty list of transfers", put("Transfers", []any{}), "Transfers[0]"},
		{"transfers that are null", put("Transfers", nil), "Transfers[0]"},
		{"transfers by name", put("Transfers", map[string]any{"media-archive": map[string]any{}}), "Transfers"},
		{"a transfer that is a name", put("Transfers", []any{"media-archive"}), "Transfers[0]"},
		{"a transfer with a number for a name", transfer(put("Name", 7)), "Transfers[0].Name"},
		{"a transfer with a mistyped member", transfer(put("Operator", []any{})), "Transfers[0].Operator"},
		{"a document that is a string", transfer(in("Source", put("Role", map[string]any{"Trust": "datasync"}))), "Transfers[0].Source.Role.Trust"},
		{"a task option in snake case", transfer(put("Task", map[string]any{"Options": map[string]any{"verify_mode": "NONE"}})), "Transfers[0].Task.Options.verify_mode"},
		{"a bandwidth that is a string", transfer(put("Task", map[string]any{"Options": map[string]any{"BytesPerSecond": "100"}})), "Transfers[0].Task.Options.BytesPerSecond"},
		{"no settings", without("Settings"), "Settings"},
		{"settings that are null", put("Settings", nil), "Settings"},
		{"a mistyped setting", in("Settings", put("HandOvr", []any{accountB})), "Settings.HandOvr"},
		{"a setting in another letter case", in("Settings", put("handover", []any{accountB})), "Settings.handover"},
		{"a setting that is a string", in("Settings", put("AllowDelete", "false")), "Settings.AllowDelete"},
		{"an account that is a number", in("Settings", put("HandOver", []any{444455556666})), "Settings.HandOver[0]"},
		{"an organisation that is null", in("Settings", put("OrgIDs", map[string]any{accountA: nil})), `Settings.OrgIDs["111122223333"]`},
		{"no changes", without("Changes"), "Changes"},
		{"changes that are numbers", put("Changes", []any{1, 2}), "Changes[0]"},
		{"changes that are no list", put("Changes", "none"), "Changes"},
		{"a change that is null", put("Changes", []any{nil}), "Changes[0]"},
		{"a change without its address", change(without("ID")), "Changes[0].ID"},
		{"an unknown operation", change(put("Op", "upsert")), "Changes[0].Op"},
		{"an unknown kind", change(put("Kind", "role")), "Changes[0].Kind"},
		{"an unknown hold", change(put("Hold", "Blocked")), "Changes[0].Hold"},
		{"an unknown side", change(put("Side", "left")), "Changes[0].Side"},
		{"a change's mistyped member", change(put("Requirs", []any{})), "Changes[0].Requirs"},
		{"no findings", without("Findings"), "Findings"},
		{"findings by transfer", put("Findings", map[string]any{}), "Findings"},
		{"an unknown severity", finding(put("Severity", "error")), "Findings[0].Severity"},
		{"a severity in another letter case", finding(put("Severity", "Blocking")), "Findings[0].Severity"},
		{"a finding without a code", finding(put("Code", "")), "Findings[0].Code"},
		{"a finding of no side", finding(put("Side", "both")), "Findings[0].Side"},
		{"a member of a later version", put("Approvals", []any{}), "Approvals"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var p xacct.Plan
			err := json.Unmarshal(edited(t, good, tt.edit), &p)
			problems := xacct.Problems(err)
			if len(problems) == 0 || problems[0].Path != tt.path || problems[0].Hint() == "" {
				t.Fatalf("Unmarshal = %v, want a problem of %s", err, tt.path)
			}
			if p.Schema != "" || p.Transfers != nil {
				t.Errorf("something was read: %+v", p)
			}
		})
	}
}

// TestPlanJSONThatIsNoObject reads other JSON, and what is none. A plan that was there before stays.
func TestPlanJSONThatIsNoObject(t *testing.T) {
	good := planJSON(t)
	double := strings.Replace(string(good), `"Mode":`, `"Mode":"tear-down","Mode":`, 1)
	for name, text := range map[string]string{
		"null": `null`, "a list": `[]`, "a string": `"{}"`, "a number": `5`, "true": `true`, "nothing": ``, "cut off": string(good[:len(good)/2]),
		"a plan and more": string(good) + "{}", "text": "media-archive: 5 to create", "a member twice": double, "a list of plans": "[" + string(good) + "]",
	} {
		t.Run(name, func(t *testing.T) {
			var p xacct.Plan
			if err := json.Unmarshal(good, &p); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(text), &p); err == nil {
				t.Error("it was read")
			}
			if err := p.UnmarshalJSON([]byte(text)); err == nil {
				t.Error("UnmarshalJSON: it was read")
			}
			again, err := json.Marshal(&p)
			if diff := cmp.Diff(string(good), string(again)); err != nil || diff != "" {
				t.Errorf("the plan has changed (-want +got): %v\n%s", err, diff)
			}
		})
	}
}

// TestPlanJSONOverAnotherPlan leaves nothing of a plan that was there before.
func TestPlanJSONOverAnotherPlan(t *testing.T) {
	good := planJSON(t)
	var p xacct.Plan
	p.Settings.AllowDelete, p.Settings.OrgIDs = true, map[string]string{accountB: org}
	if err := json.Unmarshal(good, &p); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(&p)
	if diff := cmp.Diff(string(good), string(again)); err != nil || diff != "" {
		t.Errorf("(-want +got): %v\n%s", err, diff)
	}
}
