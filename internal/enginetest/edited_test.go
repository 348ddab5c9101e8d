package enginetest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestEditedTextWritesNothing: a plan whose text says other than its transfers is refused before any write, wherever the edit is, also where only the lines
// for people leave out what would be written.
func TestEditedTextWritesNothing(t *testing.T) {
	for _, tt := range []struct {
		name string
		kind xacct.Kind
		edit func(*xacct.Change)
	}{
		{"after of a role", xacct.IAMRole, func(c *xacct.Change) { c.After = "{}" }},
		{"after of a policy", xacct.BucketPolicy, func(c *xacct.Change) { c.After = "{}" }},
		{"after of a location", xacct.DataSyncLocation, func(c *xacct.Change) { c.After = strings.Replace(c.After, "media", "other", 1) }},
		{"after of a task", xacct.DataSyncTask, func(c *xacct.Change) { c.After = strings.Replace(c.After, "media", "other", 1) }},
		{"name", xacct.IAMRole, func(c *xacct.Change) { c.Name = "harmless" }},
		{"account", xacct.DataSyncTask, func(c *xacct.Change) { c.Account = kittest.AccountB }},
		{"Region", xacct.BucketPolicy, func(c *xacct.Change) { c.Region = "eu-west-1" }},
		{"kind", xacct.IAMRole, func(c *xacct.Change) { c.Kind = xacct.DataSyncTask }},
		{"details without the statements", xacct.BucketPolicy, func(c *xacct.Change) { c.Details = []string{"nothing changes"} }},
		{"no details", xacct.BucketPolicy, func(c *xacct.Change) { c.Details = nil }},
		{"a statement left out of the details", xacct.BucketPolicy, func(c *xacct.Change) {
			c.Details = slices.DeleteFunc(slices.Clone(c.Details), func(line string) bool { return strings.Contains(line, "List") })
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := kittest.World(t)
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
			i := slices.IndexFunc(p.Changes, func(c xacct.Change) bool { return c.Kind == tt.kind })
			tt.edit(&p.Changes[i])
			start := cloud.Dump()
			_, err := reload(t, p).Apply(t.Context(), cloud.Clients())
			if mismatch := (*xacct.MismatchError)(nil); !errors.As(err, &mismatch) {
				t.Errorf("the error is %v", err)
			}
			if end := cloud.Dump(); end != start {
				t.Errorf("something was written:\n%s", end)
			}
		})
	}
}
