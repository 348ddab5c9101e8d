package plan_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/plan"
)

// What a program prints with fmt is one line for each change or event, without documents, and text of others cannot leave its line.
func TestStrings(t *testing.T) {
	policy := []plan.PolicyWrite{{Before: `{"Statement":[]}`, After: `{"Statement":[1]}`}}
	for _, tt := range []struct {
		name string
		in   fmt.Stringer
		want string
	}{
		{"done", plan.ChangeResult{ID: "a/role", Op: plan.Create, Status: plan.Done, ARN: "arn", Writes: policy}, "a/role: create done"},
		{"a detail", plan.ChangeResult{ID: "a/role", Op: plan.Create, Status: plan.Done, Detail: "it was there already"},
			"a/role: create done: it was there already"},
		{"an error", plan.ChangeResult{ID: "a/role", Op: plan.Update, Status: plan.Failed, Err: errors.New("no\nway")}, "a/role: update failed: no way"},
		{"an error that was stored", plan.ChangeResult{ID: "a/role", Op: plan.Update, Status: plan.Failed, Error: "no way"}, "a/role: update failed: no way"},
		{"a name with an escape sequence", plan.ChangeResult{ID: "a/\x1b[2Jrole", Op: plan.Create, Status: plan.Done}, `a/\x1b[2Jrole: create done`},
		{"a result", &plan.Result{Changes: []plan.ChangeResult{{ID: "a", Op: plan.Create, Status: plan.Done, Writes: policy}, {ID: "b", Op: plan.Create, Status: plan.Waiting}}},
			"a: create done\nb: create waiting"},
		{"a result of nothing", &plan.Result{}, ""},
		{"an event", plan.Event{Change: "a/role", Op: plan.Create, State: plan.EventStarted}, "a/role: create started"},
		{"an event that waits", plan.Event{Change: "a/role", Op: plan.Create, State: plan.EventWaiting, Attempt: 2, Delay: 1500 * time.Millisecond, Detail: "not yet"},
			"a/role: create waiting (attempt 2, again in 1.5s): not yet"},
		{"ours", plan.Residue{Ours: true, Account: "1", Kind: plan.IAMRole, Name: "r", Detail: "d"}, "1 iam-role r: d (ours)"},
		{"unknown", plan.Residue{Unknown: true, Account: "1", Kind: plan.IAMRole, Name: "r", Detail: "d"}, "1 iam-role r: d (unknown)"},
		{"possible", plan.Residue{Possible: true, Account: "1", Kind: plan.LogGroup, Name: "r", Detail: "d"}, "1 log-group r: d (possible, never ours)"},
		{"of AWS", plan.Residue{Account: "1", Kind: plan.IAMRole, Name: "r", Detail: "d"}, "1 iam-role r: d (left by AWS)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, fmt.Sprint(tt.in)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}
