package desired

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

func TestRoleDiff(t *testing.T) {
	given := encrypted()
	given.Tags = map[string]string{"empty": ""}
	w := Of([]*transfer.Transfer{transfer.Resolve(given)}).Roles[0]
	made := func(change func(*iamrole.State)) iamrole.State {
		s := iamrole.State{Exists: true, ARN: w.Arn, Trust: w.Spec.Trust, Policies: map[string]policy.Document{}, Tags: map[string]string{}}
		for name, d := range w.Spec.Policies {
			s.Policies[name] = d
		}
		for k, v := range w.Spec.Tags {
			s.Tags[k] = v
		}
		change(&s)
		return s
	}
	for _, tt := range []struct {
		name  string
		state iamrole.State
		op    plan.Op
		lines []string
		tags  map[string]string
	}{
		{"as it should be", made(func(*iamrole.State) {}), plan.NoOp, nil, map[string]string{}},
		{"absent", iamrole.State{}, plan.Create, nil, w.Spec.Tags},
		{"an empty tag is missing", made(func(s *iamrole.State) { delete(s.Tags, "empty") }), plan.Update, []string{"tag empty="}, map[string]string{"empty": ""}},
		{"a tag of others", made(func(s *iamrole.State) { s.Tags["team"] = "x" }), plan.NoOp, nil, map[string]string{}},
		{"a policy is missing", made(func(s *iamrole.State) { delete(s.Policies, "xacct-media-archive-destination") }), plan.Update,
			[]string{"inline policy xacct-media-archive-destination"}, map[string]string{}},
		{"a policy of the other end", made(func(s *iamrole.State) {
			s.Policies["xacct-media-archive-source"] = w.Spec.Policies["xacct-media-archive-destination"]
		}), plan.Update,
			[]string{"inline policy xacct-media-archive-source is removed"}, map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := w.Diff(tt.state)
			if d.Op != tt.op {
				t.Errorf("op %s, want %s", d.Op, tt.op)
			}
			if diff := cmp.Diff(tt.lines, d.Lines); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.tags, d.Tags); diff != "" {
				t.Errorf("tags (-want +got):\n%s", diff)
			}
		})
	}
}
