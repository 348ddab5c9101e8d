package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// A change says what it will call.
func TestCalls(t *testing.T) {
	role := []string{"iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy"}
	place := []string{"datasync:CreateLocationS3", "datasync:TagResource", "iam:PassRole", "s3:ListBucket"}
	gone, deleted := []string{"iam:DeleteRolePolicy", "iam:DeleteRole"}, []string{"datasync:DeleteLocation"}
	for _, tt := range []struct {
		name string
		mode plan.Mode
		edit func(*world)
		want map[string][]string
	}{
		{"set-up from nothing", plan.SetUp, func(w *world) { *w = *newWorld(given("nightly", "media")) }, map[string][]string{
			"role source": role, "role destination": role, "location source": place, "location destination": place,
			"task nightly": {"datasync:CreateTask", "datasync:TagResource"}, "policy media": {"s3:PutBucketPolicy"}}},
		{"set-up of what was changed", plan.SetUp, func(w *world) {
			edit(w.Roles, roleARN, func(r *iamrole.State) { r.Policies, r.Trust = nil, policy.New(foreign) })
			edit(w.Locations, locationARN("us-east-2", "destination"), func(l *location.State) { l.URI = "s3://media/old/" })
			edit(w.Locations, locationARN("eu-west-1", "source"), func(l *location.State) { delete(l.Tags, "xacct:region") })
			edit(w.Tasks, mainTask, func(s *task.State) { s.Name = "before" })
		}, map[string][]string{
			"role destination":     {"iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy"},
			"location destination": {"datasync:UpdateLocationS3", "iam:PassRole"}, "location source": {"datasync:TagResource"},
			"task nightly": {"datasync:UpdateTask"}}},
		{"set-up by a new task", plan.SetUp, func(w *world) { otherMode(w); w.settings.AllowReplace = true }, map[string][]string{
			"task nightly": {"datasync:CreateTask", "datasync:TagResource", "datasync:DeleteTask"}}},
		{"tear-down", plan.TearDown, func(*world) {}, map[string][]string{
			"role source": gone, "role destination": gone, "location source": deleted, "location destination": deleted,
			"task nightly": {"datasync:DeleteTask"}, "policy media": {"s3:DeleteBucketPolicy"}}},
		{"tear-down of what others use", plan.TearDown, func(w *world) {
			clear(w.Tasks)
			clear(w.Locations)
			edit(w.Roles, roleARN, func(r *iamrole.State) { r.Attached = []string{"managed"} })
			edit(w.Buckets, "media", func(b *bucket.State) { b.Policy = b.Policy.With(foreign) })
		}, map[string][]string{"role source": gone, "role destination": {"iam:DeleteRolePolicy"}, "policy media": {"s3:PutBucketPolicy"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(given("nightly", "media")).made()
			w.mode = tt.mode
			tt.edit(w)
			_, p := w.plan()
			got := map[string][]string{}
			for _, c := range p.Changes {
				if c.Op != plan.NoOp {
					got[names.Replace(c.ID)] = c.Calls
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}
